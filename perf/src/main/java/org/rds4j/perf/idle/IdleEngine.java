package org.rds4j.perf.idle;

import java.nio.ByteBuffer;
import java.util.Properties;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.engine.RdsEngine;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.status.RdsCounters;

/** An RDS engine in time of its own, whose peers took a datagram once and are silent since. One thread. */
final class IdleEngine {
    private static final int LENGTH = 64;
    private static final long CYCLE_NS = 1_000;
    private static final long SILENCE_NS = 60_000_000_000L;
    private static final int CYCLES_PER_PEER = 1_000;
    /** 10.1.0.0: all have larger addresses than the engine, which dials. */
    private static final long FIRST_PEER = 0xffff_0a01_0000L;

    private final RdsContext context;
    private final RdsEngine engine;
    private final SilentPeer[] peers;
    private int dialed;
    private long nowNs = 1;

    /**
     * An engine that knows nobody.
     *
     * @param peers that {@link #meetAll} introduces.
     */
    IdleEngine(final SilentPeer... peers) {
        this.peers = peers;
        context = new RdsContext(new Properties()).address("10.0.0.1/8").security(SecurityMode.PLAINTEXT)
            .nanoClock(() -> nowNs).applicationIdleStrategy("busy-spin").maxSockets(1).maxPeers(Math.max(1, peers.length))
            .connectBudget(1_000_000).conclude();
        engine = new RdsEngine(context, connector(), level -> 0, new SplittableRandom(1), RdsCounters.inMemory());
    }

    private PathConnector connector() {
        return new PathConnector() {
            @Override
            public void connect(final PathKey key, final long timeNs) {
                engine.onCarrierUp(key, peers[dialed++], true, timeNs);
            }

            @Override
            public void knock(final PathKey key, final long timeNs) {
                throw new IllegalStateException("the engine has the smallest address");
            }
        };
    }

    /** Sends each peer a datagram, and lets a minute pass. */
    void meetAll() {
        final RdsSocket socket = RdsSocket.open(context, engine.proxy(), this::cycle, 1);
        socket.bind(0);
        final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
        for (int i = 0; i < peers.length; i++) {
            socket.send(RdsAddress.of(0, FIRST_PEER + i, 2), payload, 0, LENGTH, 0, 1_000_000_000L);
            runUntilTaken(socket);
        }
        nowNs += SILENCE_NS;
        cycles(CYCLES_PER_PEER);
    }

    private void runUntilTaken(final RdsSocket socket) {
        for (int i = 0; i < CYCLES_PER_PEER; i++) {
            cycle();
            if (socket.unacknowledgedLength() == 0) {
                return;
            }
        }
        throw new MeasurementException("a peer did not take its datagram");
    }

    private int cycle() {
        nowNs += CYCLE_NS;
        return engine.poll(nowNs);
    }

    /**
     * Duty cycles, as a thread without work does them: with a look at when the next one is due.
     *
     * @param count how many.
     * @return the work they found, which is none.
     */
    int cycles(final int count) {
        int work = 0;
        for (int i = 0; i < count; i++) {
            work += cycle();
            work += engine.nextDeadlineNs() < nowNs ? 1 : 0;
        }
        return work;
    }
}
