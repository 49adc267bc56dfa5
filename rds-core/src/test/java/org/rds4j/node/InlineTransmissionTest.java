package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.model.PacketSink;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.link.SegmentTrain;

/** A connection that is nothing but memory and positions, whose records a modelled NIC encrypts. */
class InlineTransmissionTest {
    private static final int RING = 1 << 20;
    private static final int HEADER = 54;
    private static final int LARGE = 5_000;
    private static final int SMALL = 500;

    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, new PacketSink() {
        @Override
        public int room() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void onPacket(final long address, final int length) {
            // nobody receives
        }
    });
    private final InlineService service =
        new InlineService(new InlineTls(nic, OffloadPolicy.DEFAULT, 1_000), new CipherChoice(), RING);
    private final EncryptionQueue queue =
        EncryptionQueue.inline(64, 1, CryptoCounters.allocate(), CryptoCounters.allocate());
    private final ByteBuffer outbound = ByteBuffer.allocateDirect(RING);
    private final ByteBuffer content = ByteBuffer.allocateDirect(LARGE);
    private final List<Long> retained = new ArrayList<>();
    private final SecureCarrier carrier = carrier();
    private InlineTransmission inline;
    private long claimed;
    private long committed;
    private long acknowledged;

    @Test
    void shouldRetainWhatTheDeviceHasYetToReadWhenAnotherKeyIsGivenToIt() {
        offer(LARGE); // by software, as the device has no key yet
        offer(LARGE);
        assertTrue(inline.isByDevice());
        transmit(0, committed);
        nic.poll();
        acknowledge(committed);
        inline.onKeyUpdate();
        acknowledge(committed);
        final long open = committed;
        offer(SMALL);
        transmit(open, committed);
        acknowledge(committed); // of what had left before, by another way
        offer(LARGE);
        assertTrue(inline.isByDevice(), "with another key");
        acknowledge(committed);
        assertTrue(retained.stream().allMatch(position -> position <= open), retained + " and an element reads from " + open);
        nic.poll();
        acknowledge(committed);
        acknowledge(committed);
        assertEquals(committed, retained.getLast());
    }

    private void offer(final int length) {
        assertTrue(carrier.offer(BufferUtil.address(content), length) > 0);
        drain();
    }

    private void acknowledge(final long position) {
        acknowledged = position;
        service.poll();
        drain();
    }

    private void transmit(final long from, final long to) {
        final long header = inline.claim(HEADER);
        final byte[] octets = HexFormat.of().parseHex("0c42a10000020c42a10000010800" + "4500000000004000400600000a0000010a000002"
            + "3e8ec350" + "0000000000000001" + "50180040" + "00000000");
        for (int i = 0; i < octets.length; i++) {
            UnsafeApi.putByte(header + i, octets[i]);
        }
        final SegmentTrain train = new SegmentTrain();
        train.payload(null, from, (int) (to - from), 1_000, 20, true);
        train.network(14, 34, 0);
        inline.commitTrain(train);
    }

    private SecureCarrier carrier() {
        return new SecureCarrier(connection(), new CarrierParts().carriers,
            CarrierParts.session(KeyLimits.DEFAULT, new Marker(1, 2)), new EncryptionLink(queue), service);
    }

    private TcpConnection connection() {
        return (TcpConnection) Proxy.newProxyInstance(
            TcpConnection.class.getClassLoader(), new Class<?>[] {TcpConnection.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "receivedPosition", "consumedPosition", "remoteHigh", "remoteLow", "localHigh", "localLow" -> 0L;
                    case "remotePort", "localPort" -> 0;
                    case "acknowledgedPosition" -> acknowledged;
                    case "sendAddress" -> BufferUtil.address(outbound) + (long) arguments[0];
                    case "overhangLength" -> 0;
                    case "maxSegmentSize" -> 1_000;
                    case "claimSend" -> claim((int) arguments[0]);
                    case "commitSend" -> commit((int) arguments[0]);
                    case "retainSend" -> retained.add((long) arguments[0]);
                    case "payloadSink" -> sink((InlineTransmission) arguments[0]);
                    case "acknowledgeUpTo" -> null;
                    default -> throw new AssertionError(method.getName());
                });
    }

    private long claim(final int length) {
        claimed += length;
        return claimed - length;
    }

    private Object commit(final int length) {
        committed += length;
        return null;
    }

    private boolean sink(final InlineTransmission transmission) {
        assertNotNull(transmission);
        inline = transmission;
        return true;
    }

    private void drain() {
        CarrierParts.drain(queue, carrier);
    }
}
