package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Script;

/**
 * Every state against every event: the outcome is compared with a reviewed file. When a change of behaviour is meant, review the
 * difference this test prints and put it into {@code transitions.txt}.
 */
class TransitionTableTest {
    private static final List<String> EVENTS = List.of(
        "SYN", "SYN+ACK", "RST", "RST left", "RST inside", "FIN", "ACK", "ACK beyond", "DATA", "DATA old", "DATA beyond",
        "closeSend", "close", "abort", "timer");

    @Test
    void shouldBehaveAsReviewedInEveryStateForEveryEvent() throws IOException {
        final StringBuilder table = new StringBuilder();
        for (final TcpState state : TcpState.values()) {
            for (final String event : EVENTS) {
                table.append(outcome(state, event)).append('\n');
            }
        }
        try (InputStream reviewed = getClass().getResourceAsStream("transitions.txt")) {
            assertEquals(new String(reviewed.readAllBytes(), StandardCharsets.UTF_8), table.toString());
        }
    }

    private static String outcome(final TcpState state, final String event) {
        final Script script = inState(state);
        assertEquals(state, script.connection.state());
        script.emitted();
        script.events.clear();
        apply(script, state, event);
        final List<String> segments = script.emitted();
        return state + " x " + event + " -> " + script.connection.state() + " " + script.events + " " + segments;
    }

    private static Script inState(final TcpState state) {
        return switch (state) {
            case CLOSED -> {
                final Script script = new Script(Script.plain()).connect();
                script.connection.abort();
                yield script;
            }
            case SYN_SENT -> new Script(Script.plain()).connect();
            case SYN_RECEIVED -> {
                final Script script = inState(TcpState.SYN_SENT);
                script.emitted();
                script.inject("S seq=0 win=10000 mss=1460");
                yield script;
            }
            case ESTABLISHED -> new Script(Script.plain()).established(10_000);
            case FIN_WAIT_1 -> after(TcpState.ESTABLISHED, true, null);
            case FIN_WAIT_2 -> after(TcpState.FIN_WAIT_1, false, "A seq=1 ack=2 win=10000");
            case CLOSE_WAIT -> after(TcpState.ESTABLISHED, false, "FA seq=1 ack=1 win=10000");
            case CLOSING -> after(TcpState.FIN_WAIT_1, false, "FA seq=1 ack=1 win=10000");
            case LAST_ACK -> after(TcpState.CLOSE_WAIT, true, null);
            case TIME_WAIT -> after(TcpState.FIN_WAIT_2, false, "FA seq=1 ack=2 win=10000");
        };
    }

    private static Script after(final TcpState before, final boolean close, final String segment) {
        final Script script = inState(before);
        script.emitted();
        if (close) {
            script.connection.closeSend();
        }
        if (segment != null) {
            script.inject(segment);
        }
        return script;
    }

    private static void apply(final Script script, final TcpState state, final String event) {
        final boolean finSent = state == TcpState.FIN_WAIT_1 || state == TcpState.FIN_WAIT_2 || state == TcpState.CLOSING ||
            state == TcpState.LAST_ACK || state == TcpState.TIME_WAIT;
        final boolean finReceived = state == TcpState.CLOSE_WAIT || state == TcpState.CLOSING ||
            state == TcpState.LAST_ACK || state == TcpState.TIME_WAIT;
        final String seq = " seq=" + (finReceived ? 2 : 1);
        final String ack = " ack=" + (finSent ? 2 : 1) + " win=10000";
        switch (event) {
            case "SYN" -> script.inject("S seq=0 win=10000 mss=1460");
            case "SYN+ACK" -> script.inject("SA seq=0 ack=1 win=10000 mss=1460");
            case "RST" -> script.inject("RA" + seq + " ack=1");
            case "RST left" -> script.inject("R seq=0");
            case "RST inside" -> script.inject("R seq=5");
            case "FIN" -> script.inject("FA seq=1 ack=1 win=10000");
            case "ACK" -> script.inject("A" + seq + ack);
            case "ACK beyond" -> script.inject("A" + seq + " ack=9 win=10000");
            case "DATA" -> script.inject("A" + seq + ack + " len=10");
            case "DATA old" -> script.inject("A seq=-20" + ack + " len=10");
            case "DATA beyond" -> script.inject("A seq=70000" + ack + " len=10");
            case "closeSend" -> script.connection.closeSend();
            case "close" -> script.connection.close();
            case "abort" -> script.connection.abort();
            default -> {
                if (script.engine.nextDeadlineNs() != Long.MAX_VALUE) {
                    script.toDeadline();
                }
            }
        }
    }
}
