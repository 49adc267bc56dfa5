package org.rds4j.tcp.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * One engine against a peer played by the test, in two verbs: {@link #inject} a segment, {@link #expect} segments. Segments are
 * written as text with sequence numbers relative to each side's initial one: {@code "SA seq=0 ack=1 win=65535 mss=1460 ws=3"},
 * {@code "PA seq=1 ack=1 win=65535 len=10"}; flags are the letters S, F, R, P, A, E (ECE), C (CWR). Payload follows
 * {@link Octets#at}, or is one octet again and again with {@code fill=7}. A segment injected with {@code ect} or {@code ce}
 * comes in a packet with ECT(0) or CE; one that leaves with ECT(0) is written with {@code ect} when {@link #showsEcn} is set.
 */
public final class Script {
    public static final int LOCAL = 0x0a000001;
    public static final int REMOTE = 0x0a000002;
    public static final long REMOTE_LOW = PlainRoute.IPV4 | REMOTE;
    public static final int LOCAL_PORT = 7000;
    public static final int REMOTE_PORT = 9000;
    public static final long MS = 1_000_000L;
    public static final long SECOND = 1_000_000_000L;
    private static final int PEER_ISS = 0x1000;
    private static final long NO_FILLING = -1;

    public final TcpCounters counters = TcpCounters.inMemory();
    public final PlainRoute route;
    public final FrameQueue sink = new FrameQueue(48, 66_000);
    public final TcpEngine engine;
    public final List<String> events = new ArrayList<>();
    public final Handler handler = new Handler();
    public TcpConnection connection;
    public TcpListener listener;
    public long nowNs = 1_000 * SECOND;
    public int remotePort = REMOTE_PORT;
    public boolean showsEcn;
    private int trafficClass;
    private final Octets scratch = new Octets(66_000);
    private final Octets payload = new Octets(1 << 20);
    private final TcpSegment parsed = new TcpSegment();
    public int controls;
    private int localIss;
    private boolean localIssKnown;
    private int peerIss = PEER_ISS;
    private int tsBase;
    private boolean tsBaseKnown;

    public Script(final TcpConfiguration.Builder configuration) {
        this(configuration, 1500);
    }

    public Script(final TcpConfiguration.Builder configuration, final int mtu) {
        this(configuration, mtu, new Random(42));
    }

    public Script(final TcpConfiguration.Builder configuration, final int mtu, final NetworkTuning tuning) {
        this(configuration, new PlainRoute(LOCAL, REMOTE, mtu, tuning), new Random(42));
    }

    public Script(final TcpConfiguration.Builder configuration, final int mtu, final RandomGenerator random) {
        this(configuration, new PlainRoute(LOCAL, REMOTE, mtu), random);
    }

    private Script(final TcpConfiguration.Builder configuration, final PlainRoute route, final RandomGenerator random) {
        this.route = route;
        engine = new TcpEngine(configuration.build(), (high, low) -> route, random, counters);
        engine.onTime(nowNs);
    }

    /** The same two hosts by IPv6 addresses. */
    public static Script overIpv6(final TcpConfiguration.Builder configuration) {
        return new Script(configuration, PlainRoute.ofIpv6(LOCAL, REMOTE, 1500), new Random(42));
    }

    /** Small, NewReno, without timestamps and window scale, acknowledging by the wide-area clock: the plainest TCP. */
    public static TcpConfiguration.Builder plain() {
        return TcpConfiguration.wideArea().maxConnections(8).timeWaitCapacity(4).timestamps(false).windowScale(false).sack(false)
            .sendBufferLength(65_536).receiveBufferLength(65_536).quickAcks(0).backlog(4)
            .eagerProbes(false).ackRepeatNs(0)
            .flow(FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO));
    }

    public Script listen() {
        listener = engine.listen(LOCAL_PORT, c -> {
            connection = c;
            events.add("accepted");
            return handler;
        });
        return this;
    }

    public Script connect() {
        connection = engine.connect(
            route.remoteHigh(), route.remoteLow(), REMOTE_PORT, LOCAL_PORT, 0, 0, handler, nowNs);
        return this;
    }

    /** A passive handshake with the peer's window. */
    public Script established(final int window) {
        listen();
        inject("S seq=0 win=" + window + " mss=1460");
        expect("SA seq=0 ack=1 win=65535 mss=1460");
        inject("A seq=1 ack=1 win=" + window);
        expect();
        events.clear();
        return this;
    }

    /** A passive handshake by an engine whose receive ring holds 1024 octets, with a peer whose window is 1000. */
    public Script listen1024() {
        listen();
        inject("S seq=0 win=1000 mss=1460");
        expect("SA seq=0 ack=1 win=1024 mss=1460");
        inject("A seq=1 ack=1 win=1000");
        expect();
        events.clear();
        return this;
    }

    /** Forgets what is known of both initial sequence numbers, for a new connection. */
    public void newPeer(final int iss) {
        peerIss = iss;
        localIssKnown = false;
    }

    public int localIss() {
        return localIss;
    }

    public void inject(final String text) {
        final String[] words = text.split(" ", -1);
        int flags = 0;
        for (final char letter : words[0].toCharArray()) {
            flags |= flag(letter);
        }
        final int seq = (int) value(words, "seq", 0);
        final int ack = (int) value(words, "ack", 0);
        final int length = (int) value(words, "len", 0);
        final boolean urgent = Arrays.asList(words).contains("urg");
        trafficClass = Arrays.asList(words).contains("ce") ? 3 : Arrays.asList(words).contains("ect") ? 2 : 0;
        final long address = scratch.address();
        long end = options(words, address + TcpHeaderFlyweight.MIN_LENGTH);
        while ((end - address) % 4 != 0) {
            UnsafeApi.putByte(end++, (byte) TcpOptions.KIND_NOP);
        }
        final int headerLength = (int) (end - address);
        final int localPort = (int) value(words, "port", LOCAL_PORT);
        TcpHeaderFlyweight.write(
            address, remotePort, localPort, peerIss + seq,
            (flags & TcpHeaderFlyweight.ACK) != 0 ? localIss + ack : 0, headerLength,
            flags | (urgent ? 0x20 : 0), (int) value(words, "win", 65_535));
        Octets.fill(end, (flags & TcpHeaderFlyweight.SYN) != 0 ? seq : seq - 1L, length);
        final long filling = Arrays.asList(words).contains("zeros") ? 0 : value(words, "fill", NO_FILLING);
        if (filling != NO_FILLING) {
            UnsafeApi.setMemory(end, length, (byte) filling);
        }
        deliver(address, headerLength + length);
    }

    private long options(final String[] words, final long from) {
        long end = from;
        for (final String word : words) {
            if (word.startsWith("mss=")) {
                end = TcpOptions.writeMaxSegmentSize(end, Integer.parseInt(word.substring(4)));
            } else if (word.startsWith("ws=")) {
                end = TcpOptions.writeWindowShift(end, Integer.parseInt(word.substring(3)));
            } else if (word.startsWith("ts=")) {
                final String[] values = word.substring(3).split("/", -1);
                end = TcpOptions.writeTimestamps(end, (int) Long.parseLong(values[0]), (int) Long.parseLong(values[1]) + tsBase);
            } else if ("sackOK".equals(word)) {
                end = TcpOptions.writeSackPermitted(end);
            } else if (word.startsWith("sack=")) {
                end = sack(word.substring(5).split(",", -1), end);
            } else if (word.startsWith("raw=")) {
                for (int i = 4; i < word.length(); i += 2) {
                    UnsafeApi.putByte(end++, (byte) Integer.parseInt(word.substring(i, i + 2), 16));
                }
            }
        }
        return end;
    }

    private long sack(final String[] blocks, final long from) {
        long end = TcpOptions.writeSack(from, blocks.length);
        for (final String block : blocks) {
            final String[] edges = block.split("-", -1);
            end = TcpOptions.writeSackBlock(end, localIss + Integer.parseInt(edges[0]), localIss + Integer.parseInt(edges[1]));
        }
        return end;
    }

    /** Hands raw octets over, with a right checksum filled in. */
    public void deliver(final long address, final int length) {
        TcpHeaderFlyweight.checksum(address, 0);
        TcpHeaderFlyweight.checksum(address, InternetChecksum.fold(
            InternetChecksum.partialSum(route.pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, length), address, length)));
        deliverAsIs(address, length);
    }

    public void deliverAsIs(final long address, final int length) {
        engine.onSegment(
            route.remoteHigh(), route.remoteLow(), route.localHigh(), route.localLow(), address, length, trafficClass, false,
            nowNs);
    }

    public void expect(final String... segments) {
        assertEquals(List.of(segments), emitted());
    }

    /** Everything the engine wants to send now. */
    public List<String> emitted() {
        pump();
        final List<String> texts = new ArrayList<>();
        while (!sink.isEmpty()) {
            final String text = text(sink.headAddress() + PlainRoute.OVERHEAD, sink.headLength() - PlainRoute.OVERHEAD);
            texts.add(showsEcn && PlainRoute.ecnField(sink.headAddress()) == 2 ? text + " ect" : text);
            sink.removeHead();
        }
        return texts;
    }

    /** Lets what the engine wants to send now vanish, unlooked at. */
    public void discard() {
        pump();
        while (!sink.isEmpty()) {
            sink.removeHead();
        }
    }

    public void pump() {
        while (engine.pollControl(sink, nowNs) > 0) {
            controls++;
        }
        for (int lane = 0; lane < TcpEngine.LANES; lane++) {
            int promised = engine.nextFrameLength(lane);
            while (promised > 0) {
                final int octets = engine.emit(lane, sink, nowNs);
                if (octets == 0) {
                    break;
                }
                assertEquals(promised, octets, "nextFrameLength keeps its promise");
                promised = engine.nextFrameLength(lane);
            }
        }
    }

    public String text(final long address, final int length) {
        assertTrue(parsed.parse(address, length), "well formed");
        if (sink.lastFlags() == 0) {
            assertEquals(0, InternetChecksum.fold(InternetChecksum.partialSum(
                route.pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, length), address, length)), "checksum");
        }
        final StringBuilder text = new StringBuilder();
        flags(text, TcpHeaderFlyweight.flags(address));
        if (parsed.hasSyn() && !localIssKnown) {
            localIss = parsed.sequence();
            localIssKnown = true;
        }
        text.append(" seq=").append(parsed.sequence() - localIss);
        if (parsed.hasAck()) {
            text.append(" ack=").append(parsed.acknowledgement() - peerIss);
        }
        text.append(" win=").append(parsed.window());
        if (parsed.payloadLength() > 0) {
            text.append(" len=").append(parsed.payloadLength());
            assertEquals(-1, Octets.firstWrong(
                parsed.payload(), parsed.sequence() - localIss - 1L, parsed.payloadLength()), "payload");
        }
        options(text);
        if (parsed.remotePort() != LOCAL_PORT || parsed.localPort() != remotePort) {
            text.append(" ports=").append(parsed.remotePort()).append('/').append(parsed.localPort());
        }
        return text.toString();
    }

    private void options(final StringBuilder text) {
        final TcpOptions options = parsed.options();
        if (options.maxSegmentSize() != TcpOptions.ABSENT) {
            text.append(" mss=").append(options.maxSegmentSize());
        }
        if (options.windowShift() != TcpOptions.ABSENT) {
            text.append(" ws=").append(options.windowShift());
        }
        if (options.isSackPermitted()) {
            text.append(" sackOK");
        }
        for (int i = 0; i < options.sackBlocks(); i++) {
            text.append(i == 0 ? " sack=" : ",").append(options.sackStart(i) - peerIss).append('-')
                .append(options.sackEnd(i) - peerIss);
        }
        if (options.hasTimestamps()) {
            if (!tsBaseKnown) {
                tsBase = options.timestamp();
                tsBaseKnown = true;
            }
            text.append(" ts=").append(options.timestamp() - tsBase).append('/').append(options.timestampEcho());
        }
    }

    private static void flags(final StringBuilder text, final int flags) {
        for (final char letter : "SFRPAEC".toCharArray()) {
            if ((flags & flag(letter)) != 0) {
                text.append(letter);
            }
        }
    }

    private static int flag(final char letter) {
        return switch (letter) {
            case 'S' -> TcpHeaderFlyweight.SYN;
            case 'F' -> TcpHeaderFlyweight.FIN;
            case 'R' -> TcpHeaderFlyweight.RST;
            case 'P' -> TcpHeaderFlyweight.PSH;
            case 'A' -> TcpHeaderFlyweight.ACK;
            case 'E' -> TcpHeaderFlyweight.ECE;
            case 'C' -> TcpHeaderFlyweight.CWR;
            default -> 0;
        };
    }

    private static long value(final String[] words, final String name, final long otherwise) {
        for (final String word : words) {
            if (word.startsWith(name + "=")) {
                return Long.parseLong(word.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    /** Sends the next octets of the pattern; all must be taken. */
    public void send(final int length) {
        Octets.fill(payload.address(), connection.sendCommitted(), length);
        assertEquals(length, connection.send(payload.address(), length));
    }

    public void after(final long ns) {
        nowNs += ns;
        engine.onTime(nowNs);
    }

    /** Moves time to the engine's next deadline; returns how far that was. */
    public long toDeadline() {
        final long waited = engine.nextDeadlineNs() - nowNs;
        after(waited);
        return waited;
    }

    /** The same, unless the engine waits for nothing. */
    public void toDeadlineIfAny() {
        if (engine.nextDeadlineNs() < Long.MAX_VALUE) {
            toDeadline();
        }
    }

    /** Checks and consumes everything received; returns how much it was. */
    public int consumeAll() {
        int total = 0;
        while (connection.consumedPosition() < connection.receivedPosition()) {
            final long position = connection.consumedPosition();
            final int length = connection.contiguousLength(position);
            assertEquals(-1, Octets.firstWrong(connection.receiveAddress(position, length), position, length));
            connection.consume(position + length);
            total += length;
        }
        return total;
    }

    public void expectEvents(final String... expected) {
        assertEquals(List.of(expected), events);
        events.clear();
    }

    public long count(final TcpCounter counter) {
        return counters.get(counter);
    }

    /** Writes down what it is told. */
    public final class Handler implements TcpHandler {
        @Override
        public void onConnected(final TcpConnection c) {
            events.add("connected");
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            events.add("acknowledged " + c.acknowledgedPosition());
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            events.add("receivable " + c.receivedPosition());
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            events.add("peerClosed");
        }

        @Override
        public void onUnresponsive(final TcpConnection c) {
            events.add("unresponsive");
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            events.add("closed " + reason);
        }
    }
}
