package org.rds4j.tcp.steering;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.rds4j.tcp.link.LinkPort;

/**
 * The engines of one device, each on a thread of its own with a queue, tables, pools and timers of its own. They share the
 * {@link SteeringTable}, which they read, a ring from each to each for the few frames that arrive where they do not belong, a
 * note of the local ports that each of them uses, and the secret of their initial numbers. A group of one has no steering at all.
 * <p>
 * Made, started and closed by one thread. Between the two an engine is its own thread's; others may read what it says is safe to
 * read from any.
 *
 * @param <E> what the engines are.
 */
public final class EngineGroup<E extends EngineGroup.Engine> implements AutoCloseable {
    private static final int RING_LENGTH = 1024;
    private static final int BURST = 64;
    /** Between two looks for buckets to give up, each of which walks all flows of an engine. */
    private static final long SWEEP_INTERVAL_NS = 100_000_000L;

    private final SteeringTable table;
    private final NanoClock clock;
    private final List<LinkPort> ports = new ArrayList<>();
    private final List<E> engines = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private boolean isClosed;

    /**
     * Makes the engines of a device; {@link #start} sets them going.
     *
     * @param queues  of the device, one for each engine; closed with the group.
     * @param table   says which engine owns a flow; as many engines as there are queues.
     * @param clock   that all engines go by, whose initial numbers and timestamps go on from one another's.
     * @param random  gives the secret of these numbers; cryptographically strong in production.
     * @param factory makes one engine.
     */
    public EngineGroup(
        final List<? extends LinkPort> queues, final SteeringTable table, final NanoClock clock, final RandomGenerator random,
        final Factory<E> factory) {
        this.table = table;
        this.clock = clock;
        try {
            final Steering steering = new Steering(queues.toArray(LinkPort[]::new), table, RING_LENGTH, BURST, random);
            for (int i = 0; i < table.engines(); i++) {
                ports.add(table.engines() == 1 ? queues.getFirst() : steering.port(i));
                engines.add(newEngine(i, factory));
            }
        } catch (final RuntimeException e) {
            engines.forEach(Agent::onClose);
            CloseHelper.quietCloseAll(queues);
            throw e;
        }
    }

    private E newEngine(final int index, final Factory<E> factory) {
        if (!(ports.get(index) instanceof SteeredPort steered)) {
            return factory.newEngine(index, ports.get(index), FlowOwner.ALL);
        }
        final E engine = factory.newEngine(index, steered, steered);
        steered.flows(engine.flows());
        return engine;
    }

    /**
     * Starts a thread for each engine. Once.
     *
     * @param idleStrategy makes what a thread does when its engine has nothing to do.
     * @param errorHandler told what an engine's duty cycle threw; the engine goes on. Called by any of the threads.
     */
    public void start(final Supplier<IdleStrategy> idleStrategy, final ErrorHandler errorHandler) {
        for (int i = 0; i < engines.size(); i++) {
            final Agent agent =
                ports.get(i) instanceof SteeredPort steered ? new Sweeping(engines.get(i), steered, clock) : engines.get(i);
            final AgentRunner runner = new AgentRunner(idleStrategy.get(), errorHandler, null, agent);
            runners.add(runner);
            AgentRunner.startOnThread(runner);
        }
    }

    /**
     * The engines.
     *
     * @return in the order of their queues; not to be changed.
     */
    public List<E> engines() {
        return List.copyOf(engines);
    }

    /**
     * Says who owns flows.
     *
     * @return to be rewritten when the device's table is, by one thread at a time.
     */
    public SteeringTable table() {
        return table;
    }

    /**
     * What an engine's part of steering counts; any thread.
     *
     * @param engine  its number.
     * @param counter which.
     * @return its value; 0 in a group of one.
     */
    public long counter(final int engine, final SteeringCounter counter) {
        return ports.get(engine) instanceof SteeredPort steered ? steered.counters().get(counter) : 0;
    }

    /** Stops all threads, each after its engine's {@code onClose}, then closes the queues. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            try {
                CloseHelper.closeAll(runners);
                engines.subList(runners.size(), engines.size()).forEach(Agent::onClose); // those that were never started
            } finally {
                CloseHelper.closeAll(ports); // now that nobody hands anything over any more
            }
        }
    }

    /** One engine: its duty cycle, for one thread. It leaves its port open, and gives its own frames back in {@code onClose}. */
    public interface Engine extends Agent {
        /**
         * The engine's flows.
         *
         * @return always the same.
         */
        EngineFlows flows();
    }

    /**
     * Makes engines.
     *
     * @param <E> what they are.
     */
    @FunctionalInterface
    public interface Factory<E extends Engine> {
        /**
         * Makes one.
         *
         * @param index of the engine.
         * @param port  that it takes for its NIC; stays the group's.
         * @param owner for {@link org.rds4j.tcp.TcpEngine#flowOwner}: what it agrees on with the others.
         * @return an engine that has nothing mutable in common with others.
         */
        E newEngine(int index, LinkPort port, FlowOwner owner);
    }

    /** An engine's duty cycle, and now and then a look for buckets that can be given up. */
    private static final class Sweeping implements Agent {
        private final Engine engine;
        private final SteeredPort port;
        private final NanoClock clock;
        private long sweptNs;

        Sweeping(final Engine engine, final SteeredPort port, final NanoClock clock) {
            this.engine = engine;
            this.port = port;
            this.clock = clock;
            this.sweptNs = clock.nanoTime();
        }

        @Override
        public void onStart() {
            engine.onStart();
        }

        @Override
        public int doWork() throws Exception {
            final long nowNs = clock.nanoTime();
            if (nowNs - sweptNs >= SWEEP_INTERVAL_NS) {
                sweptNs = nowNs;
                port.sweep(nowNs);
            }
            return engine.doWork();
        }

        @Override
        public void onClose() {
            engine.onClose();
        }

        @Override
        public String roleName() {
            return engine.roleName();
        }
    }
}
