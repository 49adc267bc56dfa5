package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.agrona.BufferUtil;
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
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ProgressParameters;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.tcp.TcpConnection;

/** A connection whose records a NIC decrypts: what follows on what the device says, which a test says for it. */
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
    private int decryption = Completion.NOT_DECRYPTED;
    private int contextsEnded;
    /** Where the device writes its reports. */
    private long readbacks;
    private final ByteBuffer streamMemory = ByteBuffer.allocateDirect(1 << 20);
    private final long stream = BufferUtil.address(streamMemory);
    private int received;
    /** The last record opened is always still under way. */
    private Runnable underWay = () -> { };

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

    /** Packets that the device had before it lost the connection may be in the receive ring. */
    @Test
    void shouldKeepTheContextUntilAllPacketsAreTakenThatItMayHaveDecrypted() {
        reception.opening(0, LARGE);
        run();
        reception.onKeyUpdate();
        work(NOTHING_ELSE);
        assertEquals(0, contextsEnded, "the ring was not empty");
        decryption = Completion.DECRYPTED;
        assertTrue(reception.takes(0, 1));
        reception.onTaken(0, 0, LARGE);
        run();
        assertEquals(0, contextsEnded, "a record under its key is not open");
        assertNotNull(reception.opening(0, LARGE));
        run();
        assertEquals(1, contextsEnded);
    }

    /** Without the key it could not be made ciphertext again. */
    @Test
    void shouldDropWhatComesDecryptedWhenNoContextHasThePackets() {
        reception.opening(0, LARGE);
        run();
        reception.onKeyUpdate();
        run();
        assertEquals(1, contextsEnded);
        decryption = Completion.DECRYPTED;
        assertFalse(reception.takes(0, 1));
        reception.opening(0, LARGE);
        assertFalse(reception.takes(0, 1), "the next context is being made");
        assertEquals(2, service.counters().get(OffloadCounter.DECRYPTED_DROPPED));
        decryption = Completion.NOT_DECRYPTED;
        assertTrue(reception.takes(0, 1));
        decryption = Completion.DECRYPTED;
        run();
        assertTrue(reception.takes(0, 1));
    }

    @Test
    void shouldLeaveFirmwareTimeForOthersWhereManyLoseTheirContexts() {
        carrier.carriers.now(1_000_000_000L);
        for (int i = 0; i < 100; i++) {
            service.losses().take(carrier.carriers.nowNs());
        }
        reception.opening(0, LARGE);
        run();
        assertEquals(0, service.counters().get(OffloadCounter.RECEPTIONS));
        carrier.carriers.now(2_000_000_000L);
        reception.opening(0, LARGE);
        run();
        assertEquals(1, service.counters().get(OffloadCounter.RECEPTIONS));
    }

    @Test
    void shouldTellTheDeviceNothingMoreWhenTheConnectionHasEnded() {
        reception.opening(0, LARGE);
        run();
        ask();
        assertFalse(reception.end());
        run();
        assertTrue(reception.end());
        assertEquals(0, service.counters().get(OffloadCounter.RESYNC_RETRIES), "its report was looked into");
        assertEquals(1, contextsEnded);
    }

    @Test
    void shouldGiveALostDeviceANewContextTenTimesInASecond() {
        for (int second = 1; second <= 2; second++) {
            carrier.carriers.now(second * 1_000_000_000L);
            for (int i = 1; i <= 10; i++) {
                loseTheDevice();
                assertEquals(10 * (second - 1) + i, contextsEnded);
            }
            reception.opening(0, LARGE);
            run();
            assertEquals(10L * second, service.counters().get(OffloadCounter.RECEPTIONS), "another one in the same second");
        }
    }

    /** It asks for the place where it was told the number, and for another before it has decrypted anything. */
    private void loseTheDevice() {
        reception.opening(0, LARGE);
        run();
        final long answers = service.counters().get(OffloadCounter.RESYNC_ANSWERS);
        reception.onHeader(0);
        report(0);
        assertEquals(answers + 1, service.counters().get(OffloadCounter.RESYNC_ANSWERS));
        report(100);
        run();
    }

    private void ask() {
        decryption = Completion.RESYNC;
        reception.onTaken(0, 0, 100);
    }

    private void report(final int place) {
        ask();
        nic.poll();
        final long report = readbacks + contextsEnded * 64L; // each has another one
        ProgressParameters.report(
            report, ProgressParameters.object(report), place, place, ProgressParameters.TRACKER_TRACKING,
            ProgressParameters.AUTH_NO_OFFLOAD, 0);
        service.poll();
    }

    /** At no time are all records open. */
    @Test
    void shouldGiveTheDeviceTheNextKeyUnderASteadyLoad() {
        final CompletionHandler steady = (CompletionHandler) Proxy.newProxyInstance(
            CompletionHandler.class.getClassLoader(), new Class<?>[] {CompletionHandler.class}, (proxy, method, arguments) -> {
                underWay.run();
                underWay = () -> carrier.onOpened(
                    (long) arguments[2], (int) arguments[3], (int) arguments[4], (RecordError) arguments[5]);
                return null;
            });
        try (RecordSealer peer = new RecordSealer(AeadProviders.best(), keys(2), KeyLimits.DEFAULT)) {
            for (int i = 0; i < 10; i++) {
                received += i == 3
                    ? peer.updateKeys(stream + received)
                    : peer.seal(stream + streamMemory.capacity() / 2, LARGE, stream + received);
                carrier.onReceivable(connection);
                for (int turn = 0; turn < 8; turn++) {
                    service.onReceivedAll();
                    work(steady);
                }
            }
        }
        assertFalse(isAborted);
        assertEquals(2, service.counters().get(OffloadCounter.RECEPTIONS));
    }

    private void run() {
        for (int i = 0; i < 8; i++) {
            service.onReceivedAll();
            work(NOTHING_ELSE);
        }
    }

    private void work(final CompletionHandler handler) {
        for (int i = 0; i < 8; i++) {
            queue.drain(handler, 64);
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
                return switch (method.getName()) {
                    case "steer" -> !refusesSteering;
                    case "decryption" -> decryption;
                    default -> note(method.getName(), arguments, result);
                };
            });
    }

    private Object note(final String name, final Object[] arguments, final Object result) {
        if (name.equals("execute") && FirmwareCommand.opcode((long) arguments[0]) == FirmwareCommand.DESTROY_TIR) {
            contextsEnded++;
        } else if (name.equals("register")) {
            readbacks = (long) arguments[0];
        }
        return result;
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
                    case "receivedPosition" -> (long) received;
                    case "receiveAddress" -> stream + (long) arguments[0];
                    case "consumedPosition", "acknowledgedPosition", "remoteHigh", "remoteLow", "localHigh", "localLow" -> 0L;
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
