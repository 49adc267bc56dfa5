package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.rds4j.RdsAddress;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;

/**
 * Plain TCP connections of applications beside a node's RDS, on the node's own address: a narrow service for control channels
 * of tools, a few connections with little on them. Applications talk to it through a bounded queue of commands; everything
 * else happens on the engine's thread, where an engine without such connections pays one look at the queue per duty cycle.
 */
final class PlainStreams {
    private static final int MAX_COMMANDS = 64;

    private final TcpEngine tcp;
    private final int lane;
    private final int dscp;
    private final ManyToOneConcurrentArrayQueue<Runnable> commands = new ManyToOneConcurrentArrayQueue<>(MAX_COMMANDS);
    private final List<PlainStream> streams = new ArrayList<>();
    private boolean isClosed;
    private long nowNs;

    PlainStreams(final TcpEngine tcp, final int laneCount, final IntUnaryOperator dscpOfLane) {
        this.tcp = tcp;
        this.lane = Math.min(LaneSettings.DEFAULT_LANE, laneCount - 1);
        this.dscp = dscpOfLane.applyAsInt(lane);
    }

    /** Has the engine's thread do something; any thread. False when too much waits already. */
    boolean submit(final Runnable command) {
        return commands.offer(command);
    }

    /** Listens; engine thread. */
    void listen(final int port, final PlainStreamListener listener, final CompletableFuture<TcpListener> done) {
        try {
            requireOpen();
            done.complete(tcp.listen(port, lane, dscp, connection -> accept(listener, connection)));
        } catch (final IllegalStateException e) {
            done.completeExceptionally(e);
        }
    }

    private TcpHandler accept(final PlainStreamListener listener, final TcpConnection connection) {
        final PlainStream stream = listener.newStream();
        stream.begin(connection);
        if (!listener.accepted(stream)) {
            return null;
        }
        streams.add(stream);
        return stream.handler();
    }

    /** Connects; engine thread. */
    void connect(final RdsAddress destination, final PlainStream stream) {
        final TcpConnection connection = isClosed ? null : tcp.connect(
            destination.high(), destination.low(), destination.port(), lane, dscp, stream.handler(), nowNs);
        if (connection == null) {
            stream.fail("no route to " + destination + ", or no connection is free");
        } else {
            stream.begin(connection);
            streams.add(stream);
        }
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the node is closed");
        }
    }

    /** Tells the time to whatever happens before {@link #poll}. */
    void now(final long now) {
        nowNs = now;
    }

    int poll() {
        int work = 0;
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
            work++;
        }
        for (int i = streams.size() - 1; i >= 0; i--) {
            work += streams.get(i).poll();
            if (streams.get(i).isOver()) {
                streams.remove(i);
            }
        }
        return work;
    }

    /** Streams are few and short-lived, so they are simply asked often. */
    long nextDeadlineNs() {
        return streams.isEmpty() ? Long.MAX_VALUE : nowNs + 1_000_000L;
    }

    /** Resets every stream; the engine ends. */
    void close() {
        isClosed = true;
        poll();
        for (int i = streams.size() - 1; i >= 0; i--) {
            streams.get(i).abort();
        }
        streams.clear();
    }
}
