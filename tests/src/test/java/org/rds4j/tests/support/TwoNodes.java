package org.rds4j.tests.support;

import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.collections.MutableLong;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.sim.check.History;

/** Two nodes on one link, driven by the test's thread as far as they have no threads of their own. */
public final class TwoNodes implements AutoCloseable {
    /** The smaller address. */
    public static final String FIRST = "10.0.0.1/24";
    /** The larger address. */
    public static final String SECOND = "10.0.0.2/24";
    public static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private final RdsNode first;
    private final RdsNode second;
    private final boolean isDriven;

    public TwoNodes(final RdsNode first, final RdsNode second, final ThreadingMode mode) {
        this.first = first;
        this.second = second;
        this.isDriven = mode == ThreadingMode.INVOKER;
    }

    /** A context for a small node, plaintext when there are no identities. */
    public static RdsContext context(
        final String address, final ThreadingMode mode, final DemoIdentities identities, final String name) {
        final RdsContext context = new RdsContext(new Properties())
            .address(address)
            .threadingMode(mode)
            .maxConnections(32)
            .reassemblyLength(16L << 20);
        return identities == null ? context.security(SecurityMode.PLAINTEXT) : identities.apply(context, name);
    }

    public RdsNode first() {
        return first;
    }

    public RdsNode second() {
        return second;
    }

    /** A socket that is bound, and its address. */
    public static RdsSocket bound(final RdsNode node, final int port) {
        final RdsSocket socket = node.socket();
        socket.bind(port);
        return socket;
    }

    /** A socket that is bound, all of whose datagrams a history knows. */
    public static CheckedSocket checked(final History history, final RdsNode node, final int port) {
        return checked(history, bound(node, port));
    }

    /** The same of a socket that is bound and has sent and received nothing. */
    public static CheckedSocket checked(final History history, final RdsSocket bound) {
        return new CheckedSocket(history, bound, System::nanoTime, QosConfiguration.defaults()::laneOf);
    }

    public static RdsAddress at(final RdsNode node, final int port) {
        return node.address().withPort(port);
    }

    /** Lets both nodes work a little. */
    public int work() {
        if (isDriven) {
            return first.invoke() + second.invoke();
        }
        YieldingIdleStrategy.INSTANCE.idle();
        return 0;
    }

    /** Lets both nodes work until something holds. */
    public void await(final String what, final BooleanSupplier condition) {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                throw new AssertionError("waited in vain for " + what + "\n" + counters(first) + counters(second));
            }
            work();
        }
    }

    /** The value of a counter, which must exist. */
    public static long counter(final RdsNode node, final String wanted) {
        final MutableLong found = new MutableLong(-1);
        node.counters((label, meaning, value) -> {
            if (label.equals(wanted)) {
                found.set(value);
            }
        });
        if (found.get() < 0) {
            throw new AssertionError("there is no counter " + wanted);
        }
        return found.get();
    }

    private static String counters(final RdsNode node) {
        final StringBuilder text = new StringBuilder(node.address() + "\n");
        node.counters((label, meaning, value) -> {
            if (value != 0) {
                text.append("  ").append(label).append(' ').append(value).append('\n');
            }
        });
        return text.toString();
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
