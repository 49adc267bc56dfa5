package org.rds4j.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsConfigurationException;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsPoller;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.driver.DriverConductor;
import org.rds4j.driver.DriverDirectory;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.classify.ServiceLevel;
import org.rds4j.qos.classify.ServiceLevelSelector;
import org.rds4j.socket.EngineProxy;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.link.LinkPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host of a cluster: an address on a NIC, every connection to its peers, and the sockets of its applications. Made by
 * {@link #launch(RdsContext)}; sockets are opened by any thread.
 * <p>
 * {@link ThreadingMode} says which threads carry the work. In {@link ThreadingMode#INVOKER} none does: one thread of the
 * application calls {@link #invoke()}, blocking calls of a socket do so while they wait, and the same thread closes the node.
 */
public final class RdsNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RdsNode.class);
    private static final long IDENTITY_PAUSE_MS = 20;
    private static final long CONDUCTOR_MIN_PARK_NS = 10_000;
    private static final long CONDUCTOR_MAX_PARK_NS = 1_000_000;

    private final RdsContext context;
    private final NodeParts parts;
    private final EngineProxy proxy;
    private final int permittedLevels;
    private final ThreadFactory threads;
    private final List<AgentRunner> runners = new ArrayList<>();
    private AgentInvoker invoker;
    private DriverConductor conductor;
    private AgentRunner conductorRunner;
    private boolean isClosed;

    private RdsNode(
        final RdsContext context, final NodeParts parts, final EngineProxy proxy, final int permittedLevels,
        final ThreadFactory threads) {
        this.context = context;
        this.threads = threads;
        this.parts = parts;
        this.proxy = proxy;
        this.permittedLevels = permittedLevels;
    }

    /**
     * Starts a node on the device that the context names.
     *
     * @param context concluded, or concluded here.
     * @return the running node.
     * @throws RdsConfigurationException when the context does not serve.
     */
    public static RdsNode launch(final RdsContext context) {
        return with(context).launch();
    }

    /**
     * Begins a node some of whose parts are given rather than made from the context.
     *
     * @param context concluded, or concluded here.
     * @return a builder.
     */
    public static Builder with(final RdsContext context) {
        return new Builder(context);
    }

    /**
     * Opens a socket; any thread.
     *
     * @return a socket, not bound; the caller closes it.
     */
    public RdsSocket socket() {
        return RdsSocket.open(context, proxy, duty(), permittedLevels);
    }

    /**
     * Opens a poller, which says which of many sockets are ready; any thread.
     *
     * @return a poller for sockets of this node; the caller closes it.
     * @throws RdsException ENOMEM when too many are open.
     */
    public RdsPoller poller() {
        return RdsPoller.open(context, proxy, duty());
    }

    /**
     * Takes plain TCP connections on a port of the node's address, beside RDS and unencrypted whatever the node's security:
     * for control channels of tools. Any thread.
     *
     * @param port 1 to 65535, not the node's RDS port.
     * @return the listener; the caller closes it.
     * @throws RdsException EADDRINUSE, ETIMEDOUT, EBADF when the node is closed.
     */
    public PlainStreamListener listenStream(final int port) {
        final PlainStreamListener listener = new PlainStreamListener(context, duty(), parts.streams());
        final CompletableFuture<TcpListener> done = new CompletableFuture<>();
        submit(() -> parts.streams().listen(port, listener, done));
        listener.newStream().await(done::isDone, context.controlTimeoutNs(), "the engine to listen");
        if (done.isCompletedExceptionally()) {
            throw RdsException.of(Errno.EADDRINUSE, "port " + port + " is taken");
        }
        listener.listener(done.join());
        return listener;
    }

    /**
     * Opens a plain TCP connection from the node's address, beside RDS and unencrypted whatever the node's security: for
     * control channels of tools. Any thread.
     *
     * @param destination address and port.
     * @param timeoutNs   longest wait.
     * @return the connection; the caller closes it.
     * @throws RdsException ECONNREFUSED, ETIMEDOUT, EINTR, EBADF when the node is closed.
     */
    public PlainStream connectStream(final RdsAddress destination, final long timeoutNs) {
        final PlainStream stream = new PlainStream(context, duty());
        submit(() -> parts.streams().connect(destination, stream));
        try {
            stream.awaitConnected(timeoutNs);
        } catch (final RdsException e) {
            stream.close();
            throw e;
        }
        return stream;
    }

    private void submit(final Runnable command) {
        if (isClosed || proxy.isClosed()) {
            throw RdsException.of(Errno.EBADF, "the node is closed");
        }
        if (!parts.streams().submit(command)) {
            throw RdsException.of(Errno.EAGAIN, "too many commands wait for the engine");
        }
    }

    private IntSupplier duty() {
        return invoker == null ? null : this::invoke;
    }

    /**
     * Does one duty cycle of every agent of the node, in {@link ThreadingMode#INVOKER} only.
     *
     * @return work done; 0 when there was nothing to do.
     * @throws IllegalStateException in another threading mode.
     */
    public int invoke() {
        if (invoker == null) {
            throw new IllegalStateException("the node has threads of its own: invoke() is for ThreadingMode.INVOKER");
        }
        return invoker.invoke();
    }

    /**
     * When {@link #invoke()} must be called at the latest if no frame arrives and no socket is used. For a driver of virtual
     * time.
     *
     * @return the engine's time, Long.MAX_VALUE for never.
     */
    public long nextDeadlineNs() {
        final long engineNs = parts.engine().nextDeadlineNs();
        return isInvokingIdentities() ? Math.min(engineNs, parts.identities().nextDeadlineNs()) : engineNs;
    }

    /**
     * The node's own address, port 0.
     *
     * @return as configured.
     */
    public RdsAddress address() {
        return context.localAddress();
    }

    /**
     * Every counter of every part; any thread.
     *
     * @param consumer called for each, in a fixed order.
     */
    public void counters(final CounterConsumer consumer) {
        parts.counters().forEach(consumer);
    }

    /**
     * Where applications in other processes attach, with {@code RdsClient}.
     *
     * @return the directory, or null when the node is no driver.
     */
    public Path driverDir() {
        return conductor == null ? null : conductor.directory();
    }

    /** Closes sockets and connections, stops the agents, gives the device back. Idempotent. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        proxy.close();
        Closing.all(this::stop, () -> Closing.each(parts.resources(), CloseHelper::close));
    }

    /** The conductor after the engine, which knows the memory of its sockets. Agents that never ran are closed here. */
    private void stop() {
        Closing.all(() -> Closing.each(runners, AgentRunner::close), invoker, this::passEncryption, conductorRunner);
    }

    private void passEncryption() {
        if (parts.encryption() != null && !parts.encryption().pass() && conductor != null) {
            conductor.keepMemory();
        }
    }

    /** Every agent runs, or none is left. */
    private void start(final Supplier<DriverConductor> driver) {
        try {
            prepare();
            conduct(driver.get());
            startInvoker();
            runners.forEach(runner -> AgentRunner.startOnThread(runner, threads));
            if (conductorRunner != null) {
                AgentRunner.startOnThread(conductorRunner, threads);
            }
        } catch (final RuntimeException | Error e) {
            Closing.after(e, this::stop);
            throw e;
        }
    }

    private void startInvoker() {
        if (invoker == null) {
            return;
        }
        invoker.start();
        if (!invoker.isRunning()) {
            throw new IllegalStateException("an agent failed at its start, see the log");
        }
    }

    /** Nothing runs yet, and {@link #stop()} knows of everything. */
    private void prepare() {
        final List<Agent> agents = parts.agents();
        switch (context.threadingMode()) {
            case INVOKER -> invoker = new AgentInvoker(RdsNode::onError, null, composite(withIdentities(agents)));
            case SHARED -> prepare(composite(agents), context.newEngineIdleStrategy());
            case DEDICATED -> {
                prepare(agents.getFirst(), context.newEngineIdleStrategy());
                for (final Agent agent : agents.subList(1, agents.size())) {
                    prepare(agent, context.newCryptoIdleStrategy());
                }
            }
        }
        watchIdentities();
    }

    private List<Agent> withIdentities(final List<Agent> agents) {
        if (!isInvokingIdentities()) {
            return agents;
        }
        final List<Agent> all = new ArrayList<>(agents);
        all.add(parts.identities());
        return all;
    }

    /** Who drives time of his own drives this too: a thread would not know what time it is. */
    private boolean isInvokingIdentities() {
        return parts.identities() != null
            && context.threadingMode() == ThreadingMode.INVOKER && !(context.nanoClock() instanceof SystemNanoClock);
    }

    /** Else in every threading mode on a thread of its own: it waits for files and validates chains. */
    private void watchIdentities() {
        if (parts.identities() != null && !isInvokingIdentities()) {
            prepare(parts.identities(), new SleepingMillisIdleStrategy(IDENTITY_PAUSE_MS));
        }
    }

    /** In every threading mode on a thread of its own: it waits for the file system. */
    private void conduct(final DriverConductor agent) {
        if (agent == null) {
            return;
        }
        conductor = agent;
        conductorRunner = new AgentRunner(
            new BackoffIdleStrategy(1, 1, CONDUCTOR_MIN_PARK_NS, CONDUCTOR_MAX_PARK_NS), RdsNode::onError, null, agent);
    }

    private static Agent composite(final List<Agent> agents) {
        return agents.size() == 1 ? agents.getFirst() : new CompositeAgent(agents);
    }

    private void prepare(final Agent agent, final IdleStrategy idleStrategy) {
        runners.add(new AgentRunner(idleStrategy, RdsNode::onError, null, agent));
    }

    private static void onError(final Throwable error) {
        LOG.error("an agent failed in its duty cycle and goes on with the next", error);
    }

    /** Takes one counter. */
    @FunctionalInterface
    public interface CounterConsumer {
        /**
         * One counter.
         *
         * @param label   its name.
         * @param meaning what one count stands for.
         * @param value   its value.
         */
        void accept(String label, String meaning, long value);
    }

    /** A node in the making. What is not given is made from the context. */
    public static final class Builder {
        final RdsContext context;
        LinkPort link;
        List<EncryptionAgent> encryption = List.of();
        InlineTls inline;
        RandomGenerator random;
        EpochClock epochClock = SystemEpochClock.INSTANCE;
        ThreadFactory threads = Thread::new;
        QosConfiguration qos = QosConfiguration.defaults();
        KeyLimits keyLimits = KeyLimits.DEFAULT;

        private Builder(final RdsContext context) {
            this.context = context;
        }

        /**
         * Uses a link instead of opening the context's device.
         *
         * @param port used by the engine thread; closed with the node.
         * @return this.
         */
        public Builder link(final LinkPort port) {
            link = port;
            return this;
        }

        /**
         * Uses encryption agents that the caller runs, perhaps for several nodes; connections are spread over them.
         *
         * @param agents running, in every threading mode.
         * @return this.
         */
        public Builder encryption(final EncryptionAgent... agents) {
            encryption = List.of(agents);
            return this;
        }

        /**
         * Uses a device with inline TLS instead of looking for that of the NIC, whatever the context says.
         *
         * @param device the node's own; closed with the node.
         * @return this.
         */
        public Builder inlineTls(final InlineTls device) {
            inline = device;
            return this;
        }

        /**
         * Uses another source of secrets and chance, as a simulation does.
         *
         * @param generator must be cryptographically strong outside simulations.
         * @return this.
         */
        public Builder random(final RandomGenerator generator) {
            random = generator;
            return this;
        }

        /**
         * Uses another clock for the validity of certificates.
         *
         * @param clock milliseconds since 1970.
         * @return this.
         */
        public Builder epochClock(final EpochClock clock) {
            epochClock = clock;
            return this;
        }

        /**
         * Changes keys sooner than has to be, as tests do that cannot send a terabyte.
         *
         * @param limits of each key; between the soft and the hard ones there is room for the 16 records that are under way.
         * @return this.
         */
        public Builder keyLimits(final KeyLimits limits) {
            keyLimits = limits;
            return this;
        }

        /**
         * Uses other service levels and lanes.
         *
         * @param configuration validated.
         * @return this.
         */
        public Builder qos(final QosConfiguration configuration) {
            qos = configuration;
            return this;
        }

        /**
         * Starts the node.
         *
         * @return the running node.
         * @throws RdsConfigurationException when the context does not serve.
         */
        public RdsNode launch() {
            if (!context.isConcluded()) {
                context.conclude();
            }
            final List<AutoCloseable> resources = new ArrayList<>();
            try {
                final DriverDirectory directory = claim(resources);
                final NodeAssembly assembly = new NodeAssembly(this, resources);
                final int levels = permittedLevels(qos);
                final RdsNode node = new RdsNode(context, assembly.parts(), assembly.proxy(), levels, threads);
                node.start(() -> directory == null ? null : conductor(directory, assembly, levels));
                return node;
            } catch (final RuntimeException | Error e) {
                Closing.after(e, () -> Closing.each(resources, CloseHelper::close));
                throw e;
            }
        }

        private DriverConductor conductor(final DriverDirectory directory, final NodeAssembly assembly, final int levels) {
            final DriverConductor conductor = new DriverConductor(
                context, directory, assembly.proxy(), levels, assembly.random(), epochClock, assembly.rdsCounters());
            assembly.status().clients(conductor.status());
            return conductor;
        }

        /** Before the device, as starting a NIC in vain takes long. */
        private DriverDirectory claim(final List<AutoCloseable> resources) {
            if (context.driverDir() == null) {
                return null;
            }
            final DriverDirectory directory = DriverDirectory.claim(context.driverDir());
            resources.add(directory);
            return directory;
        }

        private static int permittedLevels(final QosConfiguration qos) {
            final ServiceLevelSelector selector = new ServiceLevelSelector(qos);
            return IntStream.range(0, ServiceLevel.COUNT).filter(level -> selector.admit(level) >= 0)
                .reduce(0, (levels, level) -> levels | 1 << level);
        }
    }
}
