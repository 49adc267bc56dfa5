package org.rds4j.tests.multiqueue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.steering.FlowOwner;

/**
 * Holds one engine to one thread: everything that the engine asks of the world outside goes through here, and is noted when
 * another thread asks between start and end.
 */
final class Confinement {
    final ConcurrentLinkedQueue<String> breaches = new ConcurrentLinkedQueue<>();
    private volatile Thread owner;
    private long checks;

    /** The engine's thread begins. */
    void begin() {
        owner = Thread.currentThread();
    }

    /** The engine's thread has ended. */
    void end() {
        check("the end");
        owner = null;
    }

    void check(final String what) {
        final Thread confinedTo = owner;
        if (confinedTo == null) {
            return;
        }
        if (confinedTo.equals(Thread.currentThread())) {
            checks++;
        } else if (breaches.size() < 10) {
            breaches.add(what + " by " + Thread.currentThread().getName() + " instead of " + confinedTo.getName());
        }
    }

    /** Read after the engine's thread has ended. */
    long checks() {
        return checks;
    }

    NanoClock clock() {
        return () -> {
            check("the clock");
            return SystemNanoClock.INSTANCE.nanoTime();
        };
    }

    FlowOwner owner(final FlowOwner flowOwner) {
        return new FlowOwner() {
            @Override
            public boolean owns(
                final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
                final int remotePort, final int localPort) {
                check("the owner of a flow");
                return flowOwner.owns(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
            }

            @Override
            public boolean claim(
                final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
                final int remotePort, final int localPort) {
                check("the choice of a port");
                return flowOwner.claim(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
            }

            @Override
            public void opened(final int localPort) {
                check("a flow more");
                flowOwner.opened(localPort);
            }

            @Override
            public void closed(final int localPort) {
                check("a flow less");
                flowOwner.closed(localPort);
            }

            @Override
            public void unify(final InitialNumbers numbers) {
                flowOwner.unify(numbers);
            }
        };
    }

    LinkPort port(final LinkPort port) {
        return new ForwardingPort(port) {
            @Override
            public int receiveBurst(final FrameBurst frames) {
                check("receive");
                return super.receiveBurst(frames);
            }

            @Override
            public int transmitBurst(final FrameBurst frames) {
                check("transmit");
                return super.transmitBurst(frames);
            }

            @Override
            public int allocate(final FrameBurst frames, final int count) {
                check("allocate");
                return super.allocate(frames, count);
            }

            @Override
            public void release(final FrameBurst frames) {
                check("release");
                super.release(frames);
            }
        };
    }

    /** One for each engine of a group. */
    static List<Confinement> of(final int engines) {
        final List<Confinement> all = new ArrayList<>();
        for (int i = 0; i < engines; i++) {
            all.add(new Confinement());
        }
        return all;
    }
}
