package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounter;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * Every code of the ICMP errors (types 3, 11 and 12, and 1 to 4 of ICMPv6) in every state, quoting a segment in flight or
 * beside it: the outcome is compared with a reviewed file (RFC 5927, RFC 9293 section 3.9.2.2). When a change is meant, review
 * it and put {@code target/icmp.txt}, which the test writes, in the file's place.
 * <p>
 * A line reads: IP version, state, what the error quotes (of SND.UNA up to SND.NXT), the codes as type/code, the state after,
 * what the owner was told and what was sent, and how the connection ends when the peer is not heard again.
 */
class IcmpTableTest {
    private static final List<String> PLACES = List.of("first", "last", "before", "behind");
    private static final long MAC = 0x0200_0000_0001L;
    private static final long ROUTER_MAC = 0x0200_0000_0002L;
    private static final int MTU = 1400;
    private static final int TCP = 6;
    private static final int QUOTED_OCTETS = 8;
    private static final long LONG_TIME_NS = 36_000 * Script.SECOND;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(256);
    private final long address = BufferUtil.address(memory);

    @Test
    void shouldTreatEveryErrorInEveryStateAsReviewed() throws IOException {
        final StringBuilder table = new StringBuilder();
        for (final boolean isIpv6 : new boolean[] {false, true}) {
            for (final String state : TransitionTableTest.STATES) {
                for (final String place : PLACES) {
                    outcomes(isIpv6, state, place).forEach((outcome, codes) -> table.append(isIpv6 ? "IPv6 " : "IPv4 ")
                        .append(state).append(' ').append(place).append(" x ").append(codes).append(" -> ")
                        .append(outcome).append('\n'));
                }
            }
        }
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("icmp.txt"), table);
        try (InputStream reviewed = getClass().getResourceAsStream("icmp.txt")) {
            assertEquals(new String(reviewed.readAllBytes(), StandardCharsets.UTF_8), table.toString());
        }
    }

    /** What comes of it, with the codes that it comes of. */
    private Map<String, StringJoiner> outcomes(final boolean isIpv6, final String state, final String place) {
        final Map<String, StringJoiner> outcomes = new LinkedHashMap<>();
        final int[][] mostCodes = isIpv6 ? new int[][] {{1, 8}, {2, 0}, {3, 2}, {4, 3}} : new int[][] {{3, 16}, {11, 2}, {12, 2}};
        for (final int[] type : mostCodes) {
            for (int code = 0; code <= type[1]; code++) {
                outcomes.computeIfAbsent(outcome(isIpv6, state, place, type[0], code), key -> new StringJoiner(" "))
                    .add(type[0] + "/" + code);
            }
        }
        return outcomes;
    }

    private String outcome(final boolean isIpv6, final String state, final String place, final int type, final int code) {
        final Script script = TransitionTableTest.inState(
            state, () -> isIpv6 ? Script.overIpv6(Script.plain()) : new Script(Script.plain()));
        if ("ESTABLISHED".equals(state) || "CLOSE_WAIT".equals(state)) {
            script.send(100);
        }
        script.emitted();
        script.events.clear();
        final long segments = script.count(TcpCounter.SEGMENTS_OUT);
        final int mtu = script.route.pathMtu().mtu();
        final String layer = receive(script, isIpv6, type, code, script.localIss() + quoted(state, place));
        final String after = TransitionTableTest.stateOf(script, state) + " " + script.events + " " + script.emitted();
        assertEquals(0, script.count(TcpCounter.SEGMENTS_OUT) - segments, "an error is never answered by a segment");
        final String path = script.route.pathMtu().mtu() == mtu ? "" : ", path MTU " + script.route.pathMtu().mtu();
        return after + " " + layer + path + end(script);
    }

    /** The sequence number quoted, counted from the initial one. */
    private static int quoted(final String state, final String place) {
        final int una = switch (state) {
            case "FIN_WAIT_2", "TIME_WAIT" -> 2;
            case "SYN_SENT", "SYN_RECEIVED_LISTEN", "SYN_RECEIVED_CROSSED" -> 0;
            default -> 1;
        };
        final int next = switch (state) {
            case "FIN_WAIT_2", "TIME_WAIT" -> 2;
            case "ESTABLISHED", "CLOSE_WAIT" -> 101;
            case "SYN_SENT", "SYN_RECEIVED_LISTEN", "SYN_RECEIVED_CROSSED" -> 1;
            default -> 2;
        };
        return switch (place) {
            case "first" -> una;
            case "last" -> Math.max(una, next - 1);
            case "before" -> una - 1;
            default -> next;
        };
    }

    private static String end(final Script script) {
        final long began = script.nowNs;
        while (script.engine.nextDeadlineNs() < began + LONG_TIME_NS) {
            script.toDeadline();
            script.emitted();
        }
        final List<String> ends = script.events.stream().filter(event -> event.startsWith("closed")).toList();
        return ends.isEmpty() ? "" : ", " + ends.getLast();
    }

    /** An error comes by the network layer; returns what that and TCP counted. */
    private String receive(final Script script, final boolean isIpv6, final int type, final int code, final int sequence) {
        final NetworkCounters counters = NetworkCounters.allocate();
        final NetworkLayer layer = new NetworkLayer(
            InterfaceConfiguration.of(MAC, "10.0.0.1/24,2001:db8::a00:1/64", LinkCapabilities.plain(1500, 8)).withTuning(
                NetworkTuning.builder().duplicateAddressProbes(0).build()), new Random(1), counters);
        layer.poll(new FrameQueue(8, 2048), script.nowNs);
        layer.transport(script.engine);
        final long dropped = script.count(TcpCounter.DROP_ICMP);
        layer.onFrame(address, isIpv6 ? ipv6(script, type, code, sequence) : ipv4(type, code, sequence), 0, script.nowNs);
        if (counters.get(NetworkCounter.ICMP_ERROR_DELIVERED) == 0) {
            assertEquals(1, counters.get(NetworkCounter.ICMP_IGNORED), "the error is well formed");
            return "ignored";
        }
        return script.count(TcpCounter.DROP_ICMP) > dropped ? "dropped" : "believed";
    }

    private int ipv4(final int type, final int code, final int sequence) {
        start(0x0800);
        ipv4Header(20 + 8 + 20 + QUOTED_OCTETS, 1, Script.REMOTE, Script.LOCAL);
        final int message = memory.position();
        memory.put((byte) type).put((byte) code).putShort((short) 0).putInt(type == 3 && code == 4 ? MTU : 0);
        ipv4Header(1500, TCP, Script.LOCAL, Script.REMOTE);
        quotation(sequence);
        memory.putShort(message + 2, (short) sum(0, message, memory.position() - message));
        return memory.position();
    }

    private void ipv4Header(final int totalLength, final int protocol, final int source, final int destination) {
        final int header = memory.position();
        memory.putShort((short) 0x4500).putShort((short) totalLength).putInt(0x4000).put((byte) 64).put((byte) protocol)
            .putShort((short) 0).putInt(source).putInt(destination);
        memory.putShort(header + 10, (short) sum(0, header, 20));
    }

    private int ipv6(final Script script, final int type, final int code, final int sequence) {
        start(0x86dd);
        final int header = memory.position();
        final int length = 8 + 40 + QUOTED_OCTETS;
        ipv6Header(length, 58, script.route.remoteLow(), script.route.localLow());
        final int message = memory.position();
        memory.put((byte) type).put((byte) code).putShort((short) 0).putInt(type == 2 ? MTU : 0);
        ipv6Header(1460, TCP, script.route.localLow(), script.route.remoteLow());
        quotation(sequence);
        memory.putShort(message + 2, (short) sum(58L + length, header + 8, 32 + length));
        return memory.position();
    }

    private void ipv6Header(final int length, final int next, final long source, final long destination) {
        memory.putInt(0x6000_0000).putShort((short) length).put((byte) next).put((byte) 64)
            .putLong(PlainRoute.IPV6_HIGH).putLong(source)
            .putLong(PlainRoute.IPV6_HIGH).putLong(destination);
    }

    private void start(final int type) {
        memory.clear();
        memory.putShort((short) (MAC >>> 32)).putInt((int) MAC).putShort((short) (ROUTER_MAC >>> 32)).putInt((int) ROUTER_MAC)
            .putShort((short) type);
    }

    /** The first octets of our segment: ports and sequence number (RFC 792). */
    private void quotation(final int sequence) {
        memory.putShort((short) Script.LOCAL_PORT).putShort((short) Script.REMOTE_PORT).putInt(sequence);
    }

    private int sum(final long start, final int from, final int length) {
        return InternetChecksum.fold(InternetChecksum.partialSum(start, address + from, length));
    }
}
