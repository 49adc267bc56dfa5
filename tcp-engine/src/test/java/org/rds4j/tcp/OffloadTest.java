package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.network.NetworkCounter;
import org.rds4j.tcp.support.OffloadHost;
import org.rds4j.tcp.support.OffloadPair;
import org.rds4j.tcp.support.OffloadPair.Mode;
import org.rds4j.tcp.support.OffloadPort;
import org.rds4j.tcp.support.OffloadPort.Verdict;

/** Offloads change who does the work and nothing else: the wire sees the same octets in every mode. */
class OffloadTest {
    private static final List<Mode> MODES = List.of(
        Mode.CHECKSUMS, Mode.FORCED_SOFTWARE, Mode.GSO, Mode.GSO_CHECKSUMS, Mode.TSO, Mode.GRO, Mode.EVERYTHING);

    /** Odd and even writes, a small tail, and a last segment that would have to be padded without timestamps. */
    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1448, 1460, 2896, 2897, 5000, 65_535})
    void shouldPutTheSameOctetsOnTheWireInEveryMode(final int writeLength) {
        for (final boolean timestamps : new boolean[] {true, false}) {
            final OffloadPair plain = transfer(Mode.PLAIN, writeLength, timestamps, 0);
            for (final Mode mode : MODES) {
                assertSameWire(plain, transfer(mode, writeLength, timestamps, 0), mode);
            }
        }
    }

    /** No header sum and no identification there, and another place for the length. */
    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1428, 2856, 2857, 65_535})
    void shouldPutTheSameOctetsOfIpv6OnTheWireInEveryMode(final int writeLength) {
        final OffloadPair plain = transferByIpv6(Mode.PLAIN, writeLength, 0);
        final OffloadPair lossy = transferByIpv6(Mode.PLAIN, writeLength, writeLength);
        for (final Mode mode : MODES) {
            assertSameWire(plain, transferByIpv6(mode, writeLength, 0), mode);
            assertSameWire(lossy, transferByIpv6(mode, writeLength, writeLength), mode);
        }
        assertTrue(plain.portA.wire.stream().filter(frame -> OffloadPort.u16(frame, 12) == 0x86dd).count() > 2);
        assertTrue(writeLength == 1 || lossy.a.counters.get(TcpCounter.RETRANSMISSIONS) > 0);
    }

    private static OffloadPair transferByIpv6(final Mode mode, final int writeLength, final long seed) {
        final OffloadPair pair = new OffloadPair(mode, TcpConfiguration.datacenter().maxConnections(2).rtoFloorNs(2_000_000L),
            "2001:db8::1/64", "2001:db8::2/64");
        pair.a.toSend = writeLength == 1 ? 3000 : 400_003;
        pair.b.toSend = 50_001;
        pair.a.writeLength = writeLength;
        pair.b.writeLength = 1 + writeLength / 2;
        if (seed != 0) {
            final double[] dice = new Random(seed).doubles(20_000).toArray();
            pair.portA.lost = n -> n > 4 && dice[n] < 0.03;
        }
        return pair.connect().finish();
    }

    /** Loss, damage and marks, by DCTCP unpaced and by CUBIC paced: acknowledgements, SACK, ECE and CWR are the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldPutTheSameOctetsOnALossyWireInEveryMode(final long seed) {
        for (final FlowConfiguration flow : new FlowConfiguration[] {FlowConfiguration.DATACENTER,
            FlowConfiguration.WIDE_AREA.withEcn(EcnMode.ACTIVE), FlowConfiguration.DATACENTER.withPacing(true)}) {
            final OffloadPair plain = transfer(Mode.PLAIN, 5000, true, seed, flow);
            assertTrue(plain.a.counters.get(TcpCounter.RETRANSMISSIONS) > 0);
            assertTrue(plain.b.counters.get(TcpCounter.DROP_CHECKSUM) > 0);
            assertTrue(plain.portA.marks > 10, "marks: " + plain.portA.marks);
            assertTrue(plain.portA.wire.stream().anyMatch(frame -> isTcp(frame) && (frame[47] & 0xc0) == 0x80), "CWR");
            for (final Mode mode : MODES) {
                assertSameWire(plain, transfer(mode, 5000, true, seed, flow), mode);
            }
        }
    }

    /** Twenty writes, each in segments of its own, cut in one pass or one by one. */
    @Test
    void shouldEndSegmentsWhereAskedInEveryMode() {
        final OffloadPair plain = transferInPieces(Mode.PLAIN);
        assertEquals(20, plain.portA.wire.stream().filter(frame -> OffloadPort.u16(frame, 16) == 5000 - 3 * 1448 + 52).count());
        for (final Mode mode : MODES) {
            assertSameWire(plain, transferInPieces(mode), mode);
        }
    }

    /** Whether trains are cut or every segment is one of its own, sent for the first time or again. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void shouldPutTheSameSegmentsOnTheWireByASinkOfTheConnection(final long seed) {
        for (final Mode mode : new Mode[] {Mode.PLAIN, Mode.GSO, Mode.GSO_CHECKSUMS}) {
            final OffloadPair plain = transferByOwnSink(mode, seed, null);
            final OffloadHost.PayloadSink sink = new OffloadHost.PayloadSink(0);
            final OffloadPair own = transferByOwnSink(mode, seed, sink);
            assertEquals(payloads(plain), payloads(own), mode.toString());
            assertEquals(payloads(own).size(), sink.segments);
            assertTrue(mode.equals(Mode.PLAIN) || sink.trains < sink.segments / 2, sink.trains + " of " + sink.segments);
            assertTrue(seed == 0 || own.a.counters.get(TcpCounter.RETRANSMISSIONS) > 0);
        }
    }

    @Test
    void shouldAskASinkWithoutRoomAgain() {
        final OffloadHost.PayloadSink sink = new OffloadHost.PayloadSink(3);
        final OffloadPair own = transferByOwnSink(Mode.PLAIN, 1, sink);
        assertEquals(own.a.toSend, own.b.received);
        assertTrue(sink.refusals > 50, "refused " + sink.refusals);
    }

    private static OffloadPair transferByOwnSink(final Mode mode, final long seed, final OffloadHost.PayloadSink sink) {
        final OffloadPair pair = new OffloadPair(mode, TcpConfiguration.datacenter().maxConnections(2).rtoFloorNs(2_000_000L));
        pair.a.toSend = 400_003;
        pair.a.writeLength = 65_535;
        pair.a.payloadSink = sink;
        if (seed != 0) {
            final double[] dice = new Random(seed).doubles(20_000).toArray();
            pair.portA.lost = n -> n > 4 && dice[n] < 0.03;
        }
        return pair.connect().finish();
    }

    /** Payloads with their sequence numbers and flags. */
    private static List<String> payloads(final OffloadPair pair) {
        return pair.portA.wire.stream().filter(OffloadTest::isTcp)
            .filter(frame -> OffloadPort.u16(frame, 16) > 20 + (frame[46] >> 4 & 0xf) * 4)
            .map(frame -> HexFormat.of().formatHex(frame, 38, 42) + HexFormat.of().formatHex(
                frame, 34 + (frame[46] >> 4 & 0xf) * 4, 14 + OffloadPort.u16(frame, 16)))
            .toList();
    }

    /** Bursts that end with a push end at the same segments, whatever could have travelled together. */
    @Test
    void shouldEndBurstsAlikeInEveryMode() {
        final OffloadPair plain = transferInBursts(Mode.PLAIN);
        for (final Mode mode : MODES) {
            final OffloadPair other = transferInBursts(mode);
            assertSame(plain.portA, other.portA, "a, " + mode);
            assertSame(plain.portB, other.portB, "b, " + mode);
        }
    }

    private static OffloadPair transferInBursts(final Mode mode) {
        final OffloadPair pair = new OffloadPair(mode, TcpConfiguration.datacenter().maxConnections(2).pushedBurst(2));
        pair.a.toSend = 400_003;
        pair.a.writeLength = 65_535;
        return pair.connect().finish();
    }

    private static OffloadPair transferInPieces(final Mode mode) {
        final OffloadPair pair = new OffloadPair(mode, TcpConfiguration.datacenter().maxConnections(2));
        pair.a.toSend = 100_000;
        pair.a.writeLength = 5000;
        pair.a.endsSegments = true;
        return pair.connect().finish();
    }

    private static OffloadPair transfer(final Mode mode, final int writeLength, final boolean timestamps, final long seed) {
        return transfer(mode, writeLength, timestamps, seed, FlowConfiguration.DATACENTER);
    }

    private static OffloadPair transfer(
        final Mode mode, final int writeLength, final boolean timestamps, final long seed, final FlowConfiguration flow) {
        final OffloadPair pair = new OffloadPair(mode, TcpConfiguration.datacenter().maxConnections(2).timestamps(timestamps)
            .rtoFloorNs(2_000_000L).flow(flow));
        pair.a.toSend = writeLength == 1 ? 3000 : 400_003;
        pair.b.toSend = 50_001;
        pair.a.writeLength = writeLength;
        pair.b.writeLength = 1 + writeLength / 2;
        if (seed != 0) {
            final Random random = new Random(seed);
            final double[] dice = random.doubles(20_000).toArray();
            pair.portA.lost = n -> n > 4 && dice[n] < 0.03;
            pair.portB.lost = n -> n > 4 && dice[n] > 0.97;
            pair.portA.corrupted = n -> n > 4 && dice[n] > 0.5 && dice[n] < 0.52;
            pair.portA.marked = n -> dice[n] > 0.2 && dice[n] < 0.4;
        }
        return pair.connect().finish();
    }

    private static void assertSameWire(final OffloadPair plain, final OffloadPair other, final Mode mode) {
        assertSame(plain.portA, other.portA, "a, " + mode);
        assertSame(plain.portB, other.portB, "b, " + mode);
        if (plain.a.toSend > 3000) {
            assertEquals(mode.deviceSegments() > 0 && !mode.software(), other.portA.superSegments > 0, "cut by device");
        }
    }

    private static void assertSame(final OffloadPort expected, final OffloadPort actual, final String where) {
        final List<String> one = OffloadPair.hex(expected);
        final List<String> two = OffloadPair.hex(actual);
        for (int i = 0; i < Math.min(one.size(), two.size()); i++) {
            assertEquals(one.get(i), two.get(i), "frame " + i + " of " + where);
        }
        assertEquals(one.size(), two.size(), where);
    }

    @Test
    void shouldTakeOnePassOfTheStackForManySegments() {
        final OffloadPair pair = transfer(Mode.EVERYTHING, 65_535, true, 0);
        final long segments = pair.a.counters.get(TcpCounter.SEGMENTS_OUT);
        assertTrue(segments > 270, "segments: " + segments);
        assertEquals(segments, pair.portA.wire.stream().filter(OffloadTest::isTcp).count());
        assertTrue(pair.portA.superSegments < segments / 8, "passes: " + pair.portA.superSegments);
        assertTrue(pair.b.network.get(NetworkCounter.SEGMENTS_AGGREGATED) > segments / 2);
        assertEquals(segments, pair.b.counters.get(TcpCounter.SEGMENTS_IN));
    }

    @Test
    void shouldNeverMakeASuperSegmentLongerThanAnIpPacket() {
        final OffloadPair pair = new OffloadPair(Mode.TSO, TcpConfiguration.datacenter().maxConnections(2)
            .initialWindowSegments(500).sendBufferLength(1 << 20).receiveBufferLength(1 << 20));
        pair.a.toSend = 900_000;
        pair.a.writeLength = 60_000;
        final List<Integer> lengths = new ArrayList<>();
        pair.portA.onSuperSegment = lengths::add;
        pair.connect().finish();
        assertTrue(lengths.stream().mapToInt(Integer::intValue).max().orElseThrow() > 60_000, "lengths " + lengths);
        assertTrue(lengths.stream().allMatch(length -> length - 14 <= 65_535), "lengths " + lengths);
    }

    private static String sequence(final byte[] frame) {
        return isTcp(frame) ? HexFormat.of().formatHex(frame, 38, 42) : "";
    }

    private static boolean isTcp(final byte[] frame) {
        return OffloadPort.u16(frame, 12) == 0x0800 && frame[23] == 6;
    }

    static Stream<Arguments> verdicts() {
        return Stream.of(
            // what the device says, whether the octets are whole, whether software is forced, who drops: - device stack
            Arguments.of(Verdict.GOOD, true, false, "-"), Arguments.of(Verdict.GOOD, false, false, "-"),
            Arguments.of(Verdict.BAD, true, false, "device"), Arguments.of(Verdict.BAD, false, false, "device"),
            Arguments.of(Verdict.NONE, true, false, "-"), Arguments.of(Verdict.NONE, false, false, "stack"),
            Arguments.of(Verdict.UNKNOWN, true, false, "-"), Arguments.of(Verdict.UNKNOWN, false, false, "stack"),
            Arguments.of(Verdict.GOOD, true, true, "-"), Arguments.of(Verdict.GOOD, false, true, "stack"),
            Arguments.of(Verdict.BAD, true, true, "-"), Arguments.of(Verdict.BAD, false, true, "stack"));
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void shouldSkipItsOwnCheckForGoodOnly(
        final Verdict verdict, final boolean isWhole, final boolean isForced, final String dropped) {
        for (final boolean gro : new boolean[] {false, true}) {
            final OffloadPair pair = new OffloadPair(new Mode(true, 0, Mode.PLAIN.offloads(), isForced, gro)).connect();
            pair.portB.verdict = verdict;
            pair.portA.corrupted = n -> !isWhole;
            pair.b.reads = false;
            pair.a.toSend = 100;
            pair.a.closesWhenSent = false;
            pair.turn();
            assertEquals("device".equals(dropped) ? 1 : 0, pair.b.network.get(NetworkCounter.TRANSPORT_BAD_CHECKSUM));
            assertEquals("stack".equals(dropped) ? 1 : 0, pair.b.counters.get(TcpCounter.DROP_CHECKSUM));
            assertEquals("-".equals(dropped) ? 100 : 0, pair.b.received);
        }
    }

    @Test
    void shouldRecoverTheMiddleFrameOfASuperSegment() {
        final OffloadPair pair = new OffloadPair(Mode.EVERYTHING).connect();
        final int before = pair.portA.wire.size();
        pair.a.toSend = 14_480;
        pair.a.writeLength = 14_480;
        pair.portA.lost = n -> n == before + 5;
        pair.finish();
        final String lost = sequence(pair.portA.wire.get(before + 4));
        assertEquals(2, pair.portA.wire.stream().filter(frame -> lost.equals(sequence(frame))).count());
        assertEquals(0, pair.a.counters.get(TcpCounter.TIMEOUTS));
        assertEquals(1, pair.portA.superSegments, "what is sent again is sent segment by segment");
    }

    /** Octets with a wrong sum lie in the ring's free memory; the same octets sent again must replace them. */
    @Test
    void shouldNotKeepWhatItCopiedBeforeTheSumWasKnownToBeWrong() {
        final OffloadPair pair = new OffloadPair(Mode.GRO).connect();
        final int before = pair.portA.wire.size();
        pair.a.toSend = 6 * 1448;
        pair.portA.corrupted = n -> n == before + 1 || n == before + 4;
        pair.finish();
        assertEquals(2, pair.b.counters.get(TcpCounter.DROP_CHECKSUM));
    }

    /** The octets come again with a FIN, so that they take the way of single segments. */
    @Test
    void shouldReplaceWhatItCopiedInVainByWhatComesAgainAlone() {
        final OffloadPair pair = new OffloadPair(Mode.GRO).connect();
        final int before = pair.portA.wire.size();
        pair.a.closesWhenSent = false;
        pair.a.toSend = 700;
        pair.portA.corrupted = n -> n == before + 1;
        pair.portA.lost = n -> n == before + 2;
        pair.turn();
        pair.a.closesWhenSent = true;
        pair.finish();
        assertEquals(1, pair.b.counters.get(TcpCounter.DROP_CHECKSUM));
    }
}
