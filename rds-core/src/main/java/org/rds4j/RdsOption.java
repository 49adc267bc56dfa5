package org.rds4j;

import java.net.SocketOption;
import java.util.List;

/**
 * The options of an {@link RdsSocket}, by the names and numbers of Linux (asm-generic/socket.h, linux/rds.h).
 * <table>
 * <caption>What they take, and what they say</caption>
 * <tr><th>option</th><th>set</th><th>get</th></tr>
 * <tr><td>{@link #SO_SNDBUF}, {@link #SO_RCVBUF}</td><td>octets; bounded by {@code maxSendBufferLength} and
 * {@code maxReceiveBufferLength}, then doubled, then at least 4608 and 2304</td><td>the doubled value; half of it is the
 * limit of payload</td></tr>
 * <tr><td>{@link #SO_SNDTIMEO}, {@link #SO_RCVTIMEO}</td><td>nanoseconds; 0 for no end</td><td>the same</td></tr>
 * <tr><td>{@link #SO_TIMESTAMP}</td><td>whether {@link DatagramInfo#arrivalNs()} is told</td><td>the same</td></tr>
 * <tr><td>{@link #SO_ZEROCOPY}</td><td>kept; memory is lent by a call of its own</td><td>the same</td></tr>
 * <tr><td>{@link #RDS_CANCEL_SENT_TO}</td><td>a destination: as {@link RdsSocket#cancelSentTo}</td><td>ENOPROTOOPT</td></tr>
 * <tr><td>{@link #RDS_GET_MR}, {@link #RDS_GET_MR_FOR_DEST}</td><td>EOPNOTSUPP: TCP has no RDMA</td><td>ENOPROTOOPT</td></tr>
 * <tr><td>{@link #RDS_FREE_MR}</td><td>EINVAL: there is no such region</td><td>ENOPROTOOPT</td></tr>
 * <tr><td>{@link #RDS_RECVERR}</td><td>kept; of no effect without RDMA</td><td>the same</td></tr>
 * <tr><td>{@link #RDS_CONG_MONITOR}</td><td>as {@link RdsSocket#congestionMonitor}</td><td>ENOPROTOOPT</td></tr>
 * <tr><td>{@link #SO_RDS_TRANSPORT}</td><td>once and before bind, else EOPNOTSUPP; {@link #TRANSPORT_TCP}, ENOPROTOOPT for
 * 0 and 1, which are not here, EINVAL for others</td><td>{@link #TRANSPORT_TCP}, or {@link #TRANSPORT_NONE} while neither set
 * nor bound</td></tr>
 * <tr><td>{@link #SO_RDS_MSG_RXPATH_LATENCY}</td><td>up to three positions 0 to 2, else EFAULT; see
 * {@link DatagramInfo#latencyNs}</td><td>ENOPROTOOPT</td></tr>
 * </table>
 * Null is EINVAL, as a missing value is. The service level (SIOCRDSSETTOS) is {@link RdsSocket#serviceLevel(int)}; what
 * RDS_INFO_ options tell, the tools read from the node's status.
 *
 * @param <T> of the value.
 */
public final class RdsOption<T> implements SocketOption<T> {
    /** Level of the options that all sockets have. */
    public static final int SOL_SOCKET = 1;
    /** Level of the options of RDS. */
    public static final int SOL_RDS = 276;
    /** {@link #SO_RDS_TRANSPORT}: none chosen yet. */
    public static final int TRANSPORT_NONE = -1;
    /** {@link #SO_RDS_TRANSPORT}: TCP. */
    public static final int TRANSPORT_TCP = 2;

    /** Limit of payload queued or unacknowledged. */
    public static final RdsOption<Integer> SO_SNDBUF = new RdsOption<>(Kind.SNDBUF, SOL_SOCKET, 7, "SO_SNDBUF", Integer.class);
    /** Unread payload above which the port is congested. */
    public static final RdsOption<Integer> SO_RCVBUF = new RdsOption<>(Kind.RCVBUF, SOL_SOCKET, 8, "SO_RCVBUF", Integer.class);
    /** Longest wait of a receive that names none, in nanoseconds; 0 for no end. */
    public static final RdsOption<Long> SO_RCVTIMEO = new RdsOption<>(Kind.RCVTIMEO, SOL_SOCKET, 20, "SO_RCVTIMEO", Long.class);
    /** Longest wait of a send that names none, in nanoseconds; 0 for no end. */
    public static final RdsOption<Long> SO_SNDTIMEO = new RdsOption<>(Kind.SNDTIMEO, SOL_SOCKET, 21, "SO_SNDTIMEO", Long.class);
    /** Whether the time of arrival is told. Also numbers 29 and 63 of {@link #SOL_RDS}. */
    public static final RdsOption<Boolean> SO_TIMESTAMP =
        new RdsOption<>(Kind.TIMESTAMP, SOL_SOCKET, 29, "SO_TIMESTAMP", Boolean.class);
    /** Whether datagrams may be lent: kept, as {@link RdsSocket#lend()} asks for it each time. */
    public static final RdsOption<Boolean> SO_ZEROCOPY =
        new RdsOption<>(Kind.ZEROCOPY, SOL_SOCKET, 60, "SO_ZEROCOPY", Boolean.class);
    /** Gives up datagrams to a destination. */
    public static final RdsOption<RdsAddress> RDS_CANCEL_SENT_TO =
        new RdsOption<>(Kind.CANCEL_SENT_TO, SOL_RDS, 1, "RDS_CANCEL_SENT_TO", RdsAddress.class);
    /** Memory for RDMA: not over TCP. */
    public static final RdsOption<Long> RDS_GET_MR = new RdsOption<>(Kind.GET_MR, SOL_RDS, 2, "RDS_GET_MR", Long.class);
    /** Frees memory for RDMA: there is none. */
    public static final RdsOption<Long> RDS_FREE_MR = new RdsOption<>(Kind.FREE_MR, SOL_RDS, 3, "RDS_FREE_MR", Long.class);
    /** Whether errors of RDMA are told: kept, of no effect. */
    public static final RdsOption<Boolean> RDS_RECVERR =
        new RdsOption<>(Kind.RECVERR, SOL_RDS, 5, "RDS_RECVERR", Boolean.class);
    /** Whether the end of congestion is told. */
    public static final RdsOption<Boolean> RDS_CONG_MONITOR =
        new RdsOption<>(Kind.CONG_MONITOR, SOL_RDS, 6, "RDS_CONG_MONITOR", Boolean.class);
    /** Memory for RDMA: not over TCP. */
    public static final RdsOption<Long> RDS_GET_MR_FOR_DEST =
        new RdsOption<>(Kind.GET_MR, SOL_RDS, 7, "RDS_GET_MR_FOR_DEST", Long.class);
    /** What carries the datagrams. */
    public static final RdsOption<Integer> SO_RDS_TRANSPORT =
        new RdsOption<>(Kind.TRANSPORT, SOL_RDS, 8, "SO_RDS_TRANSPORT", Integer.class);
    /** Which parts of a datagram's way through this host are told: up to three positions. */
    public static final RdsOption<int[]> SO_RDS_MSG_RXPATH_LATENCY =
        new RdsOption<>(Kind.LATENCY, SOL_RDS, 10, "SO_RDS_MSG_RXPATH_LATENCY", int[].class);

    private static final List<RdsOption<?>> ALL = List.of(SO_SNDBUF, SO_RCVBUF, SO_RCVTIMEO, SO_SNDTIMEO, SO_TIMESTAMP,
        SO_ZEROCOPY, RDS_CANCEL_SENT_TO, RDS_GET_MR, RDS_FREE_MR, RDS_RECVERR, RDS_CONG_MONITOR, RDS_GET_MR_FOR_DEST,
        SO_RDS_TRANSPORT, SO_RDS_MSG_RXPATH_LATENCY);
    private static final int SO_TIMESTAMP_NEW = 63;

    /** What an option is about. */
    enum Kind {
        SNDBUF, RCVBUF, RCVTIMEO, SNDTIMEO, TIMESTAMP, ZEROCOPY, CANCEL_SENT_TO, GET_MR, FREE_MR, RECVERR, CONG_MONITOR,
        TRANSPORT, LATENCY
    }

    private final Kind kind;
    private final int level;
    private final int number;
    private final String name;
    private final Class<T> type;

    private RdsOption(final Kind kind, final int level, final int number, final String name, final Class<T> type) {
        this.kind = kind;
        this.level = level;
        this.number = number;
        this.name = name;
        this.type = type;
    }

    /**
     * Looks an option up by its numbers.
     *
     * @param level  {@link #SOL_SOCKET} or {@link #SOL_RDS}.
     * @param number as in the headers of Linux.
     * @return the option.
     * @throws RdsException ENOPROTOOPT when there is none.
     */
    public static RdsOption<?> of(final int level, final int number) {
        for (final RdsOption<?> option : ALL) {
            if (option.level == level && option.number == number) {
                return option;
            }
        }
        if ((level == SOL_SOCKET || level == SOL_RDS) && (number == SO_TIMESTAMP.number || number == SO_TIMESTAMP_NEW)) {
            return SO_TIMESTAMP;
        }
        throw RdsException.of(Errno.ENOPROTOOPT, "an RDS socket has no option " + number + " at level " + level);
    }

    Kind kind() {
        return kind;
    }

    /**
     * Level of the option.
     *
     * @return {@link #SOL_SOCKET} or {@link #SOL_RDS}.
     */
    public int level() {
        return level;
    }

    /**
     * Number of the option at its level.
     *
     * @return as in the headers of Linux.
     */
    public int number() {
        return number;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
