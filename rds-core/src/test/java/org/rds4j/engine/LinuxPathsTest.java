package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounter;

/** Several paths to a kernel, which pairs them by order of accept and probes when it likes. The test is the kernel. */
class LinuxPathsTest {
    private static final String MAP = "0000000000000000" + "00".repeat(8) + "00002000" + "00000000" + "01" + "00".repeat(7)
        + "00".repeat(16) + "00".repeat(8192);
    private static final String NPATHS_8 = "050008" + "00".repeat(13);
    private static final RdsAddress SMALLER = RdsAddress.parse("10.0.0.1");
    private static final RdsAddress LARGER = RdsAddress.parse("10.0.0.3");

    private final TestNetwork network = new TestNetwork(3);
    private final TestNode node = network.node(network.context("10.0.0.2/24").paths(8));
    private final List<MemoryCarrier> carriers = new ArrayList<>();

    LinuxPathsTest() {
        network.dialNs = 1L << 40;
    }

    private static String message(final long sequence, final int from, final int to, final String extensions) {
        return "%016x".formatted(sequence) + "00".repeat(12) + "%04x%04x".formatted(from, to) + "00".repeat(8) + extensions;
    }

    private static String ping(final long sequence, final String extensions) {
        return message(sequence, 1, 0, extensions);
    }

    private static String pong(final long sequence, final String extensions) {
        return message(sequence, 0, 1, extensions);
    }

    private MemoryCarrier dial(final int port, final String octets) {
        final MemoryCarrier carrier = MemoryCarrier.pair(16_384, 1 << 20).from(port);
        final boolean isForeign = node.engine.isForeign(SMALLER.high(), SMALLER.low());
        node.engine.onCarrierUp(node.keyOf(SMALLER, 0, PathKey.UNKNOWN_INDEX), carrier, false, network.nowNs());
        assertEquals(isForeign || carriers.isEmpty(), isForeign || !octets.isEmpty(), "a stranger speaks first");
        say(carrier, octets);
        carriers.add(carrier);
        return carrier;
    }

    private void say(final MemoryCarrier carrier, final String octets) {
        carrier.inject(HexFormat.of().parseHex(octets));
        network.step();
    }

    private void breakOff(final MemoryCarrier carrier) {
        carrier.cut();
        carrier.tellDown();
        node.engine.onCarrierDown(carrier, CarrierDownReason.RESET, network.nowNs());
        network.steps(3);
    }

    /** All messages but congestion maps that arrived since the last look, the first 48 octets of each. */
    private static List<String> heard(final MemoryCarrier carrier) {
        carrier.transfer(1 << 20);
        carrier.acknowledge();
        final MemoryCarrier peer = carrier.peer();
        final List<String> headers = new ArrayList<>();
        peer.receive((address, length) -> {
            int offset = 0;
            while (offset < length) {
                final StringBuilder text = new StringBuilder();
                for (int i = 0; i < 48; i++) {
                    text.append("%02x".formatted(UnsafeApi.getByte(address + offset + i)));
                }
                if (!text.substring(48, 50).equals("01")) {
                    headers.add(text.toString());
                }
                offset += 48 + Integer.parseInt(text.substring(32, 40), 16);
            }
            return length;
        });
        return headers;
    }

    private static String ports(final String header) {
        return header.substring(40, 48);
    }

    private void send(final RdsSocket socket, final RdsAddress to, final int value) {
        socket.send(to.withPort(5000), ByteBuffer.allocate(4).putInt(0, value), 0);
        network.step();
    }

    /** A smaller kernel with eight paths. */
    private void bringUpEight() {
        final MemoryCarrier first = dial(40_001, MAP + ping(1, NPATHS_8));
        final List<String> said = heard(first);
        assertEquals("00010000", ports(said.get(0)), "the acceptor asks");
        assertEquals("00000001", ports(said.get(1)), "and answers");
        assertEquals("0500080600000000".substring(0, 8), said.get(0).substring(64, 72));
        say(first, pong(2, NPATHS_8));
        for (int i = 1; i < 8; i++) {
            dial(50_000 + 3 * i, "");
        }
    }

    @Test
    void shouldAnswerProbesWithPathsGenerationAndPortRuleInThatOrder() {
        final MemoryCarrier first = dial(40_001, MAP + ping(1, NPATHS_8));
        final List<String> said = heard(first);
        final String generation = said.get(0).substring(72, 80);
        final String extensions = "05000806" + generation + "0800" + "00".repeat(6);
        assertEquals("0000000000000001" + "00".repeat(12) + "00010000" + "00".repeat(8) + extensions, said.get(0));
        assertEquals("0000000000000002" + "00".repeat(12) + "00000001" + "00".repeat(8) + extensions, said.get(1));
        assertFalse("00000000".equals(generation));
    }

    @Test
    void shouldAcceptAllPathsInOrderAndSendOnSilentOnes() {
        bringUpEight();
        assertEquals(8, node.count(RdsCounter.CONN_UP));
        final boolean[] isUsed = new boolean[8];
        for (int port = 4000; port < 4064; port++) {
            final RdsSocket socket = node.socket(port);
            send(socket, SMALLER, 1);
            for (int i = 0; i < 8; i++) {
                isUsed[i] |= !heard(carriers.get(i)).isEmpty();
            }
            socket.close();
        }
        for (int i = 0; i < 8; i++) {
            assertTrue(isUsed[i], "path " + i + " has no socket of 64");
        }
    }

    @Test
    void shouldSendEachSocketsMessagesOnOnePath() {
        bringUpEight();
        carriers.forEach(LinuxPathsTest::heard);
        final RdsSocket socket = node.socket(4000);
        for (int i = 0; i < 20; i++) {
            send(socket, SMALLER, i);
        }
        final List<Integer> counts = carriers.stream().map(carrier -> heard(carrier).size()).filter(count -> count > 0).toList();
        assertEquals(List.of(20), counts);
    }

    @Test
    void shouldHoldConnectionsThatComeBeforeThePathCountIsKnown() {
        final MemoryCarrier first = dial(40_001, MAP);
        final MemoryCarrier second = dial(40_002, MAP);
        final MemoryCarrier third = dial(40_003, message(1, 777, 0, "00".repeat(16)));
        network.steps(10);
        assertEquals(1, node.count(RdsCounter.CONN_UP));
        assertTrue(third.receivedLength() > 0, "held unread");
        say(first, pong(1, NPATHS_8));
        network.steps(3);
        assertEquals(3, node.count(RdsCounter.CONN_UP));
        assertFalse(second.isDown() || third.isDown());
        assertEquals(0, third.receivedLength());
    }

    @Test
    void shouldGiveAConnectionThePathOfOneThatThePeerDoesNotAnswerOn() {
        final RdsSocket socket = node.socket(5000);
        for (int i = 0; i < 4; i++) {
            dial(40_001 + i, i == 0 ? MAP + ping(1, "050004" + "00".repeat(13)) : "");
        }
        final MemoryCarrier fifth = dial(40_009, message(1, 777, 5000, "00".repeat(16)));
        for (final int answering : new int[] {0, 1, 3}) {
            say(carriers.get(answering), pong(2, "050004" + "00".repeat(13)));
        }
        network.skip(5_000_000_000L);
        final MemoryCarrier third = carriers.get(2);
        assertTrue(third.isDown());
        third.tellDown();
        node.engine.onCarrierDown(third, CarrierDownReason.RESET, network.nowNs());
        network.steps(3);
        assertFalse(fifth.isDown());
        assertEquals(1, socket.poll((data, offset, length, info) -> assertEquals(777, info.sourcePort()), 10), "nothing is lost");
        assertEquals(0, node.count(RdsCounter.CONN_DROP_NO_PATH));
    }

    @Test
    void shouldGiveUpAConnectionBeyondThePathsAfterATime() {
        final MemoryCarrier first = dial(40_001, MAP + ping(1, "050004" + "00".repeat(13)));
        for (int i = 1; i < 4; i++) {
            dial(40_001 + i, "");
        }
        final MemoryCarrier fifth = dial(40_009, "");
        network.steps(10);
        assertEquals(4, node.count(RdsCounter.CONN_UP));
        assertFalse(fifth.isDown(), "held");
        assertFalse(first.isDown());
        for (final MemoryCarrier carrier : carriers.subList(0, 4)) {
            say(carrier, pong(2, "050004" + "00".repeat(13)));
        }
        network.skip(5_000_000_000L);
        assertTrue(fifth.isDown());
        assertEquals(1, node.count(RdsCounter.CONN_DROP_NO_PATH));
    }

    @Test
    void shouldGiveAHeldConnectionToThePathThatBreaks() {
        bringUpEight();
        final MemoryCarrier ninth = dial(40_009, message(1, 4000, 777, "00".repeat(16)));
        network.steps(5);
        assertEquals(8, node.count(RdsCounter.CONN_UP));
        breakOff(carriers.get(3));
        assertEquals(9, node.count(RdsCounter.CONN_UP));
        network.steps(3);
        assertEquals(0, ninth.receivedLength());
        assertEquals(1, node.count(RdsCounter.RECV_DROP_NO_SOCK), "and read");
    }

    @Test
    void shouldReadWhatAHeldConnectionBroughtEvenWhenItBroke() {
        bringUpEight();
        final MemoryCarrier ninth = dial(40_009, message(1, 4000, 777, "00".repeat(16)));
        breakOff(ninth);
        breakOff(carriers.get(3));
        network.steps(3);
        assertEquals(1, node.count(RdsCounter.RECV_DROP_NO_SOCK));
    }

    @Test
    void shouldStayOnOnePathWithALegacyPeer() {
        final MemoryCarrier first = dial(40_001, MAP);
        heard(first);
        say(first, pong(1, "00".repeat(16)));
        final RdsSocket[] sockets = new RdsSocket[16];
        for (int i = 0; i < 16; i++) {
            sockets[i] = node.socket(4000 + i);
            send(sockets[i], SMALLER, i);
        }
        assertEquals(16, heard(first).size());
        // its only path is dialed again: it has lost the old one
        final MemoryCarrier second = dial(40_002, "");
        network.steps(3);
        first.tellDown();
        node.engine.onCarrierDown(first, CarrierDownReason.RESET, network.nowNs());
        network.steps(3);
        send(sockets[0], SMALLER, 99);
        assertFalse(heard(second).isEmpty());
    }

    @Test
    void shouldPairByTheDialersPortOnceItSaysSo() {
        final String announced = "05000806000000070800" + "00".repeat(6);
        final MemoryCarrier first = dial(40_000, MAP + ping(1, announced));
        dial(48_005, "");
        dial(48_002, "");
        dial(48_005 + 800, "");
        network.steps(3);
        assertEquals(4, node.count(RdsCounter.CONN_UP) + 1, "the second one of path 5 waits for the first to end");
        assertTrue(carriers.get(1).isDown(), "which the dialer has given up");
        assertFalse(carriers.get(2).isDown());
        assertFalse(first.isDown());
    }

    @Test
    void shouldDropPathZeroWhenThePortSaysThatItIsAnother() {
        final MemoryCarrier first = dial(40_003, MAP + ping(1, "05000806000000070800" + "00".repeat(6)));
        network.steps(3);
        first.transfer(1 << 20);
        assertTrue(first.isDown());
    }

    @Test
    void shouldDialPathsOfALargerKernelInOrderOnceItHasAnswered() {
        final RdsSocket socket = node.socket(4000);
        send(socket, LARGER, 1);
        final MemoryCarrier first = network.establish(node, node.keyOf(LARGER, 0, 0));
        network.step();
        final List<String> opening = heard(first);
        assertEquals(1, opening.size(), "nothing but the probe");
        assertEquals("0000000000000001" + "00".repeat(12) + "00010000" + "00".repeat(8) + "05000806",
            opening.getFirst().substring(0, 72));
        assertEquals("0800" + "00".repeat(6), opening.getFirst().substring(80), "golden, without a lane");
        say(first, MAP + ping(1, NPATHS_8));
        network.steps(20);
        assertEquals(List.of("00000001", "0fa01388"), heard(first).stream().map(LinuxPathsTest::ports).sorted().toList());
        assertEquals(List.of(), network.dialsUnderWay(), "its acceptor may not know our count yet");
        say(first, pong(2, NPATHS_8));
        for (int index = 1; index < 8; index++) {
            network.steps(2);
            assertEquals(List.of(node.keyOf(LARGER, 0, index)), network.dialsUnderWay());
            final MemoryCarrier next = network.establish(node, node.keyOf(LARGER, 0, index));
            network.step();
            assertEquals("00010000", ports(heard(next).getFirst()));
            say(next, index % 2 == 0 ? MAP : pong(1, NPATHS_8));
        }
        network.steps(2);
        assertEquals(List.of(), network.dialsUnderWay());
        assertEquals(8, node.count(RdsCounter.CONN_UP));
    }

    @Test
    void shouldTakeTheSilenceOfAKernelForConsentAfterAWhile() {
        final RdsSocket socket = node.socket(4000);
        send(socket, LARGER, 1);
        MemoryCarrier carrier = network.establish(node, node.keyOf(LARGER, 0, 0));
        say(carrier, MAP);
        network.steps(2);
        assertEquals(2, heard(carrier).size());
        breakOff(carrier);
        send(socket, LARGER, 2);
        network.until(() -> network.dialsUnderWay().size() == 1);
        carrier = network.establish(node, node.keyOf(LARGER, 0, 0));
        network.steps(50);
        assertEquals(1, heard(carrier).size(), "it may still refuse");
        network.skip(250_000_000L);
        network.step();
        assertEquals(1, heard(carrier).size());
    }

    @Test
    void shouldGiveUpAHostThatTakesAConnectionAndSaysNothing() {
        final RdsSocket socket = node.socket(4000);
        send(socket, LARGER, 1);
        final MemoryCarrier mute = network.establish(node, node.keyOf(LARGER, 0, 0));
        network.skip(9_900_000_000L);
        assertFalse(mute.isDown(), "it may be slow");
        assertTrue(node.engine.nextDeadlineNs() <= network.nowNs() + 100_000_000L);
        network.skip(100_000_000L);
        assertTrue(mute.isDown());
        assertEquals(1, node.count(RdsCounter.CONN_DROP_SILENT));
        breakOff(mute);
        network.passTimeUntil(() -> network.dialsUnderWay().size() == 1);
        final MemoryCarrier next = network.establish(node, node.keyOf(LARGER, 0, 0));
        say(next, MAP);
        network.steps(2);
        assertEquals(2, heard(next).size());
        network.skip(20_000_000_000L);
        assertFalse(next.isDown(), "it has been heard");
    }

    @Test
    void shouldLetAHostBeSilentAsLongAsNothingIsOwedToIt() {
        final RdsSocket socket = node.socket(4000);
        send(socket, LARGER, 1);
        final MemoryCarrier mute = network.establish(node, node.keyOf(LARGER, 0, 0));
        socket.cancelSentTo(LARGER.withPort(5000));
        network.skip(60_000_000_000L);
        network.steps(3);
        assertFalse(mute.isDown());
        assertEquals(Long.MAX_VALUE, node.engine.nextDeadlineNs());
        send(socket, LARGER, 2);
        assertTrue(mute.isDown());
    }

    @Test
    void shouldHoldTheOtherPathsUntilPathZeroHasCaughtUp() {
        final MemoryCarrier first = dial(40_001, MAP);
        final List<RdsSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sockets.add(node.socket(4000 + i));
            send(sockets.get(i), SMALLER, 1);
        }
        first.transfer(1 << 20);
        say(first, pong(1, NPATHS_8));
        for (int i = 1; i < 8; i++) {
            dial(50_000 + 3 * i, "");
        }
        for (final RdsSocket socket : sockets) {
            send(socket, SMALLER, 2);
        }
        network.steps(5);
        for (int i = 1; i < 8; i++) {
            assertEquals(List.of(), heard(carriers.get(i)), "path 0 is not acknowledged");
        }
        assertTrue(node.count(RdsCounter.MPRDS_CATCHUP_TX0_RETRIES) > 0);
        heard(first);
        network.steps(2);
        heard(first);
        network.steps(2);
        int later = 0;
        for (int i = 1; i < 8; i++) {
            later += heard(carriers.get(i)).size();
        }
        assertTrue(later > 0, "then they go");
        assertEquals(0, sockets.getFirst().unacknowledgedLength() & 3);
    }

    @Test
    void shouldMoveMessagesOfOtherLanesWhenThePeerKnowsNone() {
        final RdsSocket socket = node.socket(4000);
        socket.send(LARGER.withPort(5000), new UnsafeBuffer(ByteBuffer.allocateDirect(4)), 0, 4, 12, 0);
        network.step();
        final MemoryCarrier carrier = network.establish(node, node.keyOf(LARGER, 3, 0));
        say(carrier, MAP + message(1, 5000, 777, "00".repeat(16)));
        network.steps(3);
        carrier.transfer(1 << 20);
        assertTrue(carrier.isDown(), "closed: a kernel has no lanes");
        assertEquals(1, node.count(RdsCounter.RECV_DROP_NO_SOCK), "what it said is delivered");
        breakOff(carrier);
        network.steps(3);
        assertEquals(List.of(node.keyOf(LARGER, 0, 0)), network.dialsUnderWay());
        final MemoryCarrier next = network.establish(node, node.keyOf(LARGER, 0, 0));
        say(next, MAP);
        network.steps(2);
        assertEquals(List.of("00010000", "0fa01388"), heard(next).stream().map(LinuxPathsTest::ports).toList());
        say(next, message(1, 5000, 777, "00".repeat(16)).replaceFirst("(.{48})00", "$104"));
        assertEquals(1, node.count(RdsCounter.RECV_DROP_OLD_SEQ), "and not twice");
    }

    /** Newer kernels queue a probe when path 0 ends: it may come before the map of the next carrier. */
    @Test
    void shouldNotTakeAKernelForAnotherWhenItsProbeComesFirst() {
        final String announced = "05000806%08x0800" + "00".repeat(6);
        final MemoryCarrier first = dial(40_000, MAP + ping(1, announced.formatted(7)));
        heard(first);
        network.step();
        breakOff(first);
        final MemoryCarrier second = dial(40_008, ping(2, announced.formatted(7)) + MAP);
        network.steps(2);
        assertTrue(node.engine.isForeign(SMALLER.high(), SMALLER.low()));
        assertEquals(List.of("00010000", "00000001"), heard(second).stream().map(LinuxPathsTest::ports).toList());
        breakOff(second);
        dial(40_016, ping(1, announced.formatted(8)));
        assertFalse(node.engine.isForeign(SMALLER.high(), SMALLER.low()), "restarted, and with other software");
    }

    /** Its probe comes before its map, on the first carrier that this host ever saw: a host of this kind would have waited. */
    @ParameterizedTest
    @CsvSource({"05000106000000070800", "05000106000000070000"})
    void shouldSendEverythingOnOneLaneToAKernelWhoseProbeComesFirst(final String announced) {
        final boolean isOfOneArrival = announced.endsWith("0800");
        final MemoryCarrier first = dial(40_000, ping(1, announced + "00".repeat(6)) + (isOfOneArrival ? MAP : ""));
        final RdsSocket socket = node.socket(4000);
        socket.send(SMALLER.withPort(5000), new UnsafeBuffer(ByteBuffer.allocateDirect(4)), 0, 4, 12, 0);
        network.steps(10);
        assertTrue(node.engine.isForeign(SMALLER.high(), SMALLER.low()));
        assertEquals(1, heard(first).stream().map(LinuxPathsTest::ports).filter("0fa01388"::equals).count());
        assertEquals(0, network.knocks);
    }

    /** To a kernel this host speaks at once, so that what came back as a host of this kind had heard it before it spoke on. */
    @Test
    void shouldNotTakeForImpatientWhoHasHeardThisHost() {
        final String announced = "05000806%08x0800" + "00".repeat(6);
        final MemoryCarrier first = dial(40_000, MAP + ping(1, announced.formatted(7)));
        breakOff(first);
        final MemoryCarrier second = dial(40_008, "");
        network.steps(3);
        assertEquals("00010000", ports(heard(second).getFirst()));
        say(second, ping(1, announced.formatted(8)) + message(2, 4000, 777, "00".repeat(16)));
        assertFalse(node.engine.isForeign(SMALLER.high(), SMALLER.low()));
    }

    @Test
    void shouldKnowAHostOfThisKindByTheLaneItNames() {
        final String announced = "05000806000000070800";
        final MemoryCarrier first = dial(40_000, ping(1, announced + "00".repeat(6)) + MAP);
        breakOff(first);
        dial(40_008, ping(2, announced + "00".repeat(6)));
        assertTrue(node.engine.isForeign(SMALLER.high(), SMALLER.low()), "the same life");
        dial(40_016, ping(2, announced + "2003" + "00".repeat(4)));
        network.steps(10);
        breakOff(carriers.get(1));
        network.steps(10);
        assertFalse(node.engine.isForeign(SMALLER.high(), SMALLER.low()));
    }

    @Test
    void shouldResetBothCountersOfAllPathsWithANewGeneration() {
        final String announced = "05000806%08x0800" + "00".repeat(6);
        final MemoryCarrier first = dial(40_000, MAP + ping(1, announced.formatted(7)));
        final MemoryCarrier second = dial(40_001, message(9, 4000, 777, "00".repeat(16)));
        network.steps(3);
        heard(first);
        say(first, ping(2, announced.formatted(8)));
        network.steps(2);
        final String answer = heard(first).getFirst();
        assertEquals("00000001", ports(answer));
        second.tellDown();
        assertTrue(second.isDown(), "from the earlier life");
        node.engine.onCarrierDown(second, CarrierDownReason.RESET, network.nowNs());
        network.steps(2);
        dial(40_009, message(5, 4000, 777, "00".repeat(16)).replaceFirst("(.{48})00", "$104"));
        network.steps(2);
        assertEquals(2, node.count(RdsCounter.RECV_DROP_NO_SOCK), "an old number with the flag is news to it");
        assertEquals(0, node.count(RdsCounter.RECV_DROP_OLD_SEQ));
        assertEquals(1, node.count(RdsCounter.PEER_RESTARTED));
    }

    /** A kernel that connects itself refuses what its TCP had acknowledged: nothing but the probe was on it. */
    @Test
    void shouldLoseNothingWhenAKernelRefusesWhatItsTcpAcknowledged() {
        final RdsSocket socket = node.socket(4000);
        send(socket, LARGER, 1);
        final MemoryCarrier refused = network.establish(node, node.keyOf(LARGER, 0, 0));
        network.step();
        assertEquals(1, heard(refused).size());
        breakOff(refused);
        network.passTimeUntil(() -> network.dialsUnderWay().size() == 1);
        final MemoryCarrier next = network.establish(node, node.keyOf(LARGER, 0, 0));
        say(next, MAP);
        network.steps(2);
        final List<String> said = heard(next);
        assertEquals(List.of("00010000", "0fa01388"), said.stream().map(LinuxPathsTest::ports).toList());
        assertEquals("0000000000000001", said.getFirst().substring(0, 16));
        assertEquals("00", said.getFirst().substring(48, 50), "nothing was ever offered: the probe is news");
        assertEquals("00", said.getLast().substring(48, 50));
    }

    @Test
    void shouldAnswerAPingOnThePathItCameOver() {
        bringUpEight();
        carriers.forEach(LinuxPathsTest::heard);
        for (int i = 0; i < 8; i++) {
            say(carriers.get(i), message(3, 4000, 0, "00".repeat(16)));
            network.step();
            assertEquals(List.of("00000fa0"), heard(carriers.get(i)).stream().map(LinuxPathsTest::ports).toList());
        }
    }

    @Test
    void shouldProbeAgainOnEachNewCarrierOfPathZero() {
        final MemoryCarrier first = dial(40_001, MAP + ping(1, NPATHS_8));
        heard(first);
        breakOff(first);
        final MemoryCarrier second = dial(40_002, "");
        network.step();
        assertEquals("00010000", ports(heard(second).getFirst()), "the kernel may have restarted");
    }

    /** An attempt that is under way when a carrier comes must not stand in the way of later ones, nor have one beside it. */
    @Test
    void shouldKnockAgainOnceTheKnockIsOverDuringWhichACarrierCame() {
        final RdsSocket socket = node.socket(4000);
        send(socket, SMALLER, 1);
        assertEquals(1, network.knocks);
        final MemoryCarrier first = dial(40_001, MAP);
        network.steps(2);
        assertEquals(2, heard(first).size());
        breakOff(first);
        send(socket, SMALLER, 2);
        network.passTime(60_000_000_000L);
        assertEquals(1, network.knocks);
        network.endKnocks();
        network.step();
        assertEquals(2, network.knocks);
    }

    /** As CVE-2026-43226 has it: a path left in error without a shutdown would hang for ever. */
    @Test
    void shouldUseAPathAgainAfterAnError() {
        final MemoryCarrier first = dial(40_001, MAP + ping(1, NPATHS_8));
        say(first, "0000000000000002" + "00".repeat(8) + "ffffffff" + "00".repeat(28));
        assertTrue(first.isDown());
        breakOff(first);
        final MemoryCarrier second = dial(40_002, message(2, 4000, 777, "00".repeat(16)));
        network.steps(3);
        assertFalse(second.isDown());
        assertEquals(1, node.count(RdsCounter.RECV_DROP_NO_SOCK));
    }
}
