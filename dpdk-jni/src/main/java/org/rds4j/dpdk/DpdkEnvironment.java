package org.rds4j.dpdk;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.rds4j.dpdk.internal.Native;
import org.rds4j.dpdk.internal.NativeLibrary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DPDK environment abstraction layer (EAL), of which a process has one, once.
 * <p>
 * Thread safe. Java threads are not registered with the EAL and need no lcore; starting leaves the caller's CPU affinity alone.
 * DPDK's log goes to this class's logger, not to the console.
 */
public final class DpdkEnvironment implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DpdkEnvironment.class);

    private static DpdkEnvironment running;
    private static boolean used;

    private final List<String> arguments;
    private final boolean hugePages;
    private final Set<String> resources = new TreeSet<>();
    private boolean closed;

    private DpdkEnvironment(final List<String> arguments, final boolean hugePages) {
        this.arguments = arguments;
        this.hugePages = hugePages;
    }

    /**
     * Whether DPDK and this module's native library are installed. Does not start anything.
     *
     * @return true when {@link #start} can be tried.
     */
    public static boolean isAvailable() {
        return NativeLibrary.failure() == null;
    }

    /**
     * Why DPDK cannot be used.
     *
     * @return the cause with what was tried as suppressed causes, or null when it can.
     */
    public static Throwable unavailabilityCause() {
        return NativeLibrary.failure();
    }

    /**
     * The environment of this process, whoever started it.
     *
     * @return the environment, or null when DPDK does not run.
     */
    public static synchronized DpdkEnvironment running() {
        return running;
    }

    /**
     * Starts the EAL, or returns the running one when it was started with the same arguments.
     * <p>
     * Arguments the caller leaves out are completed: a unique file prefix, {@code --in-memory}, one lcore that may run on every
     * CPU of the process, no telemetry, no PCI device but those opened by name, a quiet log, and, when no huge pages are
     * reserved, {@code --no-huge} with 512 MiB of ordinary memory.
     *
     * @param ealArguments as on a DPDK command line, without a program name.
     * @return the environment.
     * @throws DpdkException when DPDK is absent, refuses, was started with other arguments, or has been closed in this process.
     */
    public static synchronized DpdkEnvironment start(final String... ealArguments) {
        final List<String> arguments = List.of(ealArguments);
        if (running != null) {
            return running.orRefuse(arguments);
        }
        if (!isAvailable()) {
            throw new DpdkException(unavailabilityCause());
        }
        final boolean hugePages = EalArguments.useHugePages(arguments, HugePages.freeBytes(HugePages.SYSTEM));
        final String[] complete = EalArguments.complete(arguments, hugePages);
        if (used) {
            throw new DpdkException("DPDK can be started only once in a process and was (it failed or is closed): use a new JVM");
        }
        used = true;
        final int result = Native.start(complete);
        if (result < 0) {
            throw DpdkException.of("DPDK does not start with " + String.join(" ", complete), result);
        }
        running = new DpdkEnvironment(arguments, hugePages);
        running.logStart(complete);
        return running;
    }

    private DpdkEnvironment orRefuse(final List<String> wanted) {
        if (!arguments.equals(wanted)) {
            throw new DpdkException("DPDK runs already in this process with arguments " + arguments + ", not " + wanted
                + ": start it once, with all arguments");
        }
        return this;
    }

    private void logStart(final String[] complete) {
        LOGGER.info("{} started: {}", Native.version(), String.join(" ", complete));
        if (!hugePages) {
            LOGGER.warn("No huge pages are used: DPDK runs on {} MiB of ordinary memory, which hardware devices may not take. "
                + "Reserve some with: sysctl -w vm.nr_hugepages=512", EalArguments.MEMORY_MB);
        }
        logNative();
    }

    /** Moves what DPDK has logged to our logger. */
    void logNative() {
        final String log = Native.takeLog().strip();
        if (!log.isEmpty()) {
            LOGGER.debug("{}", log);
        }
    }

    /**
     * DPDK's version.
     *
     * @return such as {@code DPDK 22.11.11}.
     */
    public String version() {
        return Native.version();
    }

    /**
     * Whether pools lie in huge pages.
     *
     * @return false when DPDK fell back to, or was told to use, ordinary memory.
     */
    public boolean usesHugePages() {
        return hugePages;
    }

    /** Names a mempool or device as in use; each name once. */
    synchronized void claim(final String resource) {
        if (closed) {
            throw new DpdkException("DPDK is closed: " + resource + " cannot be opened");
        }
        if (!resources.add(resource)) {
            throw new DpdkException(resource + " is open already: choose another name, or close it first");
        }
    }

    synchronized void unclaim(final String resource) {
        resources.remove(resource);
    }

    /**
     * Ends the EAL and unmaps its memory. DPDK cannot be started again in this process. Idempotent.
     *
     * @throws DpdkException when a mempool or device is still open.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (!resources.isEmpty()) {
            throw new DpdkException("DPDK is in use by " + resources + ": close these first");
        }
        closed = true;
        forget();
        Native.cleanUp();
    }

    private static synchronized void forget() {
        running = null;
    }
}
