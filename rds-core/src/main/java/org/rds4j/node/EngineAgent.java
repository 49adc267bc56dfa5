package org.rds4j.node;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.rds4j.engine.RdsEngine;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.network.NetworkLayer;

/**
 * The engine thread's duty cycle: one reading of the clock, then inward from the NIC to the sockets and outward from the
 * sockets to the NIC. Owns every connection, path and socket table of the node.
 */
final class EngineAgent implements Agent {
    private static final int RECEIVE_BURST = 64;
    /** Each idle one is followed by a pause: a tenth of a second or so for data and goodbyes to be acknowledged. */
    private static final int CLOSING_CYCLES = 1_000;
    private static final long CLOSING_PAUSE_NS = 50_000L;

    private final NanoClock clock;
    private final LinkPort port;
    private final NetworkLayer network;
    private final TcpEngine tcp;
    private final RdsEngine rds;
    private final Carriers carriers;
    private final PlainStreams streams;
    private final Egress egress;
    private final NodeStatusService status;
    private final FrameBurst received = new FrameBurst(RECEIVE_BURST);

    EngineAgent(
        final NanoClock clock,
        final LinkPort port,
        final NetworkLayer network,
        final TcpEngine tcp,
        final RdsEngine rds,
        final Carriers carriers,
        final PlainStreams streams,
        final Egress egress,
        final NodeStatusService status) {
        this.clock = clock;
        this.port = port;
        this.network = network;
        this.tcp = tcp;
        this.rds = rds;
        this.carriers = carriers;
        this.streams = streams;
        this.egress = egress;
        this.status = status;
    }

    @Override
    public void onStart() {
        network.announce(clock.nanoTime());
    }

    @Override
    public int doWork() {
        final long nowNs = clock.nanoTime();
        carriers.now(nowNs);
        streams.now(nowNs);
        int work = receive(nowNs);
        work += tcp.onTime(nowNs);
        work += carriers.poll(nowNs);
        work += rds.poll(nowNs);
        work += carriers.drain(); // what was sealed meanwhile leaves with this cycle
        work += streams.poll();
        work += egress.poll(nowNs);
        work += status.poll();
        return work;
    }

    private int receive(final long nowNs) {
        final int count = port.receiveBurst(received);
        if (count > 0) {
            network.onBurst(received, nowNs);
            port.release(received);
        }
        if (count < RECEIVE_BURST) {
            carriers.onReceivedAll();
        }
        return count;
    }

    /** When {@link #doWork()} must run at the latest if no frame arrives and no application calls. */
    long nextDeadlineNs() {
        return Math.min(
            Math.min(network.nextDeadlineNs(), tcp.nextDeadlineNs()),
            Math.min(rds.nextDeadlineNs(), Math.min(carriers.nextDeadlineNs(), streams.nextDeadlineNs())));
    }

    /** Waits a little for what is not acknowledged, then closes every socket and connection; what is not over soon is reset. */
    @Override
    public void onClose() {
        try {
            workUntil(rds::isAllAcknowledged);
            streams.close();
            rds.close(clock.nanoTime());
            workUntil(() -> !rds.hasCarriers());
            rds.poll(Long.MAX_VALUE);
            egress.poll(clock.nanoTime());
        } finally {
            egress.close();
            port.close();
        }
    }

    private void workUntil(final BooleanSupplier isOver) {
        for (int i = 0; i < CLOSING_CYCLES && (i == 0 || !isOver.getAsBoolean()); i++) {
            if (doWork() == 0) {
                LockSupport.parkNanos(CLOSING_PAUSE_NS);
            }
        }
    }

    @Override
    public String roleName() {
        return "rds-engine";
    }
}
