package org.rds4j.socket;

/**
 * A control command in the engine's command ring; the ring's message type is the kind.
 * <pre>
 *   0               8       12      16              24              32
 *   +---------------+-------+-------+---------------+---------------+
 *   | correlation id| slot  | port  | address high  | address low   |   native byte order
 *   +---------------+-------+-------+---------------+---------------+
 * </pre>
 * The address means something to {@link #BIND} and {@link #CANCEL} only, the port to these, {@link #TIMES} and {@link #WATCH}.
 * The answer goes to the region in the slot.
 */
public final class EngineCommand {
    /** A socket's region stands in the slot: serve it. */
    public static final int OPEN = 1;
    /** Bind the socket; port 0 is the engine's choice. */
    public static final int BIND = 2;
    /** Forget the socket. */
    public static final int CLOSE = 3;
    /** Give up datagrams to an address and port that are not yet given to TCP. */
    public static final int CANCEL = 4;
    /** Tell from now on when datagrams arrived: port is 1, or 0 to tell no more. */
    public static final int TIMES = 5;
    /** Tell a poller, whose {@link ReadySets} number stands for the port, what happens to the socket. */
    public static final int WATCH = 6;
    /** Whatever an application asked for that is none of these; refused (EOPNOTSUPP). */
    public static final int UNKNOWN = 7;
    /** Octets of every command. */
    public static final int LENGTH = 32;

    static final int CORRELATION_OFFSET = 0;
    static final int SLOT_OFFSET = 8;
    static final int PORT_OFFSET = 12;
    static final int HIGH_OFFSET = 16;
    static final int LOW_OFFSET = 24;

    private EngineCommand() {
    }

    /**
     * Whether there is such a command; the number may come from anyone.
     *
     * @param kind as read.
     * @return false when it would be refused.
     */
    public static boolean isKnown(final int kind) {
        return kind >= OPEN && kind <= WATCH;
    }
}
