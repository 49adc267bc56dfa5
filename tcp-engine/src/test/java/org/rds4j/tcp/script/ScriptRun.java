package org.rds4j.tcp.script;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.control.Packet;
import org.rds4j.tcp.control.Session;

/** Carries a script out, step by step, on an engine of its own. Fails at the first step that does not go as written. */
final class ScriptRun {
    private static final int LOCAL = 0xc0a80001;
    private static final int REMOTE = 0xc0000201;
    private static final int FIRST_PEER_PORT = 40_000;
    private static final int PEER_ISS = 0x2000_0000;

    private final PacketScript script;
    private final List<String> replies = new ArrayList<>();
    private final ArrayDeque<Packet> sent = new ArrayDeque<>();
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private final Map<String, Flow> flows = new HashMap<>();
    private final StringBuilder log = new StringBuilder();
    private final Session session = new Session(replies::add, this::onPacket);
    private long timeUs;
    /** How long after its time the present step may happen. */
    private long slackUs;
    private long toleranceUs;
    private int boundPort;
    private int peerIss = PEER_ISS;
    private int calls;

    ScriptRun(final PacketScript script) {
        this.script = script;
    }

    private void onPacket(final Packet packet) {
        sent.add(packet);
    }

    void run() {
        for (final PacketScript.Step step : script.steps()) {
            for (int i = 0; i < step.times(); i++) {
                try {
                    go(step);
                } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
                    throw new AssertionError("line " + step.line() + ": " + step.text() + "\n  " + e, e);
                }
            }
        }
        check(sent.isEmpty(), script.steps().getLast(), () -> "a segment is left over: " + describe(sent.peek()));
        check(replies.isEmpty(), script.steps().getLast(), () -> "a reply is left over: " + replies);
    }

    private void go(final PacketScript.Step step) {
        final int range = step.time().indexOf('~');
        final String earliest = range < 0 ? step.time() : step.time().substring(0, range);
        timeUs = earliest.isEmpty() ? timeUs : time(earliest);
        slackUs = range < 0 ? 0 : microseconds(step.time().substring(range + 1));
        switch (step.verb()) {
            case "knob" -> call(step, "knob " + step.rest(), "ok");
            case "tolerance" -> toleranceUs = microseconds(step.rest());
            case "peer" -> peerIss = (int) (long) Long.decode(step.rest().substring(step.rest().indexOf('=') + 1));
            case "inject" -> inject(step);
            case "icmp" -> icmp(step);
            case "expect" -> expect(step);
            case "quiet" -> quiet(step);
            case "call" -> call(step);
            case "reply" -> reply(step);
            case "text" -> text(step);
            case "count" -> count(step);
            default -> throw new IllegalArgumentException("nothing is called " + step.verb());
        }
    }

    private long time(final String text) {
        return text.startsWith("+") ? timeUs + microseconds(text.substring(1)) : microseconds(text);
    }

    private static long microseconds(final String text) {
        final String number = text.replaceAll("[a-z]+$", "");
        final double unit = switch (text.substring(number.length())) {
            case "us" -> 1;
            case "ms" -> 1e3;
            case "", "s" -> 1e6;
            default -> throw new IllegalArgumentException("no unit of time: " + text);
        };
        return Math.round(Double.parseDouble(number) * unit);
    }

    private void moveTo(final long us) {
        if (us > session.nowUs()) {
            request("advance " + (us - session.nowUs()));
        }
    }

    /** Makes a request whose reply is read here; replies of calls that waited stay for later. */
    private String request(final String line) {
        final String tag = "#" + calls++;
        session.request(tag + " " + line);
        return takeReply(tag);
    }

    private String takeReply(final String tag) {
        for (final Iterator<String> each = replies.iterator(); each.hasNext();) {
            final String reply = each.next();
            if (reply.startsWith(tag + " ")) {
                each.remove();
                return reply.substring(tag.length() + 1);
            }
        }
        return null;
    }

    private Flow flow(final String name) {
        return flows.computeIfAbsent(name, n -> new Flow(peerIss));
    }

    private Flow injectedFlow(final SegmentText text) {
        final boolean isNew = !flows.containsKey(text.flow());
        final Flow flow = flow(text.flow());
        if (!flow.hasPorts()) {
            flow.localPort = boundPort;
            flow.peerPort = FIRST_PEER_PORT + (isNew ? flows.size() - 1 : 0);
        }
        flow.localPort = (int) text.value("to", flow.localPort);
        flow.peerPort = (int) text.value("from", flow.peerPort);
        return flow;
    }

    private void inject(final PacketScript.Step step) {
        moveTo(timeUs);
        final SegmentText text = new SegmentText(step.rest());
        final TcpPacket packet = text.packet(injectedFlow(text));
        packet.source = REMOTE;
        packet.destination = LOCAL;
        note(step);
        session.inject(packet.encode());
    }

    private void icmp(final PacketScript.Step step) {
        moveTo(timeUs);
        note(step);
        final Map<String, String> words = new HashMap<>();
        for (final String word : step.rest().split("\\s+", -1)) {
            final int equals = word.indexOf('=');
            words.put(equals < 0 ? "what" : word.substring(0, equals), word.substring(equals + 1));
        }
        final Flow flow = flow(words.getOrDefault("flow", "a"));
        final int sequence = flow.localIss + Integer.parseInt(words.getOrDefault("seq", "0"));
        final int length = Integer.parseInt(words.getOrDefault("len", "1500"));
        final int mtu = Integer.parseInt(words.getOrDefault("mtu", "0"));
        session.inject(IcmpText.packet(words.get("what"), mtu, quoted(flow, sequence, length), REMOTE, LOCAL));
    }

    /** IP header and the first 8 octets of TCP, of a segment that the engine sent. */
    private static byte[] quoted(final Flow flow, final int sequence, final int totalLength) {
        final TcpPacket packet = new TcpPacket();
        packet.source = LOCAL;
        packet.destination = REMOTE;
        packet.sourcePort = flow.localPort;
        packet.destinationPort = flow.peerPort;
        packet.sequence = sequence;
        packet.payload = new byte[Math.max(0, totalLength - 40)];
        return java.util.Arrays.copyOf(packet.encode(), 28);
    }

    private void expect(final PacketScript.Step step) {
        moveTo(timeUs + toleranceUs);
        waitFor(() -> !sent.isEmpty());
        final SegmentText text = new SegmentText(step.rest());
        final Packet packet = sent.poll();
        check(packet != null, step, () -> "nothing was sent");
        final TcpPacket segment = TcpPacket.decode(packet.octets());
        final Flow flow = flow(text.flow());
        flow.learn(segment);
        final String actual = SegmentText.of(segment, flow) + " at " + seconds(packet.timeUs());
        check(isInTime(packet.timeUs()), step, () -> "sent at another time: " + actual);
        final String difference = text.difference(segment, flow);
        check(difference == null, step, () -> "other " + difference + ": " + actual);
        check(segment.dontFragment, step, () -> "without DF: " + actual);
        note(step);
    }

    /** Lets the step's slack pass, millisecond by millisecond, until what it is about has happened. */
    private void waitFor(final BooleanSupplier happened) {
        final long latest = timeUs + slackUs;
        while (!happened.getAsBoolean() && session.nowUs() < latest) {
            moveTo(Math.min(latest, session.nowUs() + Math.max(100, slackUs / 2000)));
        }
    }

    /** Whether a time is that of the present step; the next step counts from it. */
    private boolean isInTime(final long us) {
        final boolean inTime = us >= timeUs - toleranceUs && us <= timeUs + slackUs + toleranceUs;
        timeUs = inTime && slackUs > 0 ? us : timeUs;
        return inTime;
    }

    private void quiet(final PacketScript.Step step) {
        moveTo(timeUs);
        check(sent.isEmpty(), step, () -> "a segment was sent: " + describe(sent.peek()));
        note(step);
    }

    private void call(final PacketScript.Step step) {
        final int arrow = step.rest().indexOf("->");
        final String line = (arrow < 0 ? step.rest() : step.rest().substring(0, arrow)).strip();
        call(step, line, arrow < 0 ? "ok*" : step.rest().substring(arrow + 2).strip());
        if (line.startsWith("bind ")) {
            boundPort = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
        }
    }

    private void call(final PacketScript.Step step, final String line, final String expected) {
        moveTo(timeUs);
        note(step);
        final String tag = "#" + calls++;
        session.request(tag + " " + line);
        final String reply = takeReply(tag);
        if ("later".equals(expected)) {
            check(reply == null, step, () -> "it did not wait: " + reply);
            waiting.add(tag);
        } else {
            check(reply != null, step, () -> "it waits");
            check(matches(reply.substring(0, reply.lastIndexOf(" @")), expected), step, () -> "it answered " + reply);
        }
    }

    private void reply(final PacketScript.Step step) {
        moveTo(timeUs + toleranceUs);
        check(!waiting.isEmpty(), step, () -> "no call waits");
        final String tag = waiting.poll();
        waitFor(() -> replies.stream().anyMatch(reply -> reply.startsWith(tag + " ")));
        final String reply = takeReply(tag);
        check(reply != null, step, () -> "it still waits");
        final int at = reply.lastIndexOf(" @");
        final long replyUs = Long.parseLong(reply.substring(at + 2));
        check(isInTime(replyUs), step, () -> "at another time: " + reply);
        check(matches(reply.substring(0, at), step.rest().replace("->", "").strip()), step, () -> "it answered " + reply);
        note(step);
    }

    private static boolean matches(final String actual, final String expected) {
        final String[] words = expected.split("\\s+", -1);
        final String[] actuals = actual.split("\\s+", -1);
        if ("ok*".equals(expected)) {
            return "ok".equals(actuals[0]);
        }
        boolean same = words.length == actuals.length;
        for (int i = 0; same && i < words.length; i++) {
            same = matchesWord(actuals[i], words[i]);
        }
        return same;
    }

    /** A word matches itself, {@code *} anything, and {@code 10..20} what lies there. */
    private static boolean matchesWord(final String actual, final String expected) {
        final int dots = expected.indexOf("..");
        if (dots > 0 && actual.matches("-?[0-9]+")) {
            final long value = Long.parseLong(actual);
            return value >= Long.parseLong(expected.substring(0, dots)) && value <= Long.parseLong(expected.substring(dots + 2));
        }
        return "*".equals(expected) || actual.equals(expected);
    }

    private void text(final PacketScript.Step step) {
        final String read = new String(session.lastRead(), StandardCharsets.US_ASCII);
        check(read.equals(step.rest()), step, () -> "read " + read);
        note(step);
    }

    private void count(final PacketScript.Step step) {
        moveTo(timeUs);
        final String[] words = step.rest().split("\\s+", -1);
        final long value = session.counter(TcpCounter.valueOf(words[0]));
        check(matchesWord(Long.toString(value), words[1]), step, () -> "counted " + value);
        note(step);
    }

    private void note(final PacketScript.Step step) {
        log.append("  ").append(seconds(session.nowUs())).append("  ").append(step.text()).append('\n');
    }

    private String describe(final Packet packet) {
        final TcpPacket segment = TcpPacket.decode(packet.octets());
        for (final Flow flow : flows.values()) {
            if (flow.localPort == segment.sourcePort && flow.peerPort == segment.destinationPort) {
                flow.learn(segment);
                return SegmentText.of(segment, flow) + " at " + seconds(packet.timeUs());
            }
        }
        return SegmentText.of(segment, new Flow(0)) + " at " + seconds(packet.timeUs());
    }

    private static String seconds(final long us) {
        return String.format("%.6f", us / 1e6);
    }

    private interface Message {
        String text();
    }

    private void check(final boolean condition, final PacketScript.Step step, final Message message) {
        if (!condition) {
            throw new AssertionError("line " + step.line() + ": " + step.text() + "\n  but " + message.text() +
                "\nafter:\n" + log + "\n" + script.title());
        }
    }
}
