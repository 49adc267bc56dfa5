package org.rds4j.crypto.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;

class RecordLayerTest {
    private static final AeadProvider PROVIDER = AeadProviders.best();
    private static final int MAX_RECORD = RecordHeaderFlyweight.HEADER_LENGTH + RecordHeaderFlyweight.MAX_LENGTH;
    private static final int OUT = 16448;

    private final Random random = new Random(11);
    private final Memory memory = new Memory(OUT + MAX_RECORD + 64);
    private final RecordSealer sealer = newSealer(KeyLimits.DEFAULT, 0);
    private final RecordOpener opener = newOpener(0);

    @Test
    void shouldBringBackEveryContentOfEveryLength() {
        for (int length = 0; length <= RecordHeaderFlyweight.MAX_CONTENT_LENGTH; length += length < 1300 ? 1 : 257) {
            assertRoundTrip(length);
        }
        assertRoundTrip(RecordHeaderFlyweight.MAX_CONTENT_LENGTH - 1);
        assertRoundTrip(RecordHeaderFlyweight.MAX_CONTENT_LENGTH);
    }

    @Test
    void shouldRefuseContentThatIsTooLongAndGoOn() {
        assertEquals(0, sealer.seal(address(0), RecordHeaderFlyweight.MAX_CONTENT_LENGTH + 1, address(OUT)));
        assertEquals(RecordError.CONTENT_TOO_LONG, sealer.error());
        assertRoundTrip(1);
    }

    @Test
    void shouldAddExactly22Octets() {
        assertEquals(22, RecordHeaderFlyweight.OVERHEAD);
        assertEquals(122, seal(randomContent(100)));
    }

    @Test
    void shouldRefuseEveryFlippedBitOfARecordAndStayDead() {
        final int length = seal(randomContent(60));
        final byte[] record = memory.get(OUT, length);
        for (int bit = 0; bit < length * 8; bit++) {
            try (RecordOpener fresh = newOpener(0)) {
                memory.put(OUT, record);
                memory.flipBit(OUT * 8 + bit);
                assertEquals(-1, fresh.open(address(OUT), length), "bit " + bit);
                final boolean isInText = bit / 8 >= RecordHeaderFlyweight.HEADER_LENGTH;
                assertTrue(isInText == (fresh.error() == RecordError.BAD_RECORD_MAC), "bit " + bit + " " + fresh.error());
                memory.put(OUT, record);
                assertEquals(-1, fresh.open(address(OUT), length));
            }
        }
    }

    @Test
    void shouldRefuseATruncatedRecord() {
        final int length = seal(randomContent(60));
        final byte[] record = memory.get(OUT, length);
        for (int cut = 0; cut < length; cut++) {
            try (RecordOpener fresh = newOpener(0)) {
                memory.put(OUT, record);
                assertEquals(-1, fresh.open(address(OUT), cut));
                assertEquals(RecordError.DECODE_ERROR, fresh.error());
            }
        }
    }

    @Test
    void shouldRefuseSwappedReplayedAndReflectedRecords() {
        final int length = seal(randomContent(20));
        final byte[] first = memory.get(OUT, length);
        seal(randomContent(20));
        final byte[] second = memory.get(OUT, length);
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(newOpener(0), second));
        final RecordOpener replayed = newOpener(0);
        memory.put(OUT, first);
        assertEquals(20, replayed.open(address(OUT), length));
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(replayed, first));
        final RecordOpener reflected = new RecordOpener(PROVIDER, TrafficKeys.derive(TestSecrets.secret(0x80), 16));
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(reflected, first));
    }

    @Test
    void shouldJudgeTheHeaderBeforeTheTag() {
        assertEquals(RecordError.UNEXPECTED_MESSAGE, errorOf(newOpener(0), header(0x16, 0x0303, 17)));
        assertEquals(RecordError.DECODE_ERROR, errorOf(newOpener(0), header(0x17, 0x0301, 17)));
        assertEquals(RecordError.DECODE_ERROR, errorOf(newOpener(0), header(0x17, 0x0303, 16)));
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(newOpener(0), header(0x17, 0x0303, 17)));
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(newOpener(0), header(0x17, 0x0303, 16640)));
        assertEquals(RecordError.RECORD_OVERFLOW, errorOf(newOpener(0), header(0x17, 0x0303, 16641)));
        assertEquals(RecordError.RECORD_OVERFLOW, errorOf(newOpener(0), header(0x17, 0x0303, 65535)));
    }

    @Test
    void shouldStripPaddingAndRefuseTextWithoutType() {
        final byte[] text = new byte[40];
        text[0] = 'x';
        text[1] = RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
        final RecordOpener padded = newOpener(0);
        assertEquals(1, padded.open(address(OUT), protect(text, 0)));
        assertEquals(RecordHeaderFlyweight.TYPE_APPLICATION_DATA, padded.contentType());
        final RecordOpener zeros = newOpener(0);
        assertEquals(-1, zeros.open(address(OUT), protect(new byte[40], 0)));
        assertEquals(RecordError.UNEXPECTED_MESSAGE, zeros.error());
    }

    @Test
    void shouldAcceptTheLongestTextAndRefuseOneOctetMore() {
        final byte[] longest = new byte[RecordHeaderFlyweight.MAX_CONTENT_LENGTH + 1];
        longest[longest.length - 1] = RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
        assertEquals(RecordHeaderFlyweight.MAX_CONTENT_LENGTH, newOpener(0).open(address(OUT), protect(longest, 0)));
        final byte[] tooLong = new byte[longest.length + 1];
        tooLong[0] = RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
        final RecordOpener overflowing = newOpener(0);
        assertEquals(-1, overflowing.open(address(OUT), protect(tooLong, 0)));
        assertEquals(RecordError.RECORD_OVERFLOW, overflowing.error());
    }

    @Test
    void shouldRefuseTypesAndMessagesThatDoNotBelongHere() {
        for (final int type : new int[] {1, 20, 24, 255}) {
            assertEquals(RecordError.UNEXPECTED_MESSAGE, errorOf(newOpener(0), new byte[] {1, 2, (byte) type}, true));
        }
        final byte[] newSessionTicket = {4, 0, 0, 1, 0, 22};
        assertEquals(RecordError.UNEXPECTED_MESSAGE, errorOf(newOpener(0), newSessionTicket, true));
        final byte[] twoKeyUpdates = {24, 0, 0, 1, 0, 24, 0, 0, 1, 0, 22};
        assertEquals(RecordError.UNEXPECTED_MESSAGE, errorOf(newOpener(0), twoKeyUpdates, true));
        final byte[] longAlert = {2, 20, 0, 21};
        assertEquals(RecordError.NONE, errorOf(newOpener(0), new byte[] {2, 20, 21}, true));
        assertEquals(RecordError.UNEXPECTED_MESSAGE, errorOf(newOpener(0), longAlert, true));
    }

    @Test
    void shouldRefuseAFloodOfEmptyRecords() {
        for (int i = 0; i < RecordOpener.MAX_EMPTY_RECORDS; i++) {
            assertEquals(0, opener.open(address(OUT), seal(new byte[0])));
        }
        assertEquals(1, opener.open(address(OUT), seal(new byte[1])));
        for (int i = 0; i < RecordOpener.MAX_EMPTY_RECORDS; i++) {
            assertEquals(0, opener.open(address(OUT), seal(new byte[0])));
        }
        assertEquals(-1, opener.open(address(OUT), seal(new byte[0])));
        assertEquals(RecordError.UNEXPECTED_MESSAGE, opener.error());
    }

    @Test
    void shouldCarryAlertsInside() {
        final int length = sealer.sealAlert(20, address(OUT));
        assertEquals(RecordSealer.ALERT_RECORD_LENGTH, length);
        assertEquals("1703030013", memory.hex(OUT, 5));
        assertEquals(2, opener.open(address(OUT), length));
        assertEquals(RecordHeaderFlyweight.TYPE_ALERT, opener.contentType());
        assertEquals("0214", memory.hex(OUT + 5, 2));
        assertEquals(2, opener.open(address(OUT), sealer.sealAlert(0, address(OUT))));
        assertEquals("0100", memory.hex(OUT + 5, 2));
    }

    @Test
    void shouldChangeKeysAndBeginAgainAtRecordZero() {
        assertRoundTrip(100);
        for (int generation = 1; generation <= 5; generation++) {
            final int length = sealer.updateKeys(address(OUT));
            assertEquals(RecordSealer.KEY_UPDATE_RECORD_LENGTH, length);
            assertEquals(5, opener.open(address(OUT), length));
            assertEquals(RecordHeaderFlyweight.TYPE_HANDSHAKE, opener.contentType());
            assertEquals(generation, sealer.generation());
            assertEquals(generation, opener.generation());
            assertEquals(0, sealer.recordNumber());
            assertEquals(0, opener.recordNumber());
            assertRoundTrip(100);
        }
    }

    @Test
    void shouldAskForANewKeyAtTheSoftLimitAndRefuseAtTheHardLimitOfRecords() {
        final RecordSealer limited = newSealer(new KeyLimits(2, 4, 1000, 2000), 0);
        for (int i = 0; i < 4; i++) {
            assertEquals(i >= 2, limited.isKeyUpdateDue());
            assertEquals(23, limited.seal(address(0), 1, address(OUT)));
        }
        assertEquals(0, limited.seal(address(0), 1, address(OUT)));
        assertEquals(RecordError.KEY_EXHAUSTED, limited.error());
        assertEquals(RecordSealer.KEY_UPDATE_RECORD_LENGTH, limited.updateKeys(address(OUT)));
        assertFalse(limited.isKeyUpdateDue());
        assertEquals(23, limited.seal(address(0), 1, address(OUT)));
    }

    @Test
    void shouldCountBlocksAndRefuseAtTheirHardLimit() {
        final RecordSealer limited = newSealer(new KeyLimits(1000, 2000, 5, 8), 0);
        assertEquals(37, limited.seal(address(0), 15, address(OUT)));
        assertEquals(2, limited.blocks());
        assertEquals(38, limited.seal(address(0), 16, address(OUT)));
        assertEquals(5, limited.blocks());
        assertTrue(limited.isKeyUpdateDue());
        assertEquals(0, limited.seal(address(0), 48, address(OUT)));
        assertEquals(RecordError.KEY_EXHAUSTED, limited.error());
        assertEquals(53, limited.seal(address(0), 31, address(OUT)));
        assertEquals(8, limited.blocks());
    }

    @Test
    void shouldCountTheSameOnBothSidesPaddingIncluded() {
        final RecordOpener limited = new RecordOpener(
            PROVIDER, TrafficKeys.derive(TestSecrets.specificationSecret(), 16), new KeyLimits(1000, 2000, 4, 8), 0);
        final byte[] padded = new byte[33];
        padded[0] = RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
        assertEquals(0, limited.open(address(OUT), protect(padded, 0)));
        assertFalse(limited.isKeyUpdateOverdue());
        assertEquals(0, limited.open(address(OUT), protect(padded, 1)));
        assertTrue(limited.isKeyUpdateOverdue());
        assertEquals(-1, limited.open(address(OUT), protect(new byte[] {RecordHeaderFlyweight.TYPE_APPLICATION_DATA}, 2)));
        assertEquals(RecordError.KEY_EXHAUSTED, limited.error());
        assertEquals(80, limited.error().alert());
    }

    @Test
    void shouldRefuseAKeyUpdateThatAsksForNothingKnown() {
        for (final int request : new int[] {0, 1}) {
            final RecordOpener asked = newOpener(0);
            assertEquals(5, asked.open(address(OUT), protect(new byte[] {24, 0, 0, 1, (byte) request, 22}, 0)));
            assertEquals(request == 1, asked.isKeyUpdateRequested());
            assertEquals(1, asked.generation());
        }
        for (final int request : new int[] {2, 255}) {
            assertEquals(RecordError.ILLEGAL_PARAMETER,
                errorOf(newOpener(0), new byte[] {24, 0, 0, 1, (byte) request, 22}, true));
        }
        assertEquals(47, RecordError.ILLEGAL_PARAMETER.alert());
    }

    @Test
    void shouldNeverUseTheLastRecordNumber() {
        final RecordSealer last = newSealer(KeyLimits.DEFAULT, -2L);
        assertEquals(23, last.seal(address(0), 1, address(OUT)));
        assertEquals(1, newOpener(-2L).open(address(OUT), 23));
        assertEquals(0, last.seal(address(0), 1, address(OUT)));
        assertEquals(RecordError.KEY_EXHAUSTED, last.error());
        assertEquals(0, last.updateKeys(address(OUT)));
    }

    @Test
    void shouldCrossThe32BitBoundaryOfRecordNumbers() {
        final RecordSealer far = newSealer(KeyLimits.DEFAULT, 0xffff_ffffL);
        final RecordOpener near = newOpener(0xffff_ffffL);
        for (int i = 0; i < 3; i++) {
            assertEquals(1, near.open(address(OUT), far.seal(address(0), 1, address(OUT))));
        }
        assertEquals(0x1_0000_0002L, far.recordNumber());
    }

    @Test
    void shouldWipeKeysAndRefuseOnceClosed() {
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 32);
        final RecordSealer closed = new RecordSealer(PROVIDER, keys, KeyLimits.DEFAULT);
        closed.close();
        closed.close();
        assertArrayEquals(new byte[32], keys.secret());
        assertArrayEquals(new byte[32], keys.key());
        assertArrayEquals(new byte[12], keys.iv());
        assertEquals(0, closed.seal(address(0), 1, address(OUT)));
        assertEquals(0, closed.updateKeys(address(OUT)));
        assertEquals(0, closed.sealAlert(0, address(OUT)));
        assertEquals(RecordError.CLOSED, closed.error());
        opener.close();
        opener.close();
        assertEquals(-1, opener.open(address(OUT), seal(new byte[1])));
        assertEquals(RecordError.CLOSED, opener.error());
    }

    @Test
    void shouldTreatARefusalOfTheLibraryAsFinal() {
        final RecordSealer failing = new RecordSealer(
            new RefusingProvider(), TrafficKeys.derive(TestSecrets.specificationSecret(), 16), KeyLimits.DEFAULT);
        assertEquals(0, failing.seal(address(0), 1, address(OUT)));
        assertEquals(RecordError.INTERNAL_ERROR, failing.error());
        assertEquals(0, failing.updateKeys(address(OUT)));
        final RecordOpener refusing =
            new RecordOpener(new RefusingProvider(), TrafficKeys.derive(TestSecrets.specificationSecret(), 16));
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(refusing, memory.get(OUT, seal(new byte[1]))));
    }

    /** A library that fails once and works again: what it did not say yes to is not delivered, and nothing after it. */
    @Test
    void shouldTakeOneFailureOfTheLibraryForAWrongTagAndStayDead() {
        final AeadProvider once = new FailingOnceProvider();
        final RecordOpener opening = new RecordOpener(once, TrafficKeys.derive(TestSecrets.specificationSecret(), 16));
        final int length = seal(randomContent(20));
        final byte[] record = memory.get(OUT, length);
        assertEquals(RecordError.BAD_RECORD_MAC, errorOf(opening, record));
        assertEquals(-1, opening.open(address(OUT), length), "though the library would open it now");
        assertEquals(0, opening.records());
        final RecordSealer sealing =
            new RecordSealer(once, TrafficKeys.derive(TestSecrets.specificationSecret(), 16), KeyLimits.DEFAULT);
        assertEquals(0, sealing.seal(address(0), 1, address(OUT)));
        assertEquals(0, sealing.seal(address(0), 1, address(OUT)), "nobody knows what became of the nonce");
        assertEquals(RecordError.INTERNAL_ERROR, sealing.error());
    }

    @Test
    void shouldRefuseLimitsInTheWrongOrder() {
        assertThrows(IllegalArgumentException.class, () -> new KeyLimits(2, 2, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> new KeyLimits(0, 2, 1, 2));
    }

    private void assertRoundTrip(final int length) {
        final byte[] content = randomContent(length);
        final int recordLength = seal(content);
        assertEquals(length + RecordHeaderFlyweight.OVERHEAD, recordLength);
        assertEquals(recordLength, RecordHeaderFlyweight.recordLength(address(OUT)));
        assertEquals(length, opener.open(address(OUT), recordLength));
        assertArrayEquals(content, memory.get(OUT + 5, length));
    }

    private int seal(final byte[] content) {
        memory.put(0, content);
        return sealer.seal(address(0), content.length, address(OUT));
    }

    /** Protects any inner text, to make what no sealer of ours makes. */
    private int protect(final byte[] text, final long recordNumber) {
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
        final NonceSequence nonces = new NonceSequence(keys.iv(), recordNumber);
        memory.put(0, text);
        RecordHeaderFlyweight.write(address(OUT), text.length + RecordHeaderFlyweight.TAG_LENGTH);
        try (Aead aead = PROVIDER.newAead(keys.key())) {
            aead.seal(nonces.address(), address(OUT), address(0), text.length - 1, text[text.length - 1], address(OUT + 5));
        }
        return text.length + RecordHeaderFlyweight.HEADER_LENGTH + RecordHeaderFlyweight.TAG_LENGTH;
    }

    private RecordError errorOf(final RecordOpener fresh, final byte[] text, final boolean isProtected) {
        fresh.open(address(OUT), isProtected ? protect(text, 0) : text.length);
        return fresh.error();
    }

    private RecordError errorOf(final RecordOpener fresh, final byte[] record) {
        memory.put(OUT, record.length > MAX_RECORD ? Arrays.copyOf(record, MAX_RECORD) : record);
        fresh.open(address(OUT), record.length);
        return fresh.error();
    }

    private static byte[] header(final int type, final int version, final int length) {
        final byte[] record = new byte[5 + length];
        record[0] = (byte) type;
        record[1] = (byte) (version >> 8);
        record[2] = (byte) version;
        record[3] = (byte) (length >> 8);
        record[4] = (byte) length;
        return record;
    }

    private static RecordSealer newSealer(final KeyLimits limits, final long recordNumber) {
        return new RecordSealer(
            PROVIDER, TrafficKeys.derive(TestSecrets.specificationSecret(), 16), limits, recordNumber);
    }

    private static RecordOpener newOpener(final long recordNumber) {
        return new RecordOpener(PROVIDER, TrafficKeys.derive(TestSecrets.specificationSecret(), 16), recordNumber);
    }

    private long address(final int offset) {
        return memory.address() + offset;
    }

    private byte[] randomContent(final int length) {
        final byte[] content = new byte[length];
        random.nextBytes(content);
        return content;
    }

    /** Each cipher says no to the first thing it is asked, and is right from then on. */
    private static final class FailingOnceProvider implements AeadProvider {
        @Override
        public String name() {
            return "failing once";
        }

        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            return new FailingOnce(PROVIDER.newAead(key));
        }
    }

    private static final class FailingOnce implements Aead {
        private final Aead right;
        private boolean hasFailed;

        FailingOnce(final Aead right) {
            this.right = right;
        }

        private boolean isFirst() {
            final boolean isFirst = !hasFailed;
            hasFailed = true;
            return isFirst;
        }

        @Override
        public boolean seal(
            final long nonceAddress, final long aadAddress, final long contentAddress, final int contentLength,
            final byte contentType, final long outAddress) {
            return !isFirst() && right.seal(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            return !isFirst() && right.open(nonceAddress, aadAddress, ciphertextAddress, ciphertextLength);
        }

        @Override
        public void close() {
            right.close();
        }
    }

    /** A library that refuses everything. */
    private static final class RefusingProvider implements AeadProvider, Aead {
        @Override
        public String name() {
            return "refusing";
        }

        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            return this;
        }

        @Override
        public boolean seal(
            final long nonceAddress,
            final long aadAddress,
            final long contentAddress,
            final int contentLength,
            final byte contentType,
            final long outAddress) {
            return false;
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            return false;
        }

        @Override
        public void close() {
        }
    }
}
