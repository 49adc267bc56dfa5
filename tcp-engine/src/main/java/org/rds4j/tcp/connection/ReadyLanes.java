package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpEngine;

/**
 * Which connections have something to send: one circular list per lane, linked through the connections, and one of those that
 * wait for their next hop to be resolved. A connection is in at most one list.
 */
final class ReadyLanes {
    /** The list of those whose next hop is unknown. */
    static final int PARKED = TcpEngine.LANES;

    private final Connection[] heads = new Connection[TcpEngine.LANES + 1];

    Connection first(final int lane) {
        return heads[lane];
    }

    boolean hasParked() {
        return heads[PARKED] != null;
    }

    /** Whether a connection stands in its lane. */
    boolean hasTurn(final Connection connection) {
        return connection.list >= 0 && connection.list != PARKED;
    }

    /** Puts a connection at the end of its lane, unless it is listed already. */
    void add(final Connection connection) {
        if (connection.list == Connection.NOT_LISTED) {
            link(connection, connection.lane);
        }
    }

    /** Gives the turn to the next connection of the lane. */
    void rotate(final int lane) {
        heads[lane] = heads[lane].next;
    }

    void park(final Connection connection) {
        remove(connection);
        link(connection, PARKED);
    }

    void move(final Connection connection, final int lane) {
        final int list = connection.list;
        connection.lane = (byte) lane;
        if (list >= 0 && list != PARKED) {
            remove(connection);
            link(connection, lane);
        }
    }

    /** Puts parked connections whose next hop is known by now back into their lanes. */
    void unpark(final long nowNs) {
        Connection connection = heads[PARKED];
        if (connection == null) {
            return;
        }
        final Connection last = connection.previous;
        boolean more = true;
        while (more) {
            final Connection following = connection.next;
            more = connection != last;
            if (connection.route.isResolved(nowNs)) {
                remove(connection);
                link(connection, connection.lane);
            }
            connection = following;
        }
    }

    void remove(final Connection connection) {
        final int list = connection.list;
        if (list == Connection.NOT_LISTED) {
            return;
        }
        if (connection.next == connection) {
            heads[list] = null;
        } else {
            connection.previous.next = connection.next;
            connection.next.previous = connection.previous;
            if (heads[list] == connection) {
                heads[list] = connection.next;
            }
        }
        connection.next = null;
        connection.previous = null;
        connection.list = Connection.NOT_LISTED;
    }

    private void link(final Connection connection, final int list) {
        final Connection head = heads[list];
        if (head == null) {
            connection.next = connection;
            connection.previous = connection;
            heads[list] = connection;
        } else {
            connection.next = head;
            connection.previous = head.previous;
            head.previous.next = connection;
            head.previous = connection;
        }
        connection.list = (byte) list;
    }
}
