package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Receive aggregation in software (GRO): collects the segments of a burst that continue one another, connection by connection,
 * and hands each {@link SegmentRun} upward in one call. A run ends at PSH, at anything that does not continue it, at 64 KiB, and
 * with the burst. Pure acknowledgements, SYN, FIN, RST, URG and CWR, and packets with IP options go upward by themselves; a
 * segment never overtakes an earlier one of its connection. Checksums that the device has not verified are TCP's to verify,
 * segment by segment, while it copies. One thread.
 */
final class ReceiveAggregator {
    private static final int CONNECTIONS = 8;
    private static final int URG = 0x20;
    private static final int CWR = 0x80;
    private static final int DECIDING_FLAGS = TcpHeaderFlyweight.SYN | TcpHeaderFlyweight.FIN | TcpHeaderFlyweight.RST
        | TcpHeaderFlyweight.ACK | URG | CWR;

    private final SegmentRun[] runs = new SegmentRun[CONNECTIONS];
    private final TransportHandler transport;
    private final NetworkCounters counters;
    private int oldest;
    private int open;

    ReceiveAggregator(final TransportHandler transport, final NetworkCounters counters) {
        this.transport = transport;
        this.counters = counters;
        for (int i = 0; i < CONNECTIONS; i++) {
            runs[i] = new SegmentRun();
        }
    }

    /** As {@link TransportHandler#onSegment}, with the hops left and whether the IP header is without options. */
    void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final int trafficClass, final int hops, final boolean isPlain,
        final boolean checksumVerified, final long nowNs) {
        if (length < TcpHeaderFlyweight.MIN_LENGTH) {
            transport.onSegment(
                remoteHigh, remoteLow, localHigh, localLow, address, length, trafficClass, checksumVerified, nowNs);
            return;
        }
        final SegmentRun run = find(remoteHigh, remoteLow, localHigh, localLow, NetworkOrder.getInt(address));
        final boolean isCandidate = isPlain && carriesOnlyData(address, length);
        if (isCandidate && run != null && run.isContinuedBy(address, length, trafficClass, hops, checksumVerified)) {
            run.append(address, length);
            counters.increment(NetworkCounter.SEGMENTS_AGGREGATED);
            endIfPushed(run, address, nowNs);
            return;
        }
        if (run != null) {
            deliver(run, nowNs);
        }
        if (isCandidate) {
            final SegmentRun fresh = run != null ? run : free(nowNs);
            fresh.begin(remoteHigh, remoteLow, localHigh, localLow, address, length, trafficClass, hops, checksumVerified);
            open++;
            endIfPushed(fresh, address, nowNs);
        } else {
            transport.onSegment(
                remoteHigh, remoteLow, localHigh, localLow, address, length, trafficClass, checksumVerified, nowNs);
        }
    }

    /** Ends every run: the burst is over, or something else has to keep its place in the order of arrival. */
    void flush(final long nowNs) {
        for (int i = 0; open > 0; i++) {
            final SegmentRun run = runs[(oldest + i) & (CONNECTIONS - 1)];
            if (run.isOpen()) {
                deliver(run, nowNs);
            }
        }
    }

    private SegmentRun find(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final int ports) {
        for (int i = 0, left = open; left > 0; i++) {
            final SegmentRun run = runs[i];
            if (run.isOpen()) {
                if (run.isOf(remoteHigh, remoteLow, localHigh, localLow, ports)) {
                    return run;
                }
                left--;
            }
        }
        return null;
    }

    private static boolean carriesOnlyData(final long address, final int length) {
        final int headerLength = TcpHeaderFlyweight.headerLength(address);
        return (TcpHeaderFlyweight.flags(address) & DECIDING_FLAGS) == TcpHeaderFlyweight.ACK &&
            headerLength >= TcpHeaderFlyweight.MIN_LENGTH && headerLength < length;
    }

    private void endIfPushed(final SegmentRun run, final long address, final long nowNs) {
        if ((TcpHeaderFlyweight.flags(address) & TcpHeaderFlyweight.PSH) != 0) {
            deliver(run, nowNs);
        }
    }

    /** A run that is not open; the one whose turn it is ends for it when all are. */
    private SegmentRun free(final long nowNs) {
        if (open == CONNECTIONS) {
            deliver(runs[oldest], nowNs);
            oldest = (oldest + 1) & (CONNECTIONS - 1);
        }
        int i = 0;
        while (runs[i].isOpen()) {
            i++;
        }
        return runs[i];
    }

    private void deliver(final SegmentRun run, final long nowNs) {
        open--;
        transport.onRun(run, nowNs);
        run.clear();
    }
}
