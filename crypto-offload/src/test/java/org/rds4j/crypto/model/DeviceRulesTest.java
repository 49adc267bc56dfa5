package org.rds4j.crypto.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.EncryptionKeyCommand;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.firmware.TisCommand;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/** What the device does with drivers that break a rule, element by element. */
class DeviceRulesTest {
    private static final int SALT = 0x380b541d;
    private static final long IV_TAIL = 0xc252b1f0618aea80L;
    private static final int CONTENT = 500;
    private static final int RECORD = CONTENT + 22;
    private static final long NUMBER = 5;

    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final Memory data = new Memory(16 * RECORD);
    private final Memory header = new Memory(128);
    private final byte[] content = new byte[CONTENT];
    private Wire wire;
    private ConnectXModel nic;
    private FirmwareChannel channel;
    private QueueMemory memory;
    private SendQueue queue;
    private int tis;
    private int key;
    private int memoryKey;

    @Test
    void shouldBeOpenedByThePeerWhenAllIsRight() {
        open(ModelMode.STRICT);
        start(SALT, IV_TAIL, key);
        send(tis, 0, RECORD);
        assertArrayEquals(JceRecords.seal(keys, NUMBER, content, 23), wire.payload(0));
        final Memory record = Memory.of(wire.payload(0));
        try (RecordOpener opener = new RecordOpener(
            AeadProviders.best(), TrafficKeys.derive(keys.secret(), 16), NUMBER)) {
            assertEquals(CONTENT, opener.open(record.address(), RECORD));
        }
    }

    @Test
    void shouldFailAtThePeerWithAWrongKeyOrIv() {
        assertBadMac(SALT, IV_TAIL, TestSecrets.secret(1));
        assertBadMac(SALT + 1, IV_TAIL, null);
        assertBadMac((int) IV_TAIL, ((long) SALT << 32) | IV_TAIL >>> 32, null);
        assertBadMac(SALT, (IV_TAIL << 16) | (SALT & 0xffff), null);
        assertBadMac(SALT, 0, null);
    }

    @Test
    void shouldEncryptUnderZerosWhenAShortKeyStandsInTheWrongHalf() {
        open(ModelMode.STRICT);
        final Memory command = new Memory(1024);
        EncryptionKeyCommand.create(command.address(), nic.protectionDomain(), keys.key());
        final byte[] octets = command.get(96, 16);
        command.put(80, octets);
        command.put(96, new byte[16]);
        nic.execute(command.address(), EncryptionKeyCommand.LENGTH, command.address() + 600, 16);
        start(SALT, IV_TAIL, EncryptionKeyCommand.id(command.address() + 600));
        send(tis, 0, RECORD);
        assertNull(JceRecords.open(keys, NUMBER, wire.payload(0)));
        assertArrayEquals(sealedUnderZeros(), wire.payload(0));
    }

    @Test
    void shouldEncryptRecordsOfTls12() {
        open(ModelMode.STRICT);
        final byte[] image = new byte[13 + CONTENT + 16];
        ByteBuffer.wrap(image).put(new byte[] {23, 3, 3}).putShort((short) (8 + CONTENT + 16)).putLong(77).put(content);
        data.put(0, image);
        startVersion(TlsVersion.TLS_1_2);
        send(tis, 0, image.length);
        assertArrayEquals(JceRecords.seal12(keys, NUMBER, 77, content), wire.payload(0));
    }

    @Test
    void shouldFailAtThePeerWhenTheVersionIsNotThatOfTheRecords() {
        open(ModelMode.REAL);
        startVersion(TlsVersion.TLS_1_2);
        send(tis, 0, RECORD);
        assertNull(JceRecords.open(keys, NUMBER, wire.payload(0)));
        open(ModelMode.REAL);
        final byte[] image = new byte[13 + CONTENT + 16];
        ByteBuffer.wrap(image).put(new byte[] {23, 3, 3}).putShort((short) (8 + CONTENT + 16)).putLong(77).put(content);
        data.put(0, image);
        startVersion(TlsVersion.TLS_1_3);
        send(tis, 0, image.length);
        assertFalse(Arrays.equals(JceRecords.seal12(keys, NUMBER, 77, content), wire.payload(0)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotEncryptWithoutAStartAfterTheLastParameters(final boolean isStartFirst) {
        for (final ModelMode mode : ModelMode.values()) {
            open(mode);
            if (isStartFirst) {
                start(SALT, IV_TAIL, key);
            }
            queue.postStaticParameters(ControlSegment.FENCE, tis, TlsVersion.TLS_1_3, NUMBER, SALT, IV_TAIL, key);
            queue.postFence();
            send(tis, 0, RECORD);
            if (mode == ModelMode.ADVERSARIAL) {
                assertEquals(WqeError.NONE, nic.failure(memory));
                assertNull(JceRecords.open(keys, NUMBER, wire.payload(0)));
                assertTrue(nic.counters().get(ModelCounter.TRANSMIT_DESYNC) > 0);
            } else {
                assertEquals(WqeError.CONTEXT_UNUSABLE, nic.failure(memory));
                assertEquals(0, wire.count());
            }
        }
    }

    @Test
    void shouldNeedAFenceBetweenParametersAndData() {
        for (final ModelMode mode : ModelMode.values()) {
            open(mode);
            queue.postStaticParameters(0, tis, TlsVersion.TLS_1_3, NUMBER, SALT, IV_TAIL, key);
            queue.postProgressParameters(0, tis);
            send(tis, 0, RECORD);
            assertEquals(1, nic.counters().get(ModelCounter.UNFENCED_PARAMETERS));
            assertEquals(mode == ModelMode.STRICT ? WqeError.UNFENCED : WqeError.NONE, nic.failure(memory));
            assertEquals(mode == ModelMode.ADVERSARIAL ? 1 : 0, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
            if (mode == ModelMode.ADVERSARIAL) {
                assertNull(JceRecords.open(keys, NUMBER, wire.payload(0)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldTakeAFenceByItselfOrOnTheData(final ModelMode mode) {
        for (final boolean isOnData : new boolean[] {true, false}) {
            open(mode);
            queue.postStaticParameters(0, tis, TlsVersion.TLS_1_3, NUMBER, SALT, IV_TAIL, key);
            queue.postProgressParameters(0, tis);
            if (!isOnData) {
                queue.postFence();
            }
            final long place = memory.ring() + (queue.produced() & memory.blocks() - 1) * 64L;
            post(tis, 0, RECORD);
            if (isOnData) {
                ControlSegment.addFlags(place, ControlSegment.FENCE);
            }
            run();
            assertEquals(0, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
            assertArrayEquals(JceRecords.seal(keys, NUMBER, content, 23), wire.payload(0));
        }
    }

    @Test
    void shouldRefuseContextsAndKeysThatItDoesNotKnow() {
        assertRefused(WqeError.TIS_UNKNOWN, () -> parameters(tis + 1000, key));
        assertRefused(WqeError.TIS_UNKNOWN, () -> queue.postProgressParameters(0, tis + 1000));
        assertRefused(WqeError.TIS_UNKNOWN, () -> post(tis + 1000, 0, RECORD));
        assertRefused(WqeError.DEK_UNKNOWN, () -> parameters(tis, key + 1000));
        assertRefused(WqeError.DEK_DOMAIN, () -> parameters(tis, otherKey(29, 0x18)));
        assertRefused(WqeError.DEK_PURPOSE, () -> parameters(tis, otherKey(27, 2)));
        assertRefused(WqeError.TIS_WITHOUT_TLS, () -> parameters(plainTis(), key));
        assertRefused(WqeError.MEMORY_KEY, () -> {
            start(SALT, IV_TAIL, key);
            queue.postDump(tis, 100, memoryKey + 256, data.address());
        });
        assertRefused(WqeError.MEMORY_KEY, () -> {
            start(SALT, IV_TAIL, key);
            queue.postDump(tis, 100, memoryKey, data.address() + 16 * RECORD - 99);
        });
        assertRefused(WqeError.DATA_LENGTH, () -> {
            start(SALT, IV_TAIL, key);
            queue.postDump(tis, 1501, memoryKey, data.address());
        });
        assertRefused(WqeError.DATA_LENGTH, () -> {
            start(SALT, IV_TAIL, key);
            post(tis, 0, 1449);
        });
    }

    @Test
    void shouldRefuseNumbersShiftedWhereTheyMustNotBe() {
        assertRefused(WqeError.OBJECT_NUMBER, () -> {
            parameters(tis, key);
            final long place = memory.ring() + queue.produced() * 64L;
            queue.postProgressParameters(0, tis);
            BigEndian.putInt(place + 16, tis << 8);
            BigEndian.putInt(place + 12, tis);
        });
        for (final int blocks : new int[] {0, 5}) {
            assertRefused(WqeError.OBJECT_NUMBER, () -> {
                start(SALT, IV_TAIL, key);
                queue.postDump(tis, 100, memoryKey, data.address());
                BigEndian.putInt(memory.ring() + blocks * 64L + 12, tis);
            });
        }
    }

    @Test
    void shouldRefuseHeadersThatDoNotEndWithTcp() {
        assertRefused(WqeError.INLINE_HEADER, () -> {
            start(SALT, IV_TAIL, key);
            Wire.writeHeader(header, 0, 1000, 100);
            queue.beginSend(tis, 0, header.address(), 64, 1);
            queue.data(100, memoryKey, data.address());
            queue.endSend();
        });
        assertRefused(WqeError.INLINE_HEADER, () -> {
            start(SALT, IV_TAIL, key);
            Wire.writeHeader(header, 0, 1000, 100);
            header.put(23, new byte[] {17});
            queue.beginSend(tis, 0, header.address(), Wire.HEADER_LENGTH, 1);
            queue.data(100, memoryKey, data.address());
            queue.endSend();
        });
    }

    @Test
    void shouldRefuseElementsOfAnotherQueueOrPlace() {
        assertRefused(WqeError.QUEUE_NUMBER, () -> {
            queue.postFence();
            BigEndian.putMedium(memory.ring() + 4, memory.number() + 1);
        });
        assertRefused(WqeError.INDEX, () -> {
            queue.postFence();
            BigEndian.putShort(memory.ring() + 1, 1);
        });
        assertRefused(WqeError.OPCODE, () -> {
            queue.postFence();
            BigEndian.putByte(memory.ring() + 3, 0x29);
        });
    }

    @Test
    void shouldKeepTheContextsOfTwoConnectionsOnOneQueueApart() {
        open(ModelMode.STRICT);
        final int otherTis = channel.createTis();
        final int otherKey = channel.createKey(TestSecrets.secret(9));
        start(SALT, IV_TAIL, key);
        queue.postStaticParameters(0, otherTis, TlsVersion.TLS_1_3, 0, 1, 2, otherKey);
        queue.postProgressParameters(0, otherTis);
        queue.postFence();
        for (int at = 0; at < RECORD; at += 58) {
            send(tis, at, 58);
            send(otherTis, at, 58);
        }
        final byte[] ours = new byte[RECORD];
        for (int i = 0; i < wire.count(); i += 2) {
            System.arraycopy(wire.payload(i), 0, ours, i / 2 * 58, 58);
        }
        assertArrayEquals(JceRecords.seal(keys, NUMBER, content, 23), ours);
        assertEquals(WqeError.NONE, nic.failure(memory));
    }

    @Test
    void shouldRefuseAContextOnTwoQueues() {
        open(ModelMode.STRICT);
        start(SALT, IV_TAIL, key);
        send(tis, 0, 100);
        final QueueMemory second = nic.openQueue(64);
        final SendQueue other = new SendQueue(second, RingEnd.PAD);
        other.postDump(tis, 100, memoryKey, data.address() + 100);
        other.ring();
        nic.poll();
        assertEquals(WqeError.TIS_QUEUE, nic.failure(second));
    }

    @Test
    void shouldEmitGarbageWhenASegmentIsNotTheContinuation() {
        open(ModelMode.REAL);
        start(SALT, IV_TAIL, key);
        send(tis, 0, 100);
        send(tis, 200, 100);
        send(tis, 100, 100);
        send(tis, 300, RECORD - 300);
        assertEquals(2, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
        final byte[] record = new byte[RECORD];
        for (int i = 0; i < wire.count(); i++) {
            System.arraycopy(wire.payload(i), 0, record, wire.sequence(i), wire.payload(i).length);
            wire.assertChecksums(i);
        }
        assertNull(JceRecords.open(keys, NUMBER, record));
        open(ModelMode.STRICT);
        start(SALT, IV_TAIL, key);
        send(tis, 0, 100);
        send(tis, 200, 100);
        assertEquals(WqeError.DISCONTINUOUS, nic.failure(memory));
        assertEquals(1, wire.count());
    }

    @Test
    void shouldNotLetPlaintextOut() {
        for (final ModelMode mode : ModelMode.values()) {
            open(mode);
            nic.plaintext(data.address(), RECORD, true);
            send(0, 0, RECORD);
            assertEquals(1, nic.counters().get(ModelCounter.PLAINTEXT_LEAK));
            assertEquals(0, wire.count());
            assertEquals(mode == ModelMode.STRICT ? WqeError.PLAINTEXT : WqeError.NONE, nic.failure(memory));
            nic.plaintext(data.address(), RECORD, false);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCutATrainOfIpv6WithAndWithoutVlan(final boolean isTagged) {
        open(ModelMode.STRICT);
        start(SALT, IV_TAIL, key);
        final int ip = isTagged ? 18 : 14;
        final byte[] headers = HexFormat.of().parseHex("0c42a10000020c42a1000001" + (isTagged ? "81000007" : "") + "86dd"
            + "6000000000000640" + "fd000000000000000000000000000001" + "fd000000000000000000000000000002"
            + "3e8ec350" + "0000000000000001" + "50990040" + "00000000");
        header.put(0, headers);
        queue.beginSend(tis, 200, header.address(), headers.length, 1);
        queue.data(RECORD, memoryKey, data.address());
        queue.endSend();
        run();
        assertEquals(3, wire.count());
        final byte[] sealed = JceRecords.seal(keys, NUMBER, content, 23);
        for (int i = 0; i < 3; i++) {
            final byte[] frame = wire.frame(i);
            final int length = frame.length - headers.length;
            final ByteBuffer view = ByteBuffer.wrap(frame);
            assertArrayEquals(Arrays.copyOfRange(sealed, i * 200, i * 200 + length), wire.frame(i, headers.length));
            assertEquals(20 + length, view.getShort(ip + 4));
            assertEquals(i * 200, view.getInt(ip + 44));
            assertEquals(0x10 | (i == 0 ? 0x80 : 0) | (i == 2 ? 0x09 : 0), view.get(ip + 53) & 0xff);
            final long pseudo = Wire.sum(frame, ip + 8, 32) + 6 + 20 + length;
            assertEquals(0xffff, Wire.fold(pseudo + Wire.sum(frame, ip + 40, 20 + length)));
        }
    }

    /** Whatever bit of a start and a packet is wrong: refused, or harmless, or garbage at the peer; plaintext never. */
    @Test
    void shouldShowNoPlaintextWhateverBitIsWrong() {
        final int octets = 7 * 64 + 64;
        int refused = 0;
        for (int bit = 0; bit < octets * 8; bit += 3) {
            open(bit % 2 == 0 ? ModelMode.REAL : ModelMode.ADVERSARIAL);
            nic.plaintext(data.address(), RECORD, true);
            start(SALT, IV_TAIL, key);
            post(tis, 0, RECORD);
            final long octet = memory.ring() + bit / 8;
            BigEndian.putByte(octet, BigEndian.getByte(octet) ^ (1 << (bit % 8)));
            run();
            refused += nic.failure(memory) == WqeError.NONE ? 0 : 1;
            if (wire.count() > 0 && wire.payload(0).length > 21) {
                assertFalse(Arrays.equals(content, 0, 16, wire.payload(0), 5, 21), "bit " + bit);
            }
            nic.plaintext(data.address(), RECORD, false);
        }
        assertTrue(refused > 400, "refused " + refused);
    }

    @Test
    void shouldWaitForASinkThatIsFull() {
        open(ModelMode.STRICT);
        start(SALT, IV_TAIL, key);
        wire.room(2);
        Wire.writeHeader(header, 0, 0, 0);
        queue.beginSend(tis, 100, header.address(), Wire.HEADER_LENGTH, 1);
        queue.data(RECORD, memoryKey, data.address());
        queue.endSend();
        run();
        assertEquals(2, wire.count());
        nic.poll();
        assertEquals(2, wire.count());
        wire.room(10);
        nic.poll();
        assertEquals(6, wire.count());
        assertArrayEquals(JceRecords.seal(keys, NUMBER, content, 23), wire.payloads());
    }

    private byte[] sealedUnderZeros() {
        try {
            final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            final byte[] nonce = ByteBuffer.allocate(12).putInt(SALT).putLong(IV_TAIL ^ NUMBER).array();
            cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[16], "AES"), new GCMParameterSpec(128, nonce));
            cipher.updateAAD(data.get(0, 5));
            return JceRecords.concat(data.get(0, 5), cipher.doFinal(data.get(5, CONTENT + 1)));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertBadMac(final int salt, final long ivTail, final byte[] otherKey) {
        open(ModelMode.STRICT);
        start(salt, ivTail, otherKey == null ? key : channel.createKey(Arrays.copyOf(otherKey, 16)));
        send(tis, 0, RECORD);
        assertNull(JceRecords.open(keys, NUMBER, wire.payload(0)));
    }

    private void assertRefused(final WqeError reason, final Runnable driver) {
        open(ModelMode.STRICT);
        driver.run();
        run();
        assertEquals(reason, nic.failure(memory));
        assertEquals(1, nic.counters().get(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(reason, queue.failure());
        assertEquals(0, nic.poll());
    }

    private void open(final ModelMode mode) {
        wire = new Wire();
        nic = new ConnectXModel(mode, 1500, wire);
        channel = new FirmwareChannel(nic);
        memory = nic.openQueue(64);
        queue = new SendQueue(memory, RingEnd.PAD);
        tis = channel.createTis();
        key = channel.createKey(keys.key());
        memoryKey = nic.register(data.address(), 16 * RECORD);
        new Random(3).nextBytes(content);
        try (RecordSealer sealer = new RecordSealer(AeadProviders.best(), keys.copy(), KeyLimits.DEFAULT)) {
            sealer.frame(Memory.of(content).address(), CONTENT, data.address());
        }
    }

    private void parameters(final int context, final int dek) {
        queue.postStaticParameters(0, context, TlsVersion.TLS_1_3, NUMBER, SALT, IV_TAIL, dek);
    }

    private void start(final int salt, final long ivTail, final int dek) {
        queue.postStaticParameters(0, tis, TlsVersion.TLS_1_3, NUMBER, salt, ivTail, dek);
        queue.postProgressParameters(ControlSegment.FENCE, tis);
        queue.postFence();
    }

    private void startVersion(final TlsVersion version) {
        queue.postStaticParameters(0, tis, version, NUMBER, SALT, IV_TAIL, key);
        queue.postProgressParameters(ControlSegment.FENCE, tis);
        queue.postFence();
    }

    private int otherKey(final int offset, final int octet) {
        final Memory command = new Memory(1024);
        EncryptionKeyCommand.create(command.address(), nic.protectionDomain(), keys.key());
        command.put(offset == 29 ? 31 : offset, new byte[] {(byte) octet});
        nic.execute(command.address(), EncryptionKeyCommand.LENGTH, command.address() + 600, 16);
        return EncryptionKeyCommand.id(command.address() + 600);
    }

    private int plainTis() {
        final Memory command = new Memory(512);
        TisCommand.create(command.address(), nic.transportDomain(), nic.protectionDomain());
        command.put(32, new byte[1]);
        nic.execute(command.address(), TisCommand.CREATE_LENGTH, command.address() + 256, 16);
        return FirmwareCommand.number(command.address() + 256);
    }

    private void post(final int context, final int sequence, final int length) {
        Wire.writeHeader(header, 0, sequence, length);
        queue.beginSend(context, 0, header.address(), Wire.HEADER_LENGTH, 1);
        queue.data(length, memoryKey, data.address() + sequence);
        queue.endSend();
    }

    private void send(final int context, final int sequence, final int length) {
        post(context, sequence, length);
        run();
    }

    private void run() {
        queue.ring();
        nic.poll();
        queue.poll();
    }
}
