package org.rds4j.node;

import org.rds4j.RdsContext;

/** What a node says at its start when a socket that is not read may stop others. */
final class OverflowNotice {
    private OverflowNotice() {
    }

    /**
     * Compares what there is behind receive rings with what all connections may bring.
     *
     * @param room octets that can be had, which is less than the setting where the process has less.
     * @return text, or null when it is enough.
     */
    static String of(final RdsContext context, final long room) {
        final long wanted = context.overflowOfConnections();
        if (room >= wanted) {
            return null;
        }
        final long served = context.maxConnections() * room / wanted;
        return "room for unread datagrams is " + room + ", for what " + served
            + " sockets may have on their way to one that is not read, and maxConnections is " + context.maxConnections()
            + ": when more send to it, paths stop for every port (recv_blocked); raise receiveOverflowLength to " + wanted
            + ", and -XX:MaxDirectMemorySize to twice that, or lower the sendBufferLength of the peers";
    }
}
