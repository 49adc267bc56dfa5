package org.rds4j.tcp.connection;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ACK;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.RST;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.wire.OptionLayout;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * A bounded queue of segments without payload that do not wait for a connection's turn: resets, replies in TIME-WAIT, early
 * acknowledgements, and in queues of their own the answers to SYNs. When it is full, a segment that waits for its next hop makes
 * room. One thread.
 */
final class ControlQueue {
    private static final long MAX_WAIT_NS = 1_000_000_000L;
    /** How many are asked for their next hop at a time: a queue of strangers must not cost a scan per frame. */
    private static final int MOST_LOOKED_AT = 32;

    private final Entry[] entries;
    private final SegmentWriter writer;
    private final OptionLayout layout;
    private final TcpCounters counters;
    private int head;
    private int count;

    ControlQueue(final TcpConfiguration configuration, final SegmentWriter writer, final TcpCounters counters) {
        layout = configuration.optionLayout();
        entries = new Entry[configuration.controlQueueLength()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new Entry();
        }
        this.writer = writer;
        this.counters = counters;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Queues a reset; ACK is set if an acknowledgement number is given by the flag. */
    void reset(
        final NetworkRoute route, final int localPort, final int remotePort,
        final int sequence, final int acknowledgement, final int flags, final long nowNs) {
        final Entry entry = append(route, nowNs);
        if (entry != null) {
            entry.set(localPort, remotePort, sequence, acknowledgement, RST | flags, 0);
            counters.increment(TcpCounter.RESETS_OUT);
        }
    }

    /**
     * Queues the reset of a connection that is being aborted (RFC 9293 section 3.10.5). It acknowledges, as kernels' do: a peer
     * in SYN-SENT believes no other.
     */
    void reset(final Connection connection, final int timestamp, final long nowNs) {
        reset(connection, connection.sequence(connection.sndNxt), connection.acknowledgement(), ACK, timestamp, nowNs);
    }

    /** Queues the reset that answers data for a connection whose owner has closed: it begins where the peer expects it. */
    void reset(final Connection connection, final int sequence, final int timestamp, final long nowNs) {
        reset(connection, sequence, 0, 0, timestamp, nowNs);
    }

    private void reset(
        final Connection connection, final int sequence, final int acknowledgement, final int flags, final int timestamp,
        final long nowNs) {
        final Entry entry = append(connection.route, nowNs);
        if (entry != null) {
            entry.set(connection.localPort(), connection.remotePort(), sequence, acknowledgement, RST | flags, 0);
            entry.timestamps(connection.timestamps, timestamp, connection.tsRecent);
            entry.trafficClass = connection.dscp << 2;
            counters.increment(TcpCounter.RESETS_OUT);
        }
    }

    /** Queues an acknowledgement of what has been received so far, ahead of the one that will follow; false without room. */
    boolean acknowledge(final Connection connection, final int timestamp, final long nowNs) {
        final Entry entry = append(connection.route, nowNs);
        if (entry == null) {
            return false;
        }
        entry.set(
            connection.localPort(), connection.remotePort(), connection.sequence(connection.sndNxt),
            connection.acknowledgement(), ACK, connection.window.announce(connection.acknowledges(), connection.freed()));
        entry.timestamps(connection.timestamps, timestamp, connection.tsRecent);
        entry.trafficClass = connection.dscp << 2;
        return true;
    }

    /** Queues an acknowledgement in the name of a connection in TIME-WAIT. */
    void acknowledge(final TimeWaitRecord record, final int timestamp, final long nowNs) {
        final Entry entry = append(record.route, nowNs);
        if (entry != null) {
            entry.set(
                record.localPort(), record.remotePort(), record.sequence, record.acknowledgement, ACK, record.window);
            entry.timestamps(record.timestamps, timestamp, record.tsRecent);
            entry.trafficClass = record.trafficClass;
        }
    }

    /** Queues the answer to a SYN; the shift is ours, or {@link TcpOptions#ABSENT}. */
    void synAck(
        final HalfOpen record, final ListenerPort listener, final int flags, final int window, final int windowShift,
        final int timestamp, final long nowNs) {
        final Entry entry = append(record.route, nowNs);
        if (entry != null) {
            entry.set(
                record.localPort(), record.remotePort(), record.sequence, record.peerSequence + 1, flags, window);
            entry.timestamps(record.timestamps, timestamp, record.tsRecent);
            entry.trafficClass = listener.dscp << 2;
            entry.isSyn = true;
            entry.maxSegmentSize = Math.min(SegmentSize.announced(record.route), listener.settings.maxSegmentSize);
            entry.windowShift = windowShift;
            entry.sack = record.sack;
        }
    }

    /** Queues an acknowledgement in the name of a handshake. */
    void acknowledge(final HalfOpen record, final int window, final int timestamp, final int dscp, final long nowNs) {
        final Entry entry = append(record.route, nowNs);
        if (entry != null) {
            entry.set(
                record.localPort(), record.remotePort(), record.sequence + 1, record.peerSequence + 1, ACK, window);
            entry.timestamps(record.timestamps, timestamp, record.tsRecent);
            entry.trafficClass = dscp << 2;
        }
    }

    private Entry append(final NetworkRoute route, final long nowNs) {
        if (count == entries.length && entries[head].isDeferred) {
            counters.increment(TcpCounter.DROP_CONTROL_QUEUE);
            removeHead();
        }
        if (route == null || count == entries.length) {
            counters.increment(TcpCounter.DROP_CONTROL_QUEUE);
            return null;
        }
        final Entry entry = entries[(head + count) % entries.length];
        count++;
        entry.route = route;
        route.hold();
        entry.queuedNs = nowNs;
        entry.trafficClass = 0;
        entry.hasTimestamps = false;
        entry.isSyn = false;
        entry.isDeferred = false;
        return entry;
    }

    /** Octets of the frame that {@link #poll} would send now, 0 if there is none. */
    int nextFrameLength(final long nowNs) {
        return seekResolved(nowNs) ? frameLength(entries[head]) : 0;
    }

    private int frameLength(final Entry entry) {
        return entry.route.overheadLength() + headerLength(entry);
    }

    private int headerLength(final Entry entry) {
        if (entry.isSyn) {
            return TcpHeaderFlyweight.MIN_LENGTH +
                layout.length(entry.windowShift != TcpOptions.ABSENT, entry.sack, entry.hasTimestamps);
        }
        return TcpHeaderFlyweight.MIN_LENGTH + (entry.hasTimestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
    }

    /** Brings the oldest segment whose next hop is known to the head; those before it wait behind the others. */
    private boolean seekResolved(final long nowNs) {
        for (int looked = 0; looked < MOST_LOOKED_AT && count > 0; looked++) {
            if (entries[head].route.isResolved(nowNs)) {
                return true;
            }
            defer(entries[head], nowNs);
        }
        return false;
    }

    int poll(final FrameSink sink, final long nowNs) {
        if (!seekResolved(nowNs)) {
            return 0;
        }
        final int octets = write(entries[head], sink);
        if (octets > 0) {
            removeHead();
            counters.increment(TcpCounter.SEGMENTS_OUT);
        }
        return octets;
    }

    /** The next hop is unknown: lets others pass, and gives up after a while. */
    private void defer(final Entry entry, final long nowNs) {
        if (nowNs - entry.queuedNs > MAX_WAIT_NS) {
            counters.increment(TcpCounter.DROP_CONTROL_QUEUE);
            removeHead();
            return;
        }
        entry.isDeferred = true;
        final int tail = (head + count) % entries.length;
        entries[head] = entries[tail];
        entries[tail] = entry;
        head = (head + 1) % entries.length;
    }

    private void removeHead() {
        entries[head].route.release();
        entries[head].route = null;
        head = (head + 1) % entries.length;
        count--;
    }

    private int write(final Entry entry, final FrameSink sink) {
        final int length = headerLength(entry);
        final long address = entry.route.claim(sink, length);
        if (address == 0) {
            return 0;
        }
        TcpHeaderFlyweight.write(
            address, entry.localPort, entry.remotePort, entry.sequence, entry.acknowledgement,
            length, entry.flags, entry.window);
        if (entry.isSyn) {
            layout.write(
                address + TcpHeaderFlyweight.MIN_LENGTH, entry.maxSegmentSize, entry.windowShift, entry.sack,
                entry.hasTimestamps, entry.timestamp, entry.timestampEcho);
        } else if (entry.hasTimestamps) {
            TcpOptions.writeTimestamps(address + TcpHeaderFlyweight.MIN_LENGTH, entry.timestamp, entry.timestampEcho);
        }
        return writer.finish(entry.route, sink, address, length, 0, 0, entry.trafficClass);
    }

    /** One segment; reused. */
    private static final class Entry {
        private NetworkRoute route;
        private long queuedNs;
        private int localPort;
        private int remotePort;
        private int sequence;
        private int acknowledgement;
        private int flags;
        private int window;
        private int trafficClass;
        private boolean hasTimestamps;
        private int timestamp;
        private int timestampEcho;
        private boolean isSyn;
        private int maxSegmentSize;
        private int windowShift;
        private boolean sack;
        private boolean isDeferred;

        private void set(
            final int localPort, final int remotePort, final int sequence, final int acknowledgement,
            final int flags, final int window) {
            this.localPort = localPort;
            this.remotePort = remotePort;
            this.sequence = sequence;
            this.acknowledgement = acknowledgement;
            this.flags = flags;
            this.window = window;
        }

        private void timestamps(final boolean present, final int timestamp, final int timestampEcho) {
            this.hasTimestamps = present;
            this.timestamp = timestamp;
            this.timestampEcho = timestampEcho;
        }
    }
}
