package org.rds4j.status;

/** What a node tells about itself on request, row by row. Ids are part of the layout of {@link StatusRegion}: append only. */
public enum StatusTable {
    /** Values of the counters whose labels stand in the region, {@link StatusPage#WORDS} to a row. */
    COUNTERS(1),
    /** Bound sockets: {@link SocketStatus}. */
    SOCKETS(2),
    /** Paths to peers: {@link PathStatus}. */
    PATHS(3),
    /** Received messages that no application has read: {@link MessageStatus}. */
    RECEIVE(4),
    /** Messages that were not handed to TCP yet: {@link MessageStatus}. */
    SEND(5),
    /** Messages that TCP has and the peer has not acknowledged: {@link MessageStatus}. */
    RETRANSMIT(6),
    /** TCP connections that carry a path: {@link CarrierStatus}. */
    CARRIERS(7),
    /** Applications in other processes: {@link ClientStatus}. */
    CLIENTS(8),
    /** What protects each path: {@link SecurityStatus}. */
    SECURITY(9);

    private final int id;

    StatusTable(final int id) {
        this.id = id;
    }

    /**
     * The number in a request.
     *
     * @return above 0.
     */
    public int id() {
        return id;
    }

    /**
     * The table of a number.
     *
     * @param id as in a request; anything may stand there.
     * @return the table, or null.
     */
    public static StatusTable ofId(final int id) {
        for (final StatusTable table : TABLES) {
            if (table.id == id) {
                return table;
            }
        }
        return null;
    }

    /** Asked for once: {@code values()} makes a new array with every call. */
    private static final StatusTable[] TABLES = values();
}
