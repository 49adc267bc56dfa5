package org.rds4j.perf.stress;

import org.rds4j.RdsAddress;

/**
 * What both sides of a run agree on: the active side chooses, the passive side is told.
 *
 * @param depth             requests that a pair of tasks has outstanding in each direction.
 * @param requestSize       octets of a request.
 * @param ackSize           octets of its answer.
 * @param sendAddress       IPv4 address of the passive side.
 * @param receiveAddress    IPv4 address of the active side.
 * @param port              of the control connection; task i uses RDS port {@code port + 1 + i}.
 * @param tasks             on each side; each sends to all of the other side.
 * @param runSeconds        0 for no end.
 * @param summaryOnly       no rows but the last.
 * @param tracing           say what is done.
 * @param verify            compare every octet of payload.
 * @param showParameters    print them before the run.
 * @param showPerfdata      rows as comma-separated values with the node's counters.
 * @param congestionMonitor asked for by the active side; without meaning here.
 * @param oneWay            only the active side sends requests.
 * @param connectRetries    of the control connection, once a second.
 * @param serviceLevel      of every message, "tos" on the wire.
 */
public record StressOptions(
    int depth, int requestSize, int ackSize, int sendAddress, int receiveAddress, int port, int tasks, int runSeconds,
    boolean summaryOnly, boolean tracing, boolean verify, boolean showParameters, boolean showPerfdata,
    boolean congestionMonitor, boolean oneWay, int connectRetries, int serviceLevel) {
    /** Highest number of tasks: the ports must fit. */
    public static final int MAX_TASKS = 65_534;

    private static final int MAX_SERVICE_LEVEL = 15;
    private static final int MAX_PORT = 65_535;
    private static final long IPV4_MAPPED = 0xffff_0000_0000L;

    /**
     * Checks what a person or a peer chose.
     *
     * @param maxMessageLength longest datagram of the node.
     * @return this.
     * @throws StressException when it cannot be run, with the reason.
     */
    public StressOptions check(final int maxMessageLength) {
        requireSize("request size", requestSize, maxMessageLength);
        requireSize("ack size", ackSize, maxMessageLength);
        require(depth >= 1 && depth <= MAX_PORT, "the depth must be from 1 to " + MAX_PORT + ", not " + depth);
        require(tasks >= 1 && port >= 1 && port + tasks <= MAX_PORT,
            "port " + port + " and " + tasks + " tasks leave the range of ports, 1 to " + MAX_PORT);
        require(serviceLevel >= 0 && serviceLevel <= MAX_SERVICE_LEVEL,
            "the type of service stands for a service level from 0 to " + MAX_SERVICE_LEVEL + ", not " + serviceLevel);
        require(runSeconds >= 0, "the run time must not be below 0");
        return this;
    }

    private static void requireSize(final String what, final int size, final int most) {
        require(size >= StressHeader.LENGTH && size <= most,
            "the " + what + " must be from " + StressHeader.LENGTH + " to " + most + " octets, not " + size);
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new StressException(message);
        }
    }

    /**
     * The run as the passive side sees it.
     *
     * @param ownAddress of the passive side.
     * @return the same with both addresses exchanged.
     */
    StressOptions mirrored(final int ownAddress) {
        return new StressOptions(
            depth, requestSize, ackSize, receiveAddress, ownAddress, port, tasks, runSeconds, summaryOnly, tracing, verify,
            showParameters, showPerfdata, congestionMonitor, oneWay, connectRetries, serviceLevel);
    }

    /** An IPv4 address of 32 bits with a port. */
    static RdsAddress host(final int address, final int port) {
        return RdsAddress.of(0, IPV4_MAPPED | Integer.toUnsignedLong(address), port);
    }

    /** Send and receive buffer of each task's socket: everything both sides may have outstanding, twice. */
    int bufferLength() {
        return (int) Math.min(1 << 30, 2L * tasks * depth * (requestSize + ackSize));
    }
}
