package org.rds4j.node;

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
    /** Duty cycles that closing connections get to say goodbye before they are reset. */
    private static final int CLOSING_CYCLES = 100;

    private final NanoClock clock;
    private final LinkPort port;
    private final NetworkLayer network;
    private final TcpEngine tcp;
    private final RdsEngine rds;
    private final Carriers carriers;
    private final Egress egress;
    private final FrameBurst received = new FrameBurst(RECEIVE_BURST);

    EngineAgent(
        final NanoClock clock,
        final LinkPort port,
        final NetworkLayer network,
        final TcpEngine tcp,
        final RdsEngine rds,
        final Carriers carriers,
        final Egress egress) {
        this.clock = clock;
        this.port = port;
        this.network = network;
        this.tcp = tcp;
        this.rds = rds;
        this.carriers = carriers;
        this.egress = egress;
    }

    @Override
    public void onStart() {
        network.announce(clock.nanoTime());
    }

    @Override
    public int doWork() {
        final long nowNs = clock.nanoTime();
        carriers.now(nowNs);
        int work = receive(nowNs);
        work += tcp.onTime(nowNs);
        work += carriers.poll(nowNs);
        work += rds.poll(nowNs);
        work += egress.poll(nowNs);
        return work;
    }

    private int receive(final long nowNs) {
        final int count = port.receiveBurst(received);
        if (count > 0) {
            network.onBurst(received, nowNs);
            port.release(received);
        }
        return count;
    }

    /** When {@link #doWork()} must run at the latest if no frame arrives and no application calls. */
    long nextDeadlineNs() {
        return Math.min(
            Math.min(network.nextDeadlineNs(), tcp.nextDeadlineNs()),
            Math.min(rds.nextDeadlineNs(), carriers.nextDeadlineNs()));
    }

    /** Closes every socket and connection; whatever connection is not over soon is reset, so that the peer knows. */
    @Override
    public void onClose() {
        rds.close(clock.nanoTime());
        for (int i = 0; i < CLOSING_CYCLES && rds.hasCarriers(); i++) {
            doWork();
        }
        rds.poll(Long.MAX_VALUE);
        egress.poll(clock.nanoTime());
        egress.close();
        port.close();
    }

    @Override
    public String roleName() {
        return "rds-engine";
    }
}
