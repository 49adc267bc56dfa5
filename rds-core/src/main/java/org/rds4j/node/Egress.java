package org.rds4j.node;

import java.util.Arrays;
import org.rds4j.qos.schedule.EgressArbiter;
import org.rds4j.qos.schedule.LaneBacklog;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.NetworkLayer;

/**
 * The transmit side of a duty cycle: the arbiter picks a lane, TCP builds that lane's next frames in the link's memory, as many
 * as the lane would be served in a row, and the batch goes to the device. Frames of no lane (ARP, ICMP, resets) are few, rate
 * limited, and go first.
 */
final class Egress implements LaneBacklog {
    private static final int BURST = 64;
    /** Connections of one lane that are passed over in a cycle, as each can not send for a reason of its own. */
    private static final int PASSES = 16;

    private final NetworkLayer network;
    private final TcpEngine tcp;
    private final EgressArbiter arbiter;
    private final TransmitBatch batch;
    private final NodeCounters counters;
    private final int[] passes = new int[TcpEngine.LANES];
    /** Lanes of which too many connections in a row could not send in this cycle: they wait without keeping others back. */
    private int blockedLanes;

    Egress(
        final NetworkLayer network,
        final TcpEngine tcp,
        final EgressArbiter arbiter,
        final LinkPort port,
        final LinkOffloads offloads,
        final NodeCounters counters) {
        this.network = network;
        this.tcp = tcp;
        this.arbiter = arbiter;
        this.batch = new TransmitBatch(port, BURST, offloads);
        this.counters = counters;
    }

    @Override
    public int nextFrameLength(final int lane) {
        return (blockedLanes & 1 << lane) != 0 ? 0 : tcp.nextFrameLength(lane);
    }

    /**
     * Sends up to one burst.
     *
     * @param nowNs the engine's time.
     * @return frames given to the device.
     */
    int poll(final long nowNs) {
        if (batch.hasRoom()) {
            network.poll(batch, nowNs);
            emitControl(nowNs);
            emitLanes(nowNs);
        }
        return flush();
    }

    private void emitControl(final long nowNs) {
        int octets = 1;
        while (octets > 0 && batch.hasRoom()) {
            octets = tcp.pollControl(batch, nowNs);
        }
    }

    private void emitLanes(final long nowNs) {
        blockedLanes = 0;
        Arrays.fill(passes, 0);
        while (batch.hasRoom()) {
            final int lane = arbiter.pick(this, nowNs);
            if (lane == EgressArbiter.NONE) {
                return;
            }
            final int octets = tcp.emit(lane, batch, nowNs, arbiter.framesGranted(lane));
            if (octets > 0) {
                arbiter.charge(lane, octets, tcp.framesEmitted());
            } else {
                arbiter.withdraw(lane);
                pass(lane);
            }
        }
    }

    /**
     * A connection could not send: its next hop is not resolved, or the queue of its own is full. TCP has put it behind the
     * others of its lane, which need not wait for that.
     */
    private void pass(final int lane) {
        if (++passes[lane] == PASSES) {
            blockedLanes |= 1 << lane;
        }
    }

    private int flush() {
        if (batch.pending() == 0) {
            return 0;
        }
        final int sent = batch.flush();
        if (batch.pending() > 0) {
            counters.add(NodeCounter.TRANSMIT_DEFERRED, batch.pending());
        }
        return sent;
    }

    void close() {
        batch.close();
    }
}
