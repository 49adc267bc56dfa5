package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpState;

/**
 * State by arrival: what RFC 9293 section 3.10.7.4, RFC 5961 and RFC 7323 ask for, as a table. SYN-SENT has rules of its own
 * (section 3.10.7.3, {@link OpeningArrival}) and TIME-WAIT is a record apart ({@link TimeWaitList}).
 */
final class ArrivalTable {
    private static final EnumTable<TcpState, Arrival, Reaction> TABLE = new EnumTable<>(
        TcpState.class, Arrival.class, Reaction::valueOf, Reaction.DROP,
        // the columns are those of Arrival:
        // UNSTAMPED STALE SYN_AGAIN SYN_AGAIN_ACK RESET_EXACT RESET_INSIDE RESET_OUTSIDE SYN SYN_INSIDE
        // UNACCEPTABLE NO_ACK ACCEPTABLE
        "SYN_RECEIVED DROP REPLY REPEAT_SYN_ACK COMPLETE  REFUSED CHALLENGE DROP CHALLENGE ABORT REPLY DROP COMPLETE",
        "ESTABLISHED  DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS",
        "FIN_WAIT_1   DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS",
        "FIN_WAIT_2   DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS",
        "CLOSE_WAIT   DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS",
        "CLOSING      DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS",
        "LAST_ACK     DROP REPLY CHALLENGE      CHALLENGE RESET   CHALLENGE DROP CHALLENGE ABORT REPLY DROP PROCESS");

    private ArrivalTable() {
    }

    static Reaction reaction(final TcpState state, final Arrival arrival) {
        return TABLE.get(state, arrival);
    }
}
