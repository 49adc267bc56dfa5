package org.rds4j.tcp.control;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpDialect;
import org.rds4j.tcp.network.IcmpErrorKind;

/** What a program is told of the end of its connection. */
final class ClosingErrors {
    private ClosingErrors() {
    }

    /** The error, or the one that is pending already; null for none. */
    static Errno of(final CloseReason reason, final IcmpErrorKind report, final Endpoint endpoint, final TcpDialect dialect) {
        return switch (reason) {
            case RESET -> isHalfClosed(endpoint) && dialect == TcpDialect.LINUX ? Errno.EPIPE : Errno.ECONNRESET;
            case REFUSED -> Errno.ECONNREFUSED;
            case TIMEOUT -> Errno.ETIMEDOUT;
            case UNREACHABLE -> unreachable(report, dialect);
            default -> endpoint.error;
        };
    }

    /** CLOSE-WAIT: Linux speaks of a pipe that has lost its reader. */
    private static boolean isHalfClosed(final Endpoint endpoint) {
        return endpoint.isPeerClosed && !endpoint.isSendShut;
    }

    private static Errno unreachable(final IcmpErrorKind report, final TcpDialect dialect) {
        return switch (report) {
            case PORT_UNREACHABLE -> Errno.ECONNREFUSED;
            case PROTOCOL_UNREACHABLE -> dialect == TcpDialect.LINUX ? Errno.ENOPROTOOPT : Errno.ECONNREFUSED;
            case ADMIN_PROHIBITED -> dialect == TcpDialect.LINUX ? Errno.EHOSTUNREACH : Errno.ECONNREFUSED;
            default -> Errno.EHOSTUNREACH;
        };
    }
}
