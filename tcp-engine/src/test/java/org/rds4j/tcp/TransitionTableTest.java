package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.Script;

/**
 * Every state against every event, illegal pairs included: the outcome is compared with a reviewed file. When a change of
 * behaviour is meant, review the difference this test prints and put {@code target/transitions.txt}, which it writes, in the
 * file's place.
 * <p>
 * A line reads: state, event, the state after, what the owner was told, what was sent. Sequence numbers count from each side's
 * initial one. LISTEN is the listener's state, and SYN-RECEIVED is listed twice: as it comes from a listener and
 * from SYNs that crossed.
 */
class TransitionTableTest {
    static final List<String> STATES = List.of(
        "CLOSED", "LISTEN", "SYN_SENT", "SYN_RECEIVED_LISTEN", "SYN_RECEIVED_CROSSED", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
        "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT");
    private static final List<String> KINDS = List.of(
        "SYN", "SYN|ACK", "RST", "RST|ACK", "FIN", "ACK", "DATA", "DATA-ACK", "NONE");
    private static final List<String> PLACES = List.of("left", "at", "inside", "edge", "beyond");
    private static final List<String> OTHERS = List.of(
        "SYN again", "SYN|ACK again", "SYN data", "SYN|FIN", "ACK old", "ACK too old", "ACK unsent", "DATA bad ACK", "DATA+FIN",
        "FIN early", "FIN again", "FIN alone",
        "OPEN", "SEND", "RECEIVE", "SHUTDOWN", "CLOSE", "ABORT", "LISTEN CLOSE", "TIMER", "SILENCE");
    private static final long LONG_TIME_NS = 36_000 * Script.SECOND;
    private static final int WINDOW = 65_535;

    @Test
    void shouldBehaveAsReviewedInEveryStateForEveryEvent() throws IOException {
        final StringBuilder table = new StringBuilder();
        for (final String state : STATES) {
            for (final String event : events()) {
                table.append(outcome(state, event)).append('\n');
            }
        }
        final Path generated = Files.createDirectories(Path.of("target")).resolve("transitions.txt");
        Files.writeString(generated, table);
        try (InputStream reviewed = getClass().getResourceAsStream("transitions.txt")) {
            compare(lines(new String(reviewed.readAllBytes(), StandardCharsets.UTF_8)), lines(table.toString()));
        }
    }

    private static String[] lines(final String text) {
        return text.split("\n", -1);
    }

    private static List<String> events() {
        final List<String> events = new ArrayList<>();
        for (final String kind : KINDS) {
            for (final String place : PLACES) {
                events.add(kind + " " + place);
            }
        }
        events.addAll(OTHERS);
        return events;
    }

    private static void compare(final String[] reviewed, final String[] generated) {
        final StringBuilder difference = new StringBuilder();
        for (int i = 0; i < Math.max(reviewed.length, generated.length); i++) {
            final String before = i < reviewed.length ? reviewed[i] : "";
            final String now = i < generated.length ? generated[i] : "";
            if (!before.equals(now)) {
                difference.append("- ").append(before).append("\n+ ").append(now).append('\n');
            }
        }
        if (difference.length() > 0) {
            fail("behaviour differs from the reviewed table:\n" + difference);
        }
    }

    private static String outcome(final String state, final String event) {
        final Script script = inState(state);
        assertEquals(state, stateOf(script, state));
        script.emitted();
        script.events.clear();
        final List<String> segments = apply(script, state, event);
        segments.addAll(script.emitted());
        return state + " x " + event + " -> " + stateOf(script, state) + " " + script.events + " " + segments;
    }

    /** What the test sees of the state: a connection's own word, or the listener's. */
    static String stateOf(final Script script, final String began) {
        if (script.connection != null) {
            final TcpState state = script.connection.state();
            if (state != TcpState.TIME_WAIT || script.engine.timeWaitRecords() > 0) {
                return state == TcpState.SYN_RECEIVED ? "SYN_RECEIVED_CROSSED" : state.toString();
            }
        }
        if (script.listener == null || began.equals("CLOSED")) {
            return "CLOSED";
        }
        return script.listener.halfOpen() > 0 ? "SYN_RECEIVED_LISTEN" : "LISTEN";
    }

    private static Script inState(final String state) {
        return inState(state, () -> new Script(Script.plain()));
    }

    /** A script in a state that something is to happen in; nothing is taken from its engine but what leads there. */
    static Script inState(final String state, final Supplier<Script> fresh) {
        return switch (state) {
            case "CLOSED" -> {
                final Script script = fresh.get().connect();
                script.connection.abort();
                yield script;
            }
            case "LISTEN" -> fresh.get().listen();
            case "SYN_SENT" -> fresh.get().connect();
            case "SYN_RECEIVED_LISTEN" -> {
                final Script script = inState("LISTEN", fresh);
                script.inject("S seq=0 win=10000 mss=1460");
                yield script;
            }
            case "SYN_RECEIVED_CROSSED" -> {
                final Script script = inState("SYN_SENT", fresh);
                script.emitted();
                script.inject("S seq=0 win=10000 mss=1460");
                yield script;
            }
            case "ESTABLISHED" -> fresh.get().established(10_000);
            case "FIN_WAIT_1" -> after(fresh, "ESTABLISHED", true, null);
            case "FIN_WAIT_2" -> after(fresh, "FIN_WAIT_1", false, "A seq=1 ack=2 win=10000");
            case "CLOSE_WAIT" -> after(fresh, "ESTABLISHED", false, "FA seq=1 ack=1 win=10000");
            case "CLOSING" -> after(fresh, "FIN_WAIT_1", false, "FA seq=1 ack=1 win=10000");
            case "LAST_ACK" -> after(fresh, "CLOSE_WAIT", true, null);
            default -> after(fresh, "FIN_WAIT_2", false, "FA seq=1 ack=2 win=10000");
        };
    }

    private static Script after(
        final Supplier<Script> fresh, final String before, final boolean close, final String segment) {
        final Script script = inState(before, fresh);
        script.emitted();
        if (close) {
            script.connection.closeSend();
        }
        if (segment != null) {
            script.inject(segment);
        }
        return script;
    }

    /** Makes the event happen; returns what was sent meanwhile. */
    private static List<String> apply(final Script script, final String state, final String event) {
        final boolean finReceived = List.of("CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT").contains(state);
        final boolean finSent = List.of("FIN_WAIT_1", "FIN_WAIT_2", "CLOSING", "LAST_ACK", "TIME_WAIT").contains(state);
        final int next = finReceived ? 2 : 1;
        final String ack = " ack=" + (finSent ? 2 : 1) + " win=10000";
        final String[] words = event.split(" ", -1);
        if (words.length == 2 && PLACES.contains(words[1])) {
            final int edge = 1 + WINDOW;
            final int seq = switch (words[1]) {
                case "left" -> next - 20;
                case "at" -> next;
                case "inside" -> next + 5;
                case "edge" -> edge;
                default -> edge + 100;
            };
            script.inject(segment(words[0], seq, ack));
            return new ArrayList<>();
        }
        return applyOther(script, event, next, ack);
    }

    private static String segment(final String kind, final int seq, final String ack) {
        return switch (kind) {
            case "SYN" -> "S seq=" + seq + " win=10000 mss=1460";
            case "SYN|ACK" -> "SA seq=" + seq + ack + " mss=1460";
            case "RST" -> "R seq=" + seq;
            case "RST|ACK" -> "RA seq=" + seq + ack;
            case "FIN" -> "FA seq=" + seq + ack;
            case "ACK" -> "A seq=" + seq + ack;
            case "DATA" -> "A seq=" + seq + ack + " len=10";
            case "DATA-ACK" -> "P seq=" + seq + " len=10";
            default -> "- seq=" + seq;
        };
    }

    private static List<String> applyOther(final Script script, final String event, final int next, final String ack) {
        final String seq = " seq=" + next;
        switch (event) {
            case "SYN again" -> script.inject("S seq=0 win=10000 mss=1460");
            case "SYN|ACK again" -> script.inject("SA seq=0 ack=1 win=10000 mss=1460");
            case "SYN data" -> script.inject("S seq=0 win=10000 mss=1460 len=10");
            case "SYN|FIN" -> script.inject("SF seq=0 win=10000 mss=1460");
            case "ACK old" -> script.inject("A" + seq + " ack=0 win=10000");
            case "ACK too old" -> script.inject("A" + seq + " ack=-10001 win=10000");
            case "ACK unsent" -> script.inject("A" + seq + " ack=9 win=10000");
            case "DATA bad ACK" -> script.inject("A" + seq + " ack=9 win=10000 len=10");
            case "DATA+FIN" -> script.inject("FA" + seq + ack + " len=10");
            case "FIN early" -> script.inject("FA seq=" + (next + 10) + ack);
            case "FIN again" -> script.inject("FA seq=" + (next - 1) + ack);
            case "FIN alone" -> script.inject("FA" + seq + " ack=1 win=10000");
            case "OPEN" -> open(script);
            case "SEND" -> send(script);
            case "RECEIVE" -> receive(script);
            case "SHUTDOWN" -> onConnection(script, TcpConnection::closeSend);
            case "CLOSE" -> onConnection(script, TcpConnection::close);
            case "ABORT" -> onConnection(script, TcpConnection::abort);
            case "LISTEN CLOSE" -> closeListener(script);
            case "TIMER" -> {
                if (script.engine.nextDeadlineNs() != Long.MAX_VALUE) {
                    script.events.add("after " + script.toDeadline() / Script.MS + " ms");
                }
            }
            default -> {
                return silence(script);
            }
        }
        return new ArrayList<>();
    }

    private static void onConnection(final Script script, final Consumer<TcpConnection> call) {
        if (script.connection != null) {
            call.accept(script.connection);
        }
    }

    private static void open(final Script script) {
        final TcpConnection second = script.engine.connect(
            0, Script.REMOTE_LOW, Script.REMOTE_PORT, Script.LOCAL_PORT, 0, 0, script.handler, script.nowNs);
        script.events.add(second == null ? "refused" : "opened");
    }

    private static void send(final Script script) {
        if (script.connection != null) {
            final Octets octets = new Octets(10);
            Octets.fill(octets.address(), 0, 10);
            script.events.add("taken " + script.connection.send(octets.address(), 10));
        }
    }

    private static void receive(final Script script) {
        if (script.connection != null) {
            script.events.add("received " + script.consumeAll());
        }
    }

    private static void closeListener(final Script script) {
        if (script.listener != null) {
            script.listener.close();
        }
    }

    /** The peer is never heard again: what is sent at which time, until nothing is left to do. */
    private static List<String> silence(final Script script) {
        final List<String> segments = new ArrayList<>();
        final long began = script.nowNs;
        while (script.engine.nextDeadlineNs() < began + LONG_TIME_NS) {
            script.toDeadline();
            for (final String segment : script.emitted()) {
                segments.add((script.nowNs - began) / Script.MS + " ms " + segment);
            }
        }
        script.events.add("last at " + (script.nowNs - began) / Script.MS + " ms");
        return segments;
    }
}
