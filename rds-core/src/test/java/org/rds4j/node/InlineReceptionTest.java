package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.model.PacketSink;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.tcp.TcpConnection;

/** What becomes of a connection whose records a NIC decrypts when its firmware refuses a step; no packet comes. */
class InlineReceptionTest {
    private static final int LARGE = 5_000;
    private static final CompletionHandler NOTHING_ELSE = (CompletionHandler) Proxy.newProxyInstance(
        CompletionHandler.class.getClassLoader(), new Class<?>[] {CompletionHandler.class}, (proxy, method, arguments) -> {
            throw new AssertionError(method.getName());
        });

    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, new PacketSink() {
        @Override
        public int room() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void onPacket(final long address, final int length) {
            throw new AssertionError();
        }
    });
    private final InlineService service =
        new InlineService(new InlineTls(device(), OffloadPolicy.DEFAULT, 1_000), new CipherChoice(), 1 << 20);
    private final EncryptionQueue queue =
        EncryptionQueue.inline(64, 1, CryptoCounters.allocate(), CryptoCounters.allocate());
    private final SessionKeys keys =
        new SessionKeys(keys(1), keys(2), true, "TLS_AES_128_GCM_SHA256", List.of(), new Marker(1, 2));
    private final SecureSession session = new SecureSession(1, keys, AeadProviders.best(), KeyLimits.DEFAULT);
    private final TcpConnection connection = connection();
    private final SecureCarrier carrier = carrier();
    private final InlineReception reception = new InlineReception(service, carrier, connection, session, queue);
    private boolean refusesSteering;
    private boolean failsUnsteering;
    private boolean isAborted;

    @Test
    void shouldLeaveTheDeviceThatRefusesThePackets() {
        refusesSteering = true;
        reception.opening(0, LARGE);
        run();
        assertTrue(reception.isOver());
        assertEquals(1, service.counters().get(OffloadCounter.RECEPTIONS));
        assertFalse(isAborted);
    }

    @Test
    void shouldEndTheConnectionWhosePacketsTheDeviceKeeps() {
        reception.opening(0, LARGE);
        run();
        failsUnsteering = true;
        reception.onKeyUpdate();
        run();
        assertTrue(isAborted);
        assertTrue(reception.end());
    }

    private void run() {
        for (int i = 0; i < 8; i++) {
            queue.drain(NOTHING_ELSE, 64);
            nic.poll();
            service.poll();
        }
    }

    /** The model, but for what a test says. */
    private OffloadDevice device() {
        return (OffloadDevice) Proxy.newProxyInstance(
            OffloadDevice.class.getClassLoader(), new Class<?>[] {OffloadDevice.class}, (proxy, method, arguments) -> {
                if (failsUnsteering && method.getName().equals("unsteer")) {
                    throw new IllegalStateException("the firmware does not answer");
                }
                final Object result = method.invoke(nic, arguments);
                return method.getName().equals("steer") ? Boolean.valueOf(!refusesSteering) : result;
            });
    }

    private SecureCarrier carrier() {
        final Carriers carriers = new Carriers(
            new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT).conclude(), null,
            new LaneSettings(16_385, 4, lane -> 0), null, new Random(1),
            new NodeCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(NodeCounters.LENGTH)), 0));
        return new SecureCarrier(connection, carriers, session, new EncryptionLink(queue), service);
    }

    private static TrafficKeys keys(final int first) {
        final byte[] secret = new byte[TrafficKeys.SECRET_LENGTH];
        secret[0] = (byte) first;
        return TrafficKeys.derive(secret, 16);
    }

    private TcpConnection connection() {
        return (TcpConnection) Proxy.newProxyInstance(
            TcpConnection.class.getClassLoader(), new Class<?>[] {TcpConnection.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "receivedPosition", "consumedPosition", "acknowledgedPosition", "remoteHigh", "remoteLow", "localHigh",
                        "localLow" -> 0L;
                    case "remotePort", "localPort", "overhangLength", "receiveSequence" -> 0;
                    case "maxSegmentSize" -> 1_000;
                    case "receiveWatcher", "acknowledgeUpTo" -> null;
                    case "abort" -> abort();
                    default -> throw new AssertionError(method.getName());
                });
    }

    private Object abort() {
        isAborted = true;
        return null;
    }
}
