package org.rds4j;

/** What the codes below 0 of {@link RdsSocket#offer} stand for. */
final class Refusal {
    private Refusal() {
    }

    static Errno errnoOf(final int result) {
        return switch (result) {
            case RdsSocket.BACK_PRESSURED -> Errno.EAGAIN;
            case RdsSocket.CONGESTED -> Errno.ENOBUFS;
            case RdsSocket.NOT_BOUND, RdsSocket.NO_DESTINATION -> Errno.ENOTCONN;
            case RdsSocket.TOO_LONG -> Errno.EMSGSIZE;
            case RdsSocket.CLOSED -> Errno.EBADF;
            case RdsSocket.NOT_UNICAST, RdsSocket.BAD_SERVICE_LEVEL, RdsSocket.NOT_LENT -> Errno.EINVAL;
            case RdsSocket.NOT_PERMITTED -> Errno.EPERM;
            case RdsSocket.FAMILY_MISMATCH, RdsSocket.BAD_FLAGS -> Errno.EOPNOTSUPP;
            case RdsSocket.NODE_LOST -> Errno.ECONNRESET;
            default -> throw new IllegalArgumentException(result + " is no refusal");
        };
    }

    /** Whether waiting may help. */
    static boolean isPassing(final int result) {
        return result == RdsSocket.BACK_PRESSURED || result == RdsSocket.CONGESTED;
    }

    static RdsException exception(final int result) {
        return RdsException.of(errnoOf(result), text(result));
    }

    private static String text(final int result) {
        return switch (result) {
            case RdsSocket.BACK_PRESSURED -> "the send buffer is full";
            case RdsSocket.CONGESTED -> "the destination's socket is not read fast enough: its port is congested";
            case RdsSocket.NOT_BOUND -> "the socket is not bound: call bind first";
            case RdsSocket.TOO_LONG -> "the datagram is longer than maxMessageLength or the send buffer";
            case RdsSocket.CLOSED -> "the socket is closed";
            case RdsSocket.NODE_LOST -> "the process of the node is gone: open another socket when it is back";
            case RdsSocket.NO_DESTINATION -> "no destination: name one or call connect first";
            case RdsSocket.NOT_UNICAST -> "the destination is not the unicast address of a host";
            case RdsSocket.BAD_SERVICE_LEVEL -> "the service level is not in 0.." + RdsSocket.MAX_SERVICE_LEVEL;
            case RdsSocket.NOT_PERMITTED ->
                "the service level is reserved: the node's QosConfiguration must allow control traffic";
            case RdsSocket.BAD_FLAGS -> "of the flags, only DONTWAIT and ZEROCOPY mean something to a send";
            case RdsSocket.NOT_LENT -> "the payload does not lie in memory lent to this socket, or is empty";
            default -> "the destination is not of the family of this host's address";
        };
    }
}
