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

/**
 * The engine behind a device, in a process of its own: {@code DEVICE ADDRESS GATEWAY SEED}. Serves exchanges with digests on one
 * port and exchanges that are measured on another, and says how each ended, until its input ends.
 */
public final class EngineProgram {
    static final int VERIFIED_PORT = 7001;
    static final int MEASURED_PORT = 7002;

    private final List<Exchange> exchanges = new ArrayList<>();
    private long seed;

    private EngineProgram(final long seed) {
        this.seed = seed;
    }

    /** Serves. */
    public static void main(final String[] arguments) {
        try (DeviceLink link = DeviceLink.open(arguments[0], 1500);
            TcpStation station = new TcpStation(link.port(), arguments[1], arguments[2], SystemNanoClock.INSTANCE)) {
            new EngineProgram(Long.parseLong(arguments[3])).serve(station);
        }
        System.out.println("everything is home");
    }

    private void serve(final TcpStation station) {
        station.tcp().listen(VERIFIED_PORT, connection -> accept(true));
        station.tcp().listen(MEASURED_PORT, connection -> accept(false));
        System.out.println("ready");
        final IdleStrategy idle = new BackoffIdleStrategy(1_000, 100, 1_000, 50_000);
        final Thread input = Thread.ofPlatform().daemon().start(EngineProgram::readInput);
        while (input.isAlive()) {
            idle.idle(station.doWork());
            report();
        }
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
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            if (exchanges.get(i).closeReason() != null) {
                System.out.println(exchanges.remove(i).report());
            }
        }
    }
}
