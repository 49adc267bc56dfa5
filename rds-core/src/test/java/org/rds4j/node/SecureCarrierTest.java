package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.tcp.TcpConnection;

/** One carrier on a connection that is nothing but two pieces of memory and a few positions. */
class SecureCarrierTest {
    private static final int STREAM = 1 << 20;
    private static final Marker KEYS_STAY = new Marker(2, 2);
    private static final KeyLimits FEW = new KeyLimits(4, 40, 1 << 20, 1 << 21);

    private final ByteBuffer inbound = ByteBuffer.allocateDirect(STREAM);
    private final ByteBuffer outbound = ByteBuffer.allocateDirect(STREAM);
    private final ByteBuffer content = ByteBuffer.allocateDirect(STREAM);
    private final EncryptionAgent agent = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(256, CryptoCounters.allocate());
    private final RecordSealer peer =
        new RecordSealer(AeadProviders.best(), CarrierParts.keysOfPeer(), KeyLimits.DEFAULT);
    private final CarrierParts parts = new CarrierParts();
    private final Carriers carriers = parts.carriers;
    private final NodeCounters counters = parts.counters;
    private int written;
    private int received;
    private int consumed;
    private int claimed;
    private int committed;
    private int acknowledged;
    private int room = STREAM;
    private long acknowledgeable;
    private boolean isAborted;
    private boolean isSendClosed;
    private SecureCarrier carrier;

    private SecureCarrier carrier(final KeyLimits limits) {
        return carrier(limits, new Marker(1, 2));
    }

    private SecureCarrier carrier(final KeyLimits limits, final Marker ofPeer) {
        carrier = new SecureCarrier(
            connection(), carriers, CarrierParts.session(limits, ofPeer), new EncryptionLink(queue), null);
        return carrier;
    }

    private TcpConnection connection() {
        return (TcpConnection) Proxy.newProxyInstance(
            TcpConnection.class.getClassLoader(), new Class<?>[] {TcpConnection.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "receivedPosition" -> (long) received;
                    case "consumedPosition" -> (long) consumed;
                    case "receiveAddress" -> BufferUtil.address(inbound) + (long) arguments[0];
                    case "sendAddress" -> BufferUtil.address(outbound) + (long) arguments[0];
                    case "sendSpace" -> room - claimed;
                    case "acknowledgedPosition" -> (long) acknowledged;
                    case "claimSend" -> claim((int) arguments[0]);
                    default -> act(method.getName(), arguments);
                });
    }

    private Object act(final String what, final Object[] arguments) {
        switch (what) {
            case "consume" -> consumed = (int) (long) arguments[0];
            case "acknowledgeUpTo" -> acknowledgeable = (long) arguments[0];
            case "commitSend" -> committed += (int) arguments[0];
            case "abort" -> isAborted = true;
            case "closeSend" -> isSendClosed = true;
            default -> throw new AssertionError(what);
        }
        return null;
    }

    private long claim(final int length) {
        if (claimed + length > room) {
            return -1;
        }
        claimed += length;
        return (long) claimed - length;
    }

    /** The peer's next record, in the stream but not received yet. */
    private void write(final int length) {
        written += peer.seal(BufferUtil.address(content), length, BufferUtil.address(inbound) + written);
    }

    /** Encryption and its answers. */
    private void work() {
        agent.doWork();
        drain();
    }

    private void drain() {
        CarrierParts.drain(queue, carrier);
    }

    /** However the stream is cut: content is handed out where TCP received it, five octets behind its record's header. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 100, 1_448, 9_000, 1 << 20})
    void shouldHandOutContentWhereItWasReceived(final int piece) {
        carrier(KeyLimits.DEFAULT);
        final List<Long> expected = new ArrayList<>();
        for (final int length : new int[] {1, 48, 0, 1_400, 16_384, 3, 100}) {
            if (length > 0) {
                expected.add(BufferUtil.address(inbound) + written + 5);
            }
            write(length);
        }
        final List<Long> seen = new ArrayList<>();
        final CarrierHandler handler = (address, length) -> {
            seen.add(address);
            return length;
        };
        while (received < written) {
            received = Math.min(written, received + piece);
            carrier.onReceivable(null);
            work();
            carrier.receive(handler);
        }
        assertEquals(expected, seen);
        assertEquals(written, consumed);
        assertFalse(isAborted);
    }

    @Test
    void shouldAcknowledgeARecordsLastOctetWhenItIsOpen() {
        carrier(KeyLimits.DEFAULT);
        write(1_000);
        received = written;
        carrier.onReceivable(null);
        assertEquals(written - 1, acknowledgeable);
        work();
        assertTrue(acknowledgeable > written);
    }

    @Test
    void shouldRefuseAHeaderBeforeItsRecordIsHere() {
        carrier(KeyLimits.DEFAULT);
        for (final byte octet : new byte[] {23, 3, 3, 0x7f, 0}) {
            inbound.put(received++, octet);
            carrier.onReceivable(null);
        }
        work();
        assertEquals(1, counters.get(NodeCounter.RECORD_REFUSED));
        assertEquals(24, committed, "an alert");
        assertTrue(isSendClosed);
        assertFalse(isAborted, "not before it can be there");
        carriers.now(99_000_000L);
        assertFalse(carrier.endAfterLastWord());
        assertFalse(isAborted);
        carriers.now(100_000_000L);
        carrier.endAfterLastWord();
        assertTrue(isAborted);
        assertEquals(ByteCarrier.NOT_NOW, carrier.offer(BufferUtil.address(content), 10));
    }

    @Test
    void shouldAbortAtOnceWithoutRoomForAnAlert() {
        carrier(KeyLimits.DEFAULT);
        room = 23;
        received = 5;
        carrier.onReceivable(null);
        assertTrue(isAborted);
    }

    /** A key is due, a KeyUpdate does not fit: no data goes, however much room it would have had later. */
    @Test
    void shouldSendNoDataUnderAKeyThatIsDueUntilTheKeyUpdateHasRoom() {
        carrier(FEW);
        for (int i = 0; i < 4; i++) {
            assertTrue(carrier.offer(BufferUtil.address(content), 10) > 0);
            work();
        }
        room = claimed + 26;
        for (int i = 0; i < 100; i++) {
            assertEquals(ByteCarrier.NOT_NOW, carrier.offer(BufferUtil.address(content), 1));
            carrier.receive((address, length) -> length);
            work();
        }
        assertEquals(0, carrier.session().sendGeneration());
        room += 27 + 23;
        assertTrue(carrier.offer(BufferUtil.address(content), 1) > 0);
        work();
        assertEquals(1, carrier.session().sendGeneration());
        assertEquals(4 * 32 + 27 + 23, committed);
        assertFalse(isAborted);
    }

    @Test
    void shouldAnswerARequestWithoutDataToSendAsSoonAsThereIsRoom() {
        carrier(KeyLimits.DEFAULT);
        room = 0;
        for (int i = 0; i < 3; i++) {
            written += peer.updateKeys(BufferUtil.address(inbound) + written, true);
        }
        received = written;
        carrier.onReceivable(null);
        work();
        carrier.receive((address, length) -> length);
        assertEquals(0, claimed);
        room = STREAM;
        for (int i = 0; i < 5; i++) {
            carrier.receive((address, length) -> length);
            work();
        }
        assertEquals(27, committed, "one answer for three");
        assertEquals(1, carrier.session().sendGeneration());
        assertEquals(3, carrier.session().receiveGeneration());
    }

    /** Who cannot follow a new key gets a farewell instead, behind all data, and as much time as any peer to answer it. */
    @Test
    void shouldCloseInGoodOrderWhereKeysStayAndOneIsDue() {
        carrier(FEW, KEYS_STAY);
        for (int i = 0; i < 4; i++) {
            assertTrue(carrier.offer(BufferUtil.address(content), 10) > 0);
            work();
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(ByteCarrier.NOT_NOW, carrier.offer(BufferUtil.address(content), 10));
            carrier.receive((address, length) -> length);
            work();
        }
        assertEquals(4 * 32 + 24, committed, "four records and a farewell");
        assertTrue(isSendClosed);
        assertEquals(0, carrier.session().sendGeneration());
        assertEquals(1, counters.get(NodeCounter.PATH_RENEWED));
        write(100);
        received = written;
        carrier.onReceivable(null);
        work();
        assertEquals(100, carrier.receive((address, length) -> length), "what was under way comes");
        acknowledged = committed;
        carriers.now(4_999_000_000L);
        assertFalse(carrier.endAfterLastWord());
        assertFalse(isAborted);
        carriers.now(5_000_000_000L);
        carrier.endAfterLastWord();
        assertTrue(isAborted);
    }

    /** The same when it is the peer's key that is used up: it could not follow a request either. */
    @Test
    void shouldCloseInGoodOrderWhereKeysStayAndThePeersIsOverdue() {
        carrier(FEW, KEYS_STAY);
        for (int i = 0; i < 30; i++) {
            write(10);
        }
        received = written;
        carrier.onReceivable(null);
        for (int i = 0; i < 4; i++) {
            work();
            carrier.receive((address, length) -> length);
        }
        assertEquals(24, committed, "a farewell");
        assertEquals(1, counters.get(NodeCounter.PATH_RENEWED));
        assertFalse(isAborted);
    }

    /** A piece of a datagram may be as long as a KeyUpdate: it is not the answer that the peer waits for. */
    @Test
    void shouldNotTakeFiveOctetsOfDataForAKeyUpdate() {
        carrier(KeyLimits.DEFAULT);
        assertTrue(carrier.offer(BufferUtil.address(content), 5) > 0);
        written += peer.updateKeys(BufferUtil.address(inbound) + written, true);
        received = written;
        carrier.onReceivable(null);
        agent.doWork();
        carrier.receive((address, length) -> length);
        drain();
        carrier.receive((address, length) -> length);
        work();
        assertEquals(27 + 27, committed, "the data and one answer");
        assertEquals(1, carrier.session().sendGeneration());
    }

    /** Nor is a piece as long as an alert the last word. */
    @Test
    void shouldNotTakeTwoOctetsOfDataForAnAlert() {
        carrier(KeyLimits.DEFAULT);
        assertTrue(carrier.offer(BufferUtil.address(content), 2) > 0);
        agent.doWork();
        received = 5;
        carrier.onReceivable(null);
        drain();
        assertEquals(24, committed);
        assertFalse(isSendClosed, "the alert is still to come");
        work();
        assertEquals(24 + 24, committed);
        assertTrue(isSendClosed);
    }

    @Test
    void shouldTakeTenKeyUpdatesInASecondAndNotEleven() {
        carrier(KeyLimits.DEFAULT);
        for (int i = 0; i < 50; i++) {
            carriers.now(i * 100_000_000L);
            receiveKeyUpdate();
        }
        assertEquals(0, counters.get(NodeCounter.KEY_UPDATE_FLOOD));
        carriers.now(10_000_000_000L);
        for (int i = 0; i < 10; i++) {
            receiveKeyUpdate();
        }
        assertEquals(0, counters.get(NodeCounter.KEY_UPDATE_FLOOD));
        receiveKeyUpdate();
        assertEquals(1, counters.get(NodeCounter.KEY_UPDATE_FLOOD));
        assertEquals(1, counters.get(NodeCounter.RECORD_REFUSED));
    }

    private void receiveKeyUpdate() {
        written += peer.updateKeys(BufferUtil.address(inbound) + written);
        received = written;
        carrier.onReceivable(null);
        work();
        carrier.receive((address, length) -> length);
    }
}
