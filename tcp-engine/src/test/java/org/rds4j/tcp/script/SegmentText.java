package org.rds4j.tcp.script;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A segment as scripts write it: {@code SA seq=0 ack=1 win=65535 len=0 <mss=1460 sackok nop ws=7>}. Flags are the letters S, F,
 * R, P, A, U, E (ECE) and W (CWR); sequence numbers count from 0 at the SYN of the side that owns them.
 */
final class SegmentText {
    static final int MSS = 2;
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int SACK = 5;
    static final int TIMESTAMPS = 8;

    private static final String LETTERS = "FSRPAUEW";
    private static final List<String> ECN = List.of("not", "ect1", "ect0", "ce");

    final int flags;
    /** Null when the text says nothing of options, which means none. */
    final List<String> options;
    private final Map<String, String> values = new HashMap<>();

    SegmentText(final String text) {
        final int open = text.indexOf('<');
        final String plain = open < 0 ? text : text.substring(0, open) + text.substring(text.indexOf('>') + 1);
        options = open < 0 ? List.of() : words(text.substring(open + 1, text.indexOf('>')));
        final List<String> words = words(plain);
        flags = flags(words.getFirst());
        for (final String word : words.subList(1, words.size())) {
            final int equals = word.indexOf('=');
            values.put(equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
        }
        for (final String name : values.keySet()) {
            if (!"seq ack win len text ecn dscp urg flow from to badsum ttl".contains(name)) {
                throw new IllegalArgumentException("nothing is called " + name + " in a segment");
            }
        }
    }

    private static List<String> words(final String text) {
        return Arrays.stream(text.strip().split("\\s+", -1)).filter(word -> !word.isEmpty()).toList();
    }

    private static int flags(final String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            final int bit = LETTERS.indexOf(letters.charAt(i));
            if (bit < 0 && !".".equals(letters)) {
                throw new IllegalArgumentException("no flag is called " + letters.charAt(i));
            }
            flags |= bit < 0 ? 0 : 1 << bit;
        }
        return flags;
    }

    boolean has(final String name) {
        return values.containsKey(name);
    }

    long value(final String name, final long otherwise) {
        return has(name) ? Long.decode(values.get(name)) : otherwise;
    }

    String flow() {
        return values.getOrDefault("flow", "a");
    }

    /** The segment for the engine. */
    TcpPacket packet(final Flow flow) {
        final TcpPacket packet = new TcpPacket();
        packet.flags = flags;
        packet.sourcePort = flow.peerPort;
        packet.destinationPort = flow.localPort;
        packet.sequence = flow.peerIss + (int) value("seq", 0);
        packet.acknowledgement = (int) value("ack", 0) + ((flags & TcpPacket.ACK) != 0 ? flow.localIss : 0);
        packet.window = (int) value("win", 65_535);
        packet.urgentPointer = (int) value("urg", 0);
        packet.trafficClass = has("ecn") ? ECN.indexOf(values.get("ecn")) : 0;
        packet.timeToLive = (int) value("ttl", 64);
        packet.checksumError = has("badsum") ? 1 : 0;
        packet.payload = has("text")
            ? values.get("text").getBytes(StandardCharsets.US_ASCII) : new byte[(int) value("len", 0)];
        for (final String option : options) {
            packet.options.add(option(option, flow));
        }
        return packet;
    }

    private static TcpPacket.Option option(final String text, final Flow flow) {
        final int equals = text.indexOf('=');
        final String name = equals < 0 ? text : text.substring(0, equals);
        final String value = text.substring(equals + 1);
        return switch (name) {
            case "nop" -> new TcpPacket.Option(1, new byte[0]);
            case "eol" -> new TcpPacket.Option(0, new byte[0]);
            case "mss" -> new TcpPacket.Option(MSS, ByteBuffer.allocate(2).putShort((short) Integer.parseInt(value)).array());
            case "ws" -> new TcpPacket.Option(WINDOW_SCALE, new byte[] {(byte) Integer.parseInt(value)});
            case "sackok" -> new TcpPacket.Option(SACK_PERMITTED, new byte[0]);
            case "sack" -> new TcpPacket.Option(SACK, blocks(value, flow.localIss));
            case "ts" -> new TcpPacket.Option(TIMESTAMPS, timestamps(value, flow.timestampBase));
            case "raw" -> new TcpPacket.Option(-1, HexFormat.of().parseHex(value));
            default -> throw new IllegalArgumentException("no option is called " + name);
        };
    }

    private static byte[] timestamps(final String text, final int echoBase) {
        final String[] parts = text.split("/", -1);
        return ByteBuffer.allocate(8).putInt((int) Long.parseLong(parts[0])).putInt(echoBase + (int) Long.parseLong(parts[1]))
            .array();
    }

    private static byte[] blocks(final String text, final int base) {
        final String[] blocks = text.split(",", -1);
        final ByteBuffer buffer = ByteBuffer.allocate(8 * blocks.length);
        for (final String block : blocks) {
            final int dash = block.indexOf('-', 1);
            buffer.putInt(base + (int) Long.parseLong(block.substring(0, dash)))
                .putInt(base + (int) Long.parseLong(block.substring(dash + 1)));
        }
        return buffer.array();
    }

    /** What is wrong with a segment of the engine's, or null if it is as this text says. */
    String difference(final TcpPacket sent, final Flow flow) {
        final boolean acknowledges = (flags & TcpPacket.ACK) != 0;
        if (sent.flags != flags) {
            return "flags";
        }
        if (sent.sourcePort != flow.localPort || sent.destinationPort != flow.peerPort) {
            return "ports " + sent.sourcePort + " to " + sent.destinationPort;
        }
        if (sent.sequence - flow.localIss != (int) value("seq", 0)) {
            return "seq";
        }
        if (acknowledges && sent.acknowledgement - flow.peerIss != (int) value("ack", 0)) {
            return "ack";
        }
        if (has("win") && sent.window != value("win", 0)) {
            return "win";
        }
        if (sent.payload.length != value("len", 0)) {
            return "len";
        }
        if (has("ecn") && (sent.trafficClass & 3) != ECN.indexOf(values.get("ecn"))) {
            return "ecn";
        }
        if (has("dscp") && sent.trafficClass >> 2 != value("dscp", 0)) {
            return "dscp";
        }
        return areOptionsRight(sent, flow) ? null : "options";
    }

    private boolean areOptionsRight(final TcpPacket sent, final Flow flow) {
        if (options.contains("*")) {
            return true;
        }
        final boolean withPadding = options.contains("nop") || options.contains("eol");
        final List<String> actual = optionTexts(sent, flow, withPadding);
        if (actual.size() != options.size()) {
            return false;
        }
        for (int i = 0; i < options.size(); i++) {
            if (!actual.get(i).matches(options.get(i).replace("*", ".*"))) {
                return false;
            }
        }
        return true;
    }

    /** A segment of the engine's as a script would write it. */
    static String of(final TcpPacket sent, final Flow flow) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            if ((sent.flags & 1 << i) != 0) {
                text.append(LETTERS.charAt(i));
            }
        }
        text.append(" seq=").append(sent.sequence - flow.localIss);
        if ((sent.flags & TcpPacket.ACK) != 0) {
            text.append(" ack=").append(sent.acknowledgement - flow.peerIss);
        }
        text.append(" win=").append(sent.window).append(" len=").append(sent.payload.length);
        if ((sent.trafficClass & 3) != 0) {
            text.append(" ecn=").append(ECN.get(sent.trafficClass & 3));
        }
        final List<String> options = optionTexts(sent, flow, true);
        if (!options.isEmpty()) {
            text.append(" <").append(String.join(" ", options)).append('>');
        }
        return text.toString();
    }

    private static List<String> optionTexts(final TcpPacket sent, final Flow flow, final boolean withPadding) {
        final List<String> texts = new ArrayList<>();
        for (final TcpPacket.Option option : sent.options) {
            if (option.kind() > 1 || withPadding) {
                texts.add(text(option, flow));
            }
        }
        return texts;
    }

    private static String text(final TcpPacket.Option option, final Flow flow) {
        final ByteBuffer content = ByteBuffer.wrap(option.content());
        return switch (option.kind()) {
            case 0 -> "eol";
            case 1 -> "nop";
            case MSS -> "mss=" + (content.getShort() & 0xffff);
            case WINDOW_SCALE -> "ws=" + content.get();
            case SACK_PERMITTED -> "sackok";
            case TIMESTAMPS -> "ts=" + (content.getInt() - flow.timestampBase) + "/" + Integer.toUnsignedString(content.getInt());
            case SACK -> {
                final List<String> blocks = new ArrayList<>();
                while (content.remaining() >= 8) {
                    blocks.add((content.getInt() - flow.peerIss) + "-" + (content.getInt() - flow.peerIss));
                }
                yield "sack=" + String.join(",", blocks);
            }
            default -> "raw=" + option.kind() + ":" + HexFormat.of().formatHex(option.content());
        };
    }
}
