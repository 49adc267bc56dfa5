package org.rds4j.tcp.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.network.NetworkTuning;

/**
 * Hosts that send as much as they can to one host through a common bottleneck, in virtual time: senders, forward pipe, receiver,
 * backward pipe, senders. Payload is not looked at; what is measured is time.
 */
public final class Dumbbell {
    private static final int PORT = 5000;
    private static final int RECEIVER = 1;
    private static final int FIRST = 10;

    public final Pipe forward;
    public final Pipe backward;
    public final List<BulkSender> senders = new ArrayList<>();
    public final TcpCounters counters = TcpCounters.inMemory();
    public long nowNs = 1_000_000_000_000L;
    private final TcpEngine receiver;
    private final TcpConfiguration configuration;
    private final int mtu;
    private final PlainRoute[] routes = new PlainRoute[4];

    public Dumbbell(
        final TcpConfiguration sending, final TcpConfiguration receiving, final int mtu, final Pipe forward,
        final Pipe backward) {
        this.configuration = sending;
        this.mtu = mtu;
        this.forward = forward;
        this.backward = backward;
        for (int i = 0; i < routes.length; i++) {
            routes[i] = new PlainRoute(RECEIVER, FIRST + i, mtu);
        }
        receiver = new TcpEngine(receiving, (high, low) -> routes[(int) low - FIRST], new Random(1), counters);
        receiver.onTime(nowNs);
        receiver.listen(PORT, c -> {
            final BulkSender sender = senders.get((int) c.remoteLow() - FIRST);
            sender.receiver.connection(c);
            return sender.receiver;
        });
    }

    /** A path whose both directions have a rate and half of the round trip each, between engines with the same configuration. */
    public static Dumbbell of(
        final TcpConfiguration sending, final TcpConfiguration receiving, final double bitsPerSecond, final long rttNs,
        final int mtu) {
        final double onTheWay = bitsPerSecond / 8e9 * rttNs / mtu;
        final int slots = Math.max(1 << 13, Integer.highestOneBit((int) (onTheWay * 4)));
        final Pipe forward = new Pipe(slots, mtu + PlainRoute.OVERHEAD, 1);
        final Pipe backward = new Pipe(slots, mtu + PlainRoute.OVERHEAD, 2);
        forward.delayNs = rttNs / 2;
        backward.delayNs = rttNs - forward.delayNs;
        forward.bitsPerSecond = bitsPerSecond;
        backward.bitsPerSecond = bitsPerSecond;
        return new Dumbbell(sending, receiving, mtu, forward, backward);
    }

    /** What a sender gets through in the next so many nanoseconds, in bits per second. */
    public double goodput(final BulkSender sender, final long ns) {
        final long before = sender.received();
        runFor(ns);
        return (sender.received() - before) * 8e9 / ns;
    }

    /** A new sender, which connects now. */
    public BulkSender sender() {
        return sender(NetworkTuning.DEFAULT);
    }

    /** The same, with other numbers for its path. */
    public BulkSender sender(final NetworkTuning tuning) {
        final int number = senders.size();
        final BulkSender sender = new BulkSender(
            new PlainRoute(FIRST + number, RECEIVER, mtu, tuning), PORT, configuration, number, nowNs);
        senders.add(sender);
        return sender;
    }

    public void runFor(final long ns) {
        final long end = nowNs + ns;
        step();
        while (nowNs < end) {
            long next = Math.min(Math.min(forward.nextNs(), backward.nextNs()), receiver.nextDeadlineNs());
            for (int i = 0; i < senders.size(); i++) {
                next = Math.min(next, senders.get(i).engine.nextDeadlineNs());
            }
            nowNs = Math.min(end, Math.max(next, nowNs));
            step();
        }
    }

    private void step() {
        forward.nowNs = nowNs;
        backward.nowNs = nowNs;
        receiver.onTime(nowNs);
        while (forward.nextNs() <= nowNs) {
            forward.deliver(receiver, routes[PlainRoute.source(forward.headAddress()) - FIRST]);
        }
        emit(receiver);
        for (int i = 0; i < senders.size(); i++) {
            senders.get(i).engine.onTime(nowNs);
        }
        while (backward.nextNs() <= nowNs) {
            final BulkSender sender = senders.get(PlainRoute.destination(backward.headAddress()) - FIRST);
            backward.deliver(sender.engine, sender.route);
        }
        for (int i = 0; i < senders.size(); i++) {
            senders.get(i).send(forward, nowNs);
        }
    }

    private void emit(final TcpEngine engine) {
        boolean sent = true;
        while (sent) {
            sent = engine.pollControl(backward, nowNs) > 0 ||
                (engine.nextFrameLength(0) > 0 && engine.emit(0, backward, nowNs) > 0);
        }
    }
}
