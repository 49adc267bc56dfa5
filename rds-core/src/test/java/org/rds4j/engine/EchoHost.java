package org.rds4j.engine;

import java.util.Properties;
import java.util.SplittableRandom;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.socket.EngineProxy;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** An engine with as many peers as wanted, each an {@link EchoPeer}. Each duty cycle takes a microsecond. */
final class EchoHost {
    private final RdsCounters counters = RdsCounters.inMemory();
    private final RdsContext context;
    private final RdsEngine engine;
    private long nowNs = 1;

    EchoHost(final int sendBufferLength) {
        context = new RdsContext(new Properties()).address("10.0.0.1/8").security(SecurityMode.PLAINTEXT)
            .nanoClock(() -> nowNs).applicationIdleStrategy("busy-spin").maxSockets(4).connectBudget(1_000_000)
            .sendBufferLength(sendBufferLength).conclude();
        engine = new RdsEngine(context, connector(), level -> 0, new SplittableRandom(1), counters);
    }

    private PathConnector connector() {
        return new PathConnector() {
            @Override
            public void connect(final PathKey key, final long timeNs) {
                engine.onCarrierUp(key, new EchoPeer(), true, timeNs);
            }

            @Override
            public void knock(final PathKey key, final long timeNs) {
                throw new AssertionError("this host has the smallest address");
            }
        };
    }

    static RdsAddress peer(final int number) {
        return RdsAddress.of(0, 0xffff_0a01_0000L + number, 5000);
    }

    RdsContext context() {
        return context;
    }

    EngineProxy proxy() {
        return engine.proxy();
    }

    RdsEngine engine() {
        return engine;
    }

    RdsSocket socket(final int port) {
        final RdsSocket socket = RdsSocket.open(context, engine.proxy(), this::poll, 0xffff);
        socket.bind(port);
        return socket;
    }

    int poll() {
        nowNs += 1_000;
        return engine.poll(nowNs);
    }

    void skip(final long durationNs) {
        nowNs += durationNs;
    }

    long count(final RdsCounter counter) {
        return counters.get(counter);
    }
}
