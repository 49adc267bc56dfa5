package org.rds4j.tests.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.node.DeviceLink;
import org.rds4j.perf.tcp.TcpStation;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.link.WireCounter;
import org.rds4j.sim.link.WireCounters;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.steering.FlowOwner;

/**
 * The engine behind a device, in a process of its own: {@code DEVICE ADDRESS GATEWAY SEED [LOSS DUPLICATION REORDERING
 * CORRUPTION]}, with the device at the end of a {@link BadWay} if the chances are given. Serves exchanges with digests on one
 * port and exchanges that are measured on another. When its input ends, it says how each ended, what was counted, and what is
 * still in use.
 */
public final class EngineProgram {
    static final int VERIFIED_PORT = 7001;
    static final int MEASURED_PORT = 7002;

    private static final int MTU = 1500;
    private static final long DELAY_NS = 100_000;
    private static final long LONGEST_HOLD_UP_NS = 1_000_000;
    private static final long PATIENCE_NS = 5_000_000_000L;

    private final BadWay way;
    private final TcpStation station;
    private final IdleStrategy idle = new BackoffIdleStrategy(1_000, 0, 1_000, 50_000);
    private final List<Exchange> exchanges = new ArrayList<>();
    private long seed;

    private EngineProgram(final BadWay way, final TcpStation station, final long seed) {
        this.way = way;
        this.station = station;
        this.seed = seed;
    }

    /** Serves. */
    public static void main(final String[] arguments) {
        final long seed = Long.parseLong(arguments[3]);
        try (DeviceLink link = DeviceLink.open(arguments[0], MTU, 1)) {
            final BadWay way = arguments.length == 4 ? null : new BadWay(link.port(), seed, conditions(arguments));
            try (TcpStation station = new TcpStation(
                way == null ? link.port() : way.port(), FlowOwner.ALL, arguments[1], arguments[2], SystemNanoClock.INSTANCE)) {
                new EngineProgram(way, station, seed).run();
            }
        }
        say("every frame is home");
    }

    private static WireConditions conditions(final String[] arguments) {
        return WireConditions.PERFECT.withDelayNs(DELAY_NS)
            .withLoss(Double.parseDouble(arguments[4]))
            .withDuplication(Double.parseDouble(arguments[5]))
            .withReordering(Double.parseDouble(arguments[6]), LONGEST_HOLD_UP_NS)
            .withCorruption(Double.parseDouble(arguments[7]));
    }

    private void run() {
        station.tcp().listen(VERIFIED_PORT, connection -> accept(true));
        station.tcp().listen(MEASURED_PORT, connection -> accept(false));
        say("ready");
        final Thread input = Thread.ofPlatform().daemon().start(EngineProgram::readInput);
        while (input.isAlive()) {
            work();
        }
        final long endNs = station.nowNs() + PATIENCE_NS;
        while (station.tcp().connectionsInUse() > 0 && station.nowNs() < endNs) {
            work();
        }
        report();
    }

    private void work() {
        idle.idle(station.doWork() + (way == null ? 0 : way.doWork()));
    }

    private static void readInput() {
        try {
            System.in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Exchange accept(final boolean verified) {
        final Exchange exchange = new Exchange(verified, seed++);
        exchanges.add(exchange);
        return exchange;
    }

    private void report() {
        exchanges.forEach(exchange -> say(exchange.report()));
        for (final TcpCounter counter : TcpCounter.values()) {
            say(counter.label() + " " + station.counters().get(counter));
        }
        if (way != null) {
            report("from-engine", way.fromEngine());
            report("to-engine", way.toEngine());
        }
        final TcpEngine tcp = station.tcp();
        say("in use " + tcp.connectionsInUse() + " " + tcp.streamBuffersInUse() + " " + tcp.sendRecordsLent());
    }

    private static void report(final String direction, final WireCounters counters) {
        for (final WireCounter counter : WireCounter.values()) {
            say(direction + "-" + counter.label() + " " + counters.get(counter));
        }
    }

    private static void say(final String line) {
        System.out.println(line);
    }
}
