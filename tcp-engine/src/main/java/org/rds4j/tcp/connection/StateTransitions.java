package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpState;

/** The state diagram (RFC 9293 section 3.3.2, figure 5), the one place where states follow each other. */
final class StateTransitions {
    private static final EnumTable<TcpState, Transition, TcpState> TABLE = new EnumTable<>(
        TcpState.class, Transition.class, TcpState::valueOf, null,
        // the columns are those of Transition; a dot: the diagram has no such edge
        //           ACTIVE_OPEN PASSIVE_OPEN SYN_CROSSED SYN_ACKNOWLEDGED CLOSE FIN_RECEIVED FIN_ACKNOWLEDGED END
        "CLOSED       SYN_SENT SYN_RECEIVED .            .           .          .          .          CLOSED",
        "SYN_SENT     .        .            SYN_RECEIVED ESTABLISHED .          .          .          CLOSED",
        "SYN_RECEIVED .        .            .            ESTABLISHED .          .          .          CLOSED",
        "ESTABLISHED  .        .            .            .           FIN_WAIT_1 CLOSE_WAIT .          CLOSED",
        "FIN_WAIT_1   .        .            .            .           .          CLOSING    FIN_WAIT_2 CLOSED",
        "FIN_WAIT_2   .        .            .            .           .          TIME_WAIT  .          CLOSED",
        "CLOSE_WAIT   .        .            .            .           LAST_ACK   .          .          CLOSED",
        "CLOSING      .        .            .            .           .          .          TIME_WAIT  CLOSED",
        "LAST_ACK     .        .            .            .           .          .          CLOSED     CLOSED",
        "TIME_WAIT    .        .            .            .           .          .          .          CLOSED");

    private StateTransitions() {
    }

    /** The state after a transition; the same state where the diagram has no such edge. */
    static TcpState next(final TcpState state, final Transition transition) {
        final TcpState next = TABLE.get(state, transition);
        return next == null ? state : next;
    }
}
