package org.rds4j.tcp.model;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.Peer;
import org.rds4j.tcp.support.PlainRoute;

/** One run of a trial in virtual time. */
final class TrialRun {
    private static final int HOST_A = 0x0a000001;
    private static final int HOST_B = 0x0a000002;
    private static final int PORT_A = 40_000;
    private static final int PORT_B = 16_385;
    private static final int MAX_FRAME = 66_000;
    private static final long START_NS = 1_000_000_000_000L;
    private static final long LIMIT_NS = 3_600_000_000_000L;
    private static final long POLL_NS = 50_000;

    private final Trial trial;
    private final Map<Integer, Fault> faults = new HashMap<>();
    private final Peer a;
    private final Peer b;
    private final DirectionRules rulesA = new DirectionRules();
    private final DirectionRules rulesB = new DirectionRules();
    private final PriorityQueue<Flight> flights = new PriorityQueue<>();
    private final FrameQueue sink = new FrameQueue(1, MAX_FRAME);
    private long nowNs = START_NS;
    private long order;
    private int frames;
    private String violation;

    private TrialRun(final Trial trial) {
        this.trial = trial;
        trial.faults().forEach(fault -> faults.put(fault.frame(), fault));
        final Trial.Settings settings = trial.settings();
        a = new Peer(HOST_A, HOST_B, settings.mtu(), settings.configuration(), 3 * trial.seed() + 1);
        b = new Peer(HOST_B, HOST_A, settings.mtu(), settings.configuration(), 3 * trial.seed() + 2);
        a.toSend = settings.octets();
        b.toSend = settings.octets() / 3;
        a.engine.onTime(nowNs);
        b.engine.onTime(nowNs);
        if (settings.bothDial()) {
            b.connect(PORT_A, PORT_B, nowNs);
        } else {
            b.listen(PORT_B);
        }
        a.connect(PORT_B, PORT_A, nowNs);
    }

    /**
     * Runs a trial.
     *
     * @param trial to be run.
     * @return what is wrong, or null.
     */
    static String violationOf(final Trial trial) {
        final TrialRun run = new TrialRun(trial);
        try {
            run.run();
        } catch (final AssertionError | RuntimeException e) {
            run.violate(e.toString());
        }
        return run.violation;
    }

    private void run() {
        while (violation == null && nowNs - START_NS < LIMIT_NS && !(a.closed && b.closed && flights.isEmpty())) {
            while (!flights.isEmpty() && flights.peek().arrivalNs <= nowNs) {
                deliver(flights.poll());
            }
            step(a, b);
            step(b, a);
            requireTimers(a);
            requireTimers(b);
            nowNs = nextNs();
        }
        if (violation == null) {
            requireCompletion();
        }
    }

    private void step(final Peer from, final Peer to) {
        from.engine.onTime(nowNs);
        from.act();
        while (from.engine.pollControl(sink, nowNs) > 0) {
            send(from, to);
        }
        for (int lane = 0; lane < TcpEngine.LANES; lane++) {
            emit(from, to, lane);
        }
    }

    private void emit(final Peer from, final Peer to, final int lane) {
        int promised = from.engine.nextFrameLength(lane);
        while (promised > 0 && violation == null) {
            final int emitted = from.engine.emit(lane, sink, nowNs);
            if (emitted != promised) {
                violate("a frame of " + promised + " octets was promised, one of " + emitted + " was sent");
                return;
            }
            send(from, to);
            promised = from.engine.nextFrameLength(lane);
        }
    }

    private void send(final Peer from, final Peer to) {
        frames++;
        final long segment = sink.headAddress() + PlainRoute.OVERHEAD;
        final int length = sink.headLength() - PlainRoute.OVERHEAD;
        final String broken = from == a ? rulesA.onSent(segment, length, rulesB) : rulesB.onSent(segment, length, rulesA);
        if (broken != null) {
            violate((from == a ? "first" : "second") + " host: " + broken);
        }
        final int trafficClass = from.route.lastTrafficClass();
        final Fault fault = faults.get(frames);
        if (fault == null) {
            launch(to, segment, length, 0, trafficClass, false);
        } else {
            launch(fault, to, segment, length, trafficClass);
        }
        sink.removeHead();
    }

    private void launch(
        final Fault fault, final Peer to, final long segment, final int length, final int trafficClass) {
        switch (fault.kind()) {
            case LOSE -> { }
            case DOUBLE -> {
                launch(to, segment, length, 0, trafficClass, false);
                launch(to, segment, length, fault.delayNs(), trafficClass, false);
            }
            case DELAY -> launch(to, segment, length, fault.delayNs(), trafficClass, false);
            case DAMAGE -> launch(to, segment, length, 0, trafficClass, true);
            case MARK -> launch(to, segment, length, 0, marked(trafficClass), false);
        }
    }

    /** A router marks what is capable of it and lets the rest pass. */
    private static int marked(final int trafficClass) {
        return (trafficClass & EcnSender.FIELD) == EcnSender.NOT_CAPABLE
            ? trafficClass : trafficClass | EcnSender.CONGESTION_EXPERIENCED;
    }

    private void launch(
        final Peer to, final long segment, final int length, final long laterNs, final int trafficClass,
        final boolean isDamaged) {
        final Octets octets = new Octets(length);
        UnsafeApi.copyMemory(segment, octets.address(), length);
        if (isDamaged) {
            final int bit = (int) (order % (8L * length));
            final long at = octets.address() + bit / 8;
            UnsafeApi.putByte(at, (byte) (UnsafeApi.getByte(at) ^ 1 << bit % 8));
        }
        flights.add(new Flight(nowNs + trial.settings().delayNs() + laterNs, order++, to, octets, trafficClass, isDamaged));
    }

    private void deliver(final Flight flight) {
        if (!flight.isDamaged) {
            if (flight.to == a) {
                rulesA.onArrived(flight.octets.address(), rulesB);
            } else {
                rulesB.onArrived(flight.octets.address(), rulesA);
            }
        }
        final PlainRoute route = flight.to.route;
        flight.to.engine.onSegment(
            0, route.remoteLow(), 0, route.localLow(), flight.octets.address(), flight.octets.length(),
            flight.trafficClass, false, nowNs);
        requireState(flight.to);
    }

    private void requireState(final Peer peer) {
        if (peer.connection != null && peer.connected) {
            if (peer.connection.bytesInFlight() < 0 || peer.connection.acknowledgedPosition() > peer.connection.sendCommitted()
                || peer.connection.consumedPosition() > peer.connection.receivedPosition()) {
                violate("positions out of order");
            }
        }
        if (peer.engine.connectionsInUse() > 1 || peer.engine.timeWaitRecords() > 1) {
            violate("more connections than were opened");
        }
    }

    /** Whoever waits for an answer must also wake up without one. */
    private void requireTimers(final Peer peer) {
        final boolean waits = peer.connection != null && !peer.closed
            && (!peer.connected || peer.connection.bytesInFlight() > 0
            || peer.connection.acknowledgedPosition() < peer.connection.sendCommitted());
        if (waits && peer.engine.nextDeadlineNs() == Long.MAX_VALUE) {
            violate("no timer runs while data or a SYN is outstanding");
        }
    }

    private long nextNs() {
        long next = Math.min(a.engine.nextDeadlineNs(), b.engine.nextDeadlineNs());
        if (!flights.isEmpty()) {
            next = Math.min(next, flights.peek().arrivalNs);
        }
        if (isBusy(a) || isBusy(b)) {
            next = Math.min(next, nowNs + POLL_NS);
        }
        return Math.max(next, nowNs + 1);
    }

    private static boolean isBusy(final Peer peer) {
        return peer.connection != null && peer.connected
            && (peer.connection.consumedPosition() < peer.connection.receivedPosition()
            || (peer.connection.sendCommitted() < peer.toSend && peer.connection.sendSpace() > 0));
    }

    private void requireCompletion() {
        if (!a.closed || !b.closed) {
            violate("stuck: closed " + a.closed + " " + b.closed);
        } else if (!isGoodEnd(a, b) || !isGoodEnd(b, a)) {
            violate("closed " + a.reason + " " + b.reason);
        } else if (b.finalReceived != a.toSend || a.finalReceived != b.toSend) {
            violate("received " + b.finalReceived + " of " + a.toSend + " and " + a.finalReceived + " of " + b.toSend);
        } else if (a.engine.connectionsInUse() + b.engine.connectionsInUse() > 0) {
            violate("connections are left");
        }
    }

    /** A host whose FIN was taken may still lose every acknowledgement of it, until the other one has left TIME-WAIT. */
    private static boolean isGoodEnd(final Peer peer, final Peer other) {
        return peer.reason == CloseReason.NORMAL
            || (peer.reason == CloseReason.RESET && peer.peerClosed && other.peerClosed && other.reason == CloseReason.NORMAL);
    }

    private void violate(final String what) {
        violation = violation != null ? violation
            : "%s (frame %d, %.6f s)".formatted(what, frames, (nowNs - START_NS) / 1e9);
    }

    private record Flight(
        long arrivalNs, long order, Peer to, Octets octets, int trafficClass, boolean isDamaged) implements Comparable<Flight> {
        @Override
        public int compareTo(final Flight other) {
            final int byTime = Long.compare(arrivalNs, other.arrivalNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
