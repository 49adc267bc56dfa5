package org.rds4j.tcp.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntPredicate;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.TcpEngine;

/** Two peers joined by a link that delays, loses, doubles and reorders frames, all in virtual time and by one seed. */
public final class Wire {
    private static final int MAX_FRAME = 66_000;

    public final Peer a;
    public final Peer b;
    public long nowNs = 1_000_000_000_000L;
    public long delayNs = 100_000;
    public long jitterNs;
    /** What is launched before this time arrives after it. */
    public long freezeUntilNs;
    public double loss;
    public double duplication;
    public IntPredicate drop = n -> false;
    public IntPredicate twice = n -> false;
    /** Octets of the largest IP packet that passes; others vanish and nobody is told. */
    public int largestPacket = Integer.MAX_VALUE;
    public int frames;
    /** Frames that chance has lost. */
    public int lost;
    /** What is in flight may not outgrow the congestion window. */
    public boolean boundsInFlight = true;
    private final Random random;
    private final PriorityQueue<Flight> flights = new PriorityQueue<>();
    private final ArrayDeque<Octets> spare = new ArrayDeque<>();
    private final FrameQueue sink = new FrameQueue(1, MAX_FRAME);
    private long order;

    public Wire(final Peer a, final Peer b, final long seed) {
        this.a = a;
        this.b = b;
        this.random = new Random(seed);
        a.engine.onTime(nowNs);
        b.engine.onTime(nowNs);
    }

    /** Runs until both have closed, or time is up. */
    public void run(final long forNs) {
        final long end = nowNs + forNs;
        while (nowNs < end && !(a.closed && b.closed && flights.isEmpty())) {
            step();
            advance(end);
        }
    }

    /** Runs until nothing is left to do before a time. */
    public void runUntil(final long end) {
        while (nowNs < end) {
            step();
            advance(end);
        }
    }

    private void step() {
        while (!flights.isEmpty() && flights.peek().arrivalNs <= nowNs) {
            deliver(flights.poll());
        }
        step(a, b);
        step(b, a);
    }

    private void step(final Peer from, final Peer to) {
        from.engine.onTime(nowNs);
        from.act();
        while (from.engine.pollControl(sink, nowNs) > 0) {
            send(to);
        }
        for (int lane = 0; lane < TcpEngine.LANES; lane++) {
            int promised = from.engine.nextFrameLength(lane);
            while (promised > 0) {
                final long before = from.connection == null ? 0 : from.connection.bytesInFlight();
                assertEquals(promised, from.engine.emit(lane, sink, nowNs));
                send(to);
                check(from, before);
                promised = from.engine.nextFrameLength(lane);
            }
        }
    }

    /** What is in flight grows within the congestion window only, and stays where it is when that is cut. */
    private void check(final Peer peer, final long before) {
        if (peer.connection != null && peer.connected) {
            final long inFlight = peer.connection.bytesInFlight();
            assertTrue(inFlight >= 0);
            final long most = peer.connection.congestionWindow() + 3L * peer.connection.maxSegmentSize() + 1;
            assertTrue(
                !boundsInFlight || inFlight <= Math.max(before, most),
                "in flight " + inFlight + " after " + before + ", at most " + most);
            assertTrue(peer.connection.acknowledgedPosition() <= peer.connection.sendCommitted());
            assertTrue(peer.connection.consumedPosition() <= peer.connection.receivedPosition());
        }
    }

    private void advance(final long end) {
        long next = Math.min(a.engine.nextDeadlineNs(), b.engine.nextDeadlineNs());
        if (!flights.isEmpty()) {
            next = Math.min(next, flights.peek().arrivalNs);
        }
        if (isBusy(a) || isBusy(b)) {
            next = Math.min(next, nowNs + 50_000);
        }
        nowNs = Math.min(end, Math.max(next, nowNs + 1));
    }

    /** Whether the owner has something to do without being told. */
    private static boolean isBusy(final Peer peer) {
        return peer.connection != null && peer.connected &&
            (peer.connection.consumedPosition() < peer.connection.receivedPosition() ||
            (peer.connection.sendCommitted() < peer.toSend && peer.connection.sendSpace() > 0));
    }

    private void send(final Peer to) {
        frames++;
        final boolean fits = sink.headLength() - PlainRoute.OVERHEAD + 20 <= largestPacket;
        if (fits && !drop.test(frames)) {
            sendByChance(to);
        }
        sink.removeHead();
    }

    private void sendByChance(final Peer to) {
        if (random.nextDouble() < loss) {
            lost++;
            return;
        }
        launch(to);
        if (twice.test(frames) || random.nextDouble() < duplication) {
            launch(to);
        }
    }

    private void launch(final Peer to) {
        final Octets octets = spare.isEmpty() ? new Octets(MAX_FRAME) : spare.poll();
        final int length = sink.headLength() - PlainRoute.OVERHEAD;
        UnsafeApi.copyMemory(sink.headAddress() + PlainRoute.OVERHEAD, octets.address(), length);
        final long delay = delayNs + (jitterNs > 0 ? random.nextLong(jitterNs) : 0);
        flights.add(new Flight(Math.max(nowNs, freezeUntilNs) + delay, order++, to, octets, length));
    }

    private void deliver(final Flight flight) {
        final PlainRoute route = flight.to.route;
        flight.to.engine.onSegment(
            0, route.remoteLow(), 0, route.localLow(), flight.octets.address(), flight.length, 0, false, nowNs);
        spare.add(flight.octets);
    }

    private record Flight(long arrivalNs, long order, Peer to, Octets octets, int length) implements Comparable<Flight> {
        @Override
        public int compareTo(final Flight other) {
            final int byTime = Long.compare(arrivalNs, other.arrivalNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
