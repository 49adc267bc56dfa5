package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** Eight paths between nodes of this kind, and how attempts to connect are spread over time and peers. */
class PathsTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final TestNetwork network = new TestNetwork(21);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

    private TestNode node(final String address, final int paths) {
        return network.node(network.context(address + "/24").paths(paths));
    }

    private static void send(final CheckedSocket from, final CheckedSocket to, final int level) {
        from.send(to.address(), 8, level, SECOND_NS);
    }

    private long alive() {
        return network.links.stream().filter(link -> !link.dialed.isDown()).count();
    }

    /** All to all, both hosts starting at once: every message of a pair in order, over exactly lanes times paths carriers. */
    private void exchange(final int pathsOfOne, final int pathsOfTwo, final int expected) {
        final TestNode one = node("10.0.0.1", pathsOfOne);
        final TestNode two = node("10.0.0.2", pathsOfTwo);
        final List<CheckedSocket> left = new ArrayList<>();
        final List<CheckedSocket> right = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            left.add(one.checked(4000 + i));
            right.add(two.checked(5000 + i));
        }
        final List<CheckedSocket> all = Stream.concat(left.stream(), right.stream()).toList();
        for (int round = 0; round < 30; round++) {
            for (final CheckedSocket a : left) {
                for (final CheckedSocket b : right) {
                    send(a, b, round % 2 * 12);
                    send(b, a, round % 2 * 12);
                }
            }
            all.forEach(socket -> socket.poll(64));
        }
        network.complete(all);
        network.steps(100);
        assertEquals(expected, alive());
        assertEquals(0, one.count(RdsCounter.RECV_DROP_OLD_SEQ) + two.count(RdsCounter.RECV_DROP_OLD_SEQ));
    }

    @Test
    void shouldUseLanesTimesPathsCarriersAndReorderNothing() {
        exchange(8, 8, 16);
        assertEquals(Set.of(0, 1, 2, 3, 4, 5, 6, 7), new HashSet<>(network.links.stream().map(link -> link.index).toList()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBringUpALaneThatIsFirstUsedWhenThePathsAreKnown(final boolean isSentByTheLarger) {
        final TestNode one = node("10.0.0.1", 8);
        final TestNode two = node("10.0.0.2", 8);
        final TestNode sender = isSentByTheLarger ? two : one;
        final CheckedSocket to = (isSentByTheLarger ? one : two).checked(5000);
        send(sender.checked(4000), to, 0);
        network.until(() -> to.poll(1) == 1);
        network.steps(100);
        send(sender.checked(portOfPath(3, sender, to.address())), to, 12);
        network.until(() -> to.poll(1) == 1);
        network.steps(100);
        assertEquals(16, alive());
    }

    private static int portOfPath(final int index, final TestNode sender, final RdsAddress to) {
        int port = 4001;
        while (sender.engine.paths.route(to.high(), to.low(), 0, port, 0).key().index() != index) {
            port++;
        }
        return port;
    }

    @Test
    void shouldUseThePathsOfTheHostThatHasFewer() {
        exchange(8, 1, 2);
    }

    @Test
    void shouldUseThePathsOfTheDialerThatHasFewer() {
        exchange(1, 8, 2);
    }

    @Test
    void shouldCarryOnWithAPeerThatRestartsWithFewerPaths() {
        final TestNode one = node("10.0.0.1", 8);
        final TestNode two = node("10.0.0.2", 8);
        final CheckedSocket from = one.checked(4003);
        final CheckedSocket to = two.checked(5000);
        send(from, to, 0);
        network.until(() -> to.poll(1) == 1);
        network.until(() -> alive() == 8);
        network.kill(two);
        final CheckedSocket reborn = node("10.0.0.2", 1).checked(5000);
        for (int i = 2; i < 50; i++) {
            send(from, reborn, 0);
            network.step();
        }
        network.complete(List.of(reborn));
        network.until(() -> from.socket().unacknowledgedLength() == 0);
        assertEquals(1, one.count(RdsCounter.PEER_RESTARTED));
    }

    /** A host that comes back with fewer paths, and with more, again and again, while sixteen sockets send to it. */
    @ParameterizedTest
    @CsvSource({"1, 10.0.0.1, 10.0.0.2", "2, 10.0.0.1, 10.0.0.2", "3, 10.0.0.2, 10.0.0.1", "4, 10.0.0.2, 10.0.0.1"})
    void shouldReorderNothingWhileAPeersCountOfPathsChanges(final long seed, final String sender, final String receiver) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TestNode one = node(sender, 8);
        final List<CheckedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            sockets.add(one.checked(4000 + i));
        }
        for (int life = 0; life < 12; life++) {
            final int paths = life % 2 == 0 ? 8 : 1;
            final TestNode two = node(receiver, paths);
            final CheckedSocket to = two.checked(5000);
            network.passTimeUntil(() -> {
                sendAll(sockets, to.address(), 1, () -> to.poll(1_000));
                return alive() > 0;
            });
            sendAll(sockets, to.address(), 20 + random.nextInt(200), () -> to.poll(1_000));
            for (int i = random.nextInt(3_000); i > 0; i--) {
                network.step();
                to.poll(1_000);
            }
            if (random.nextBoolean()) {
                final long endNs = network.nowNs() + 100 * SECOND_NS;
                network.passTimeUntil(() -> network.nowNs() > endNs
                    || (to.poll(1_000) == 0 && sockets.stream().allMatch(s -> s.socket().unacknowledgedLength() == 0)));
                network.history.requireComplete();
                network.passTimeUntil(() -> network.nowNs() > endNs || alive() == paths);
                assertEquals(paths, alive());
            }
            network.kill(two);
            sendAll(sockets, two.address.withPort(5000), random.nextInt(40), () -> { });
        }
    }

    private void sendAll(
        final List<CheckedSocket> from, final RdsAddress to, final int rounds, final Runnable meanwhile) {
        for (int i = 0; i < rounds; i++) {
            from.forEach(socket -> socket.send(to, 8));
            network.step();
            meanwhile.run();
        }
    }

    @Test
    void shouldDialTheFirstPathOfALaneThatASocketOfAnotherPathUsesFirst() {
        final TestNode one = node("10.0.0.1", 8);
        final TestNode two = node("10.0.0.2", 8);
        final CheckedSocket to = two.checked(5000);
        final CheckedSocket from = one.checked(4003);
        send(from, to, 0);
        network.until(() -> alive() == 8 && to.poll(1) == 1);
        for (int i = 0; i < 8; i++) {
            send(one.checked(4010 + i), to, 12);
            network.until(() -> to.poll(1) == 1);
            if (i == 0) {
                network.until(() -> alive() == 16);
            }
        }
    }

    @Test
    void shouldBringAllPathsUpAgainBySenderOfEitherSize() {
        final TestNode one = node("10.0.0.1", 8);
        final TestNode two = node("10.0.0.2", 8);
        final CheckedSocket small = one.checked(4000);
        final CheckedSocket large = two.checked(5000);
        send(large, small, 0);
        network.until(() -> small.poll(1) == 1);
        network.until(() -> alive() == 8);
        for (int round = 0; round < 5; round++) {
            network.links.forEach(link -> link.dialed.cut());
            network.until(() -> alive() == 8);
        }
        assertEquals(0, two.count(RdsCounter.CONN_DROP_NO_PATH));
    }

    @Test
    void shouldTryADeadPeerAboutFortyEightTimesInTenMinutes() {
        final TestNode one = node("10.0.0.1", 8);
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        socket.send(RdsAddress.parse("10.0.0.9:1"), buffer, 0, 8, 0, 0);
        network.passTime(600 * SECOND_NS);
        assertTrue(network.dials > 35 && network.dials < 62, "dials: " + network.dials);
    }

    @Test
    void shouldShareTheBudgetFairlyAmongAThousandDeadPeers() {
        final TestNode one = network.node(network.context("10.0.0.1/24").maxMessageLength(1024).sendPoolLength(128 << 20));
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        for (int i = 0; i < 1000; i++) {
            socket.send(RdsAddress.parse("10.1." + i / 250 + "." + (i % 250 + 1) + ":1"), buffer, 0, 8, 0, SECOND_NS);
        }
        network.passTime(11 * SECOND_NS);
        assertEquals(1000, new HashSet<>(network.dialed).size(), "every one was tried within ten seconds");
        network.passTime(60 * SECOND_NS);
        assertTrue(one.count(RdsCounter.CONN_ATTEMPTS_DEFERRED) > 0);
        for (int i = 100; i < network.dialTimesNs.size(); i++) {
            assertTrue(network.dialTimesNs.get(i) - network.dialTimesNs.get(i - 100) >= SECOND_NS, "at " + i);
        }
        assertTrue(network.dials > 5_000, "and the budget is used: " + network.dials);
    }

    /** Turns taken for messages that were given up are over when there are others. */
    @Test
    void shouldKeepToTheBudgetWithTurnsThatWereNotUsed() {
        final TestNode one = network.node(network.context("10.0.0.1/24").connectBudget(10));
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        sendToFifty(socket);
        for (int i = 0; i < 50; i++) {
            socket.cancelSentTo(deadPeer(i));
        }
        network.passTime(60 * SECOND_NS);
        sendToFifty(socket);
        network.passTime(20 * SECOND_NS);
        assertTrue(network.dials > 150, "the budget is used: " + network.dials);
        for (int i = 10; i < network.dialTimesNs.size(); i++) {
            assertTrue(network.dialTimesNs.get(i) - network.dialTimesNs.get(i - 10) >= SECOND_NS, "at " + i);
        }
    }

    private void sendToFifty(final RdsSocket socket) {
        for (int i = 0; i < 50; i++) {
            socket.send(deadPeer(i), buffer, 0, 8, 0, SECOND_NS);
        }
        network.step();
    }

    private static RdsAddress deadPeer(final int number) {
        return RdsAddress.parse("10.0.0." + (100 + number) + ":1");
    }

    @Test
    void shouldReconnectAsLinuxDoesWhenAskedTo() {
        final TestNode one = network.node(network.context("10.0.0.1/24").linuxExact(true));
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        socket.send(RdsAddress.parse("10.0.0.9:1"), buffer, 0, 8, 0, 0);
        network.passTime(60 * SECOND_NS);
        assertTrue(network.dials > 100 && network.dials < 150, "dials: " + network.dials);
    }

    @Test
    void shouldStartOverOnlyAfterACarrierHasServedForAWhile() {
        final TestNode one = node("10.0.0.1", 1);
        final TestNode two = node("10.0.0.2", 1);
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(5000);
        network.isRefusing = true;
        send(from, to, 0);
        network.passTimeUntil(() -> network.dials == 12);
        network.isRefusing = false;
        network.passTimeUntil(() -> to.poll(1) == 1);
        final int before = network.dials;
        long waitedNs = 0;
        for (int i = 0; i < 5; i++) {
            network.lastLink().dialed.cut();
            final long startNs = network.nowNs();
            network.passTimeUntil(() -> alive() == 1 && network.nowNs() > startNs + 10_000);
            waitedNs += network.nowNs() - startNs;
        }
        assertEquals(before + 5, network.dials);
        assertTrue(waitedNs > 10 * SECOND_NS, "five of 15 s on average: " + waitedNs);
        network.steps(50);
        network.skip(10 * SECOND_NS);
        network.lastLink().dialed.cut();
        final long startNs = network.nowNs();
        network.passTimeUntil(() -> alive() == 1 && network.nowNs() > startNs + 3_000);
        assertTrue(network.nowNs() - startNs < 100_000, "at once");
    }

    @Test
    void shouldKeepNothingOfHostsThatKnockAndCannotBeDialed() {
        final TestNode one = network.node(network.context("10.0.0.1/24").maxPeers(4));
        network.isRefusing = true;
        for (int i = 2; i < 250; i++) {
            one.engine.onKnock(one.keyOf(RdsAddress.parse("10.0.0." + i), 0), network.nowNs());
            network.step();
        }
        assertEquals(10, network.dials, "a tenth of the budget");
        assertEquals(238, one.count(RdsCounter.CONN_DROP_STRANGER));
        assertEquals(0, one.count(RdsCounter.CONN_DROP_NO_PEER));
        network.isRefusing = false;
        final TestNode two = node("10.0.0.2", 1);
        final CheckedSocket small = one.checked(4000);
        final CheckedSocket large = two.checked(4000);
        network.skip(SECOND_NS);
        send(large, small, 0);
        network.until(() -> small.poll(1) == 1);
    }

    @Test
    void shouldDialAnUnknownHostThatHasConnectionsOfAnEngineBefore() {
        final TestNode one = node("10.0.0.1", 1);
        final TestNode two = node("10.0.0.2", 1);
        final CheckedSocket to = one.checked(4000);
        one.engine.onOrphan(two.address.high(), two.address.low(), network.nowNs());
        network.until(() -> one.count(RdsCounter.CONN_UP) == 1);
        one.engine.onOrphan(two.address.high(), two.address.low(), network.nowNs());
        send(two.checked(4000), to, 0);
        network.until(() -> to.poll(1) == 1);
        assertEquals(1, network.dials);
        assertEquals(0, network.knocks);
        assertEquals(1, one.count(RdsCounter.CONN_ORPHANED));
    }

    /** Whoever forges addresses does not keep those waiting that have shown theirs by a handshake. */
    @Test
    void shouldSpendNothingOfKnocksOnConnectionsOfAnEngineBefore() {
        final TestNode one = node("10.0.0.1", 1);
        network.isRefusing = true;
        for (int i = 2; i < 250; i++) {
            final RdsAddress forged = RdsAddress.parse("10.0.0." + i);
            one.engine.onOrphan(forged.high(), forged.low(), network.nowNs());
            network.step();
        }
        assertEquals(10, network.dials, "a tenth of the budget");
        one.engine.onKnock(one.keyOf(RdsAddress.parse("10.0.0.2"), 0), network.nowNs());
        assertEquals(11, network.dials);
    }

    @Test
    void shouldSpendNothingOnAKnockThatIsRefused() {
        final TestNode one = network.node(network.context("10.0.0.1/24").connectBudget(20));
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        for (int i = 0; i < 20; i++) {
            socket.send(deadPeer(i), buffer, 0, 8, 0, SECOND_NS);
        }
        network.step();
        for (int i = 0; i < 20; i++) {
            socket.cancelSentTo(deadPeer(i));
        }
        assertEquals(20, network.dials, "all of this second's");
        network.skip(SECOND_NS / 2);
        for (int i = 0; i < 4; i++) {
            one.engine.onKnock(one.keyOf(RdsAddress.parse("10.0.0." + (2 + i)), 0), network.nowNs());
        }
        network.skip(SECOND_NS / 2);
        one.engine.onKnock(one.keyOf(RdsAddress.parse("10.0.0.9"), 0), network.nowNs());
        assertEquals(21, network.dials);
        assertEquals(4, one.count(RdsCounter.CONN_DROP_STRANGER));
    }

    @Test
    void shouldMakeOneAttemptAtATimeToAHostThatKnocks() {
        final TestNode one = node("10.0.0.1", 1);
        final TestNode two = node("10.0.0.2", 1);
        final CheckedSocket to = two.checked(4000);
        network.dialNs = SECOND_NS / 10;
        for (int i = 0; i < 3; i++) {
            one.engine.onKnock(one.keyOf(two.address, 0), network.nowNs());
        }
        send(one.checked(4000), to, 0);
        network.passTimeUntil(() -> to.poll(1) == 1);
        assertEquals(1, network.dials);
        assertEquals(1, one.count(RdsCounter.CONN_UP));
        network.lastLink().dialed.cut();
        network.passTimeUntil(() -> network.dials == 2);
    }

    @Test
    void shouldMakeNoPathsForKnocksOfPathsThatThePeerDoesNotHave() {
        final TestNode one = node("10.0.0.1", 8);
        final TestNode two = node("10.0.0.2", 1);
        final CheckedSocket to = one.checked(4000);
        send(two.checked(4000), to, 0);
        network.until(() -> to.poll(1) == 1);
        for (int index = 0; index < 8; index++) {
            one.engine.onKnock(one.keyOf(two.address, 0, index), network.nowNs());
        }
        network.steps(100);
        assertEquals(1, one.engine.paths.size());
        assertEquals(7, one.count(RdsCounter.CONN_DROP_NO_PATH));
    }

    /** Forty peers: in the second after the first attempt each is tried some five times, or hardly again. */
    @Test
    void shouldHardlyTryAgainWhereAuthenticationFailed() {
        final int reset = dialsInASecond(CarrierDownReason.RESET);
        assertTrue(reset > 160, "after resets: " + reset);
        final int refused = dialsInASecond(CarrierDownReason.SECURITY);
        assertTrue(refused < 90, "after failed authentication: " + refused);
    }

    private int dialsInASecond(final CarrierDownReason reason) {
        final TestNetwork other = new TestNetwork(6);
        final TestNode one = other.node(other.context("10.0.0.1/24").connectBudget(1000));
        other.isRefusing = true;
        other.refusal = reason;
        final RdsSocket socket = one.socket(4000);
        for (int i = 2; i < 42; i++) {
            socket.send(RdsAddress.parse("10.0.0." + i + ":1"), buffer, 0, 8, 0, SECOND_NS);
        }
        other.passTime(SECOND_NS);
        return other.dials;
    }
}
