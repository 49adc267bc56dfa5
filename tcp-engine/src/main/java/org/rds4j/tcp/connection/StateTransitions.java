package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpState;

/** The state diagram (RFC 9293 section 3.3.2, figure 5), the one place where states follow each other. */
final class StateTransitions {
    private StateTransitions() {
    }

    /** The state after a transition; the same state where the diagram has no such edge. */
    static TcpState next(final TcpState state, final Transition transition) {
        if (transition == Transition.END) {
            return TcpState.CLOSED;
        }
        return switch (state) {
            case CLOSED -> fromClosed(transition);
            case SYN_SENT -> fromSynSent(transition);
            case SYN_RECEIVED -> transition == Transition.SYN_ACKNOWLEDGED ? TcpState.ESTABLISHED : state;
            case ESTABLISHED -> fromEstablished(transition);
            case FIN_WAIT_1 -> fromFinWait1(transition);
            case FIN_WAIT_2 -> transition == Transition.FIN_RECEIVED ? TcpState.TIME_WAIT : state;
            case CLOSE_WAIT -> transition == Transition.CLOSE ? TcpState.LAST_ACK : state;
            case CLOSING -> transition == Transition.FIN_ACKNOWLEDGED ? TcpState.TIME_WAIT : state;
            case LAST_ACK -> transition == Transition.FIN_ACKNOWLEDGED ? TcpState.CLOSED : state;
            case TIME_WAIT -> state;
        };
    }

    private static TcpState fromClosed(final Transition transition) {
        return switch (transition) {
            case ACTIVE_OPEN -> TcpState.SYN_SENT;
            case PASSIVE_OPEN -> TcpState.SYN_RECEIVED;
            default -> TcpState.CLOSED;
        };
    }

    private static TcpState fromSynSent(final Transition transition) {
        return switch (transition) {
            case SYN_CROSSED -> TcpState.SYN_RECEIVED;
            case SYN_ACKNOWLEDGED -> TcpState.ESTABLISHED;
            default -> TcpState.SYN_SENT;
        };
    }

    private static TcpState fromEstablished(final Transition transition) {
        return switch (transition) {
            case CLOSE -> TcpState.FIN_WAIT_1;
            case FIN_RECEIVED -> TcpState.CLOSE_WAIT;
            default -> TcpState.ESTABLISHED;
        };
    }

    private static TcpState fromFinWait1(final Transition transition) {
        return switch (transition) {
            case FIN_RECEIVED -> TcpState.CLOSING;
            case FIN_ACKNOWLEDGED -> TcpState.FIN_WAIT_2;
            default -> TcpState.FIN_WAIT_1;
        };
    }
}
