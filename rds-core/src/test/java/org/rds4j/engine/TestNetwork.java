package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.check.CheckedSocket;
import org.rds4j.frame.DirectMemory;
import org.rds4j.peer.OpenerMessage;
import org.rds4j.peer.WaitingPaths;
import org.rds4j.sim.check.HistoryChecker;

/**
 * Nodes joined by carriers in memory, in virtual time. Each step is a microsecond. What checked sockets send and receive is held
 * to the promise at every step.
 */
final class TestNetwork {
    private static final long STEP_NS = 1_000;

    final SplittableRandom random;
    final HistoryChecker history;
    final List<Link> links = new ArrayList<>();
    final List<PathKey> dialed = new ArrayList<>();
    final List<Long> dialTimesNs = new ArrayList<>();
    int dials;
    int knocks;
    long dialNs = 5_000;
    int maxTransfer = 256 << 10;
    int maxChunkLength = 16_384;
    int maxInFlight = 64 << 10;
    boolean isRefusing;
    CarrierDownReason refusal = CarrierDownReason.RESET;
    private final List<TestNode> nodes = new ArrayList<>();
    private final List<Dial> pending = new ArrayList<>();
    private long nowNs = 1;
    private Runnable planned;
    private long plannedNs;

    /** Has something done at a time, once. */
    void at(final long timeNs, final Runnable action) {
        planned = action;
        plannedNs = timeNs;
    }

    private void doWhatIsPlanned() {
        if (planned != null && nowNs >= plannedNs) {
            planned.run();
            planned = null;
        }
    }

    /** What nodes dialed that is not yet there, oldest first: for tests that are the peer themselves. */
    List<PathKey> dialsUnderWay() {
        return pending.stream().filter(dial -> !dial.isKnock()).map(Dial::key).toList();
    }

    /** Gives a node what it dialed, from a peer that is no node. */
    MemoryCarrier establish(final TestNode from, final PathKey key) {
        pending.removeIf(dial -> dial.from() == from && dial.key().equals(key));
        final MemoryCarrier carrier = MemoryCarrier.pair(maxChunkLength, maxInFlight);
        from.engine.onCarrierUp(key, carrier, true, nowNs);
        return carrier;
    }

    private record Dial(TestNode from, PathKey key, long dueNs, boolean isKnock) {
    }

    /** A carrier between two nodes. */
    static final class Link {
        final TestNode dialer;
        final TestNode acceptor;
        final MemoryCarrier dialed;
        final MemoryCarrier accepted;
        final int index;
        boolean isAccepted;
        private int age;

        Link(final TestNode dialer, final TestNode acceptor, final MemoryCarrier dialed, final int index) {
            this.index = index;
            this.dialer = dialer;
            this.acceptor = acceptor;
            this.dialed = dialed;
            this.accepted = dialed.peer();
        }

        /** Down for long, and read by whoever wants to: engines keep the carriers they still read themselves. */
        boolean isOver() {
            return dialed.isDown() && age++ > 10;
        }
    }

    TestNetwork(final long seed) {
        random = new SplittableRandom(seed);
        history = new HistoryChecker(seed);
    }

    long nowNs() {
        return nowNs;
    }

    RdsContext context(final String cidr) {
        return new RdsContext(new Properties()).address(cidr).security(SecurityMode.PLAINTEXT).nanoClock(this::nowNs)
            .applicationIdleStrategy("busy-spin").maxSockets(64).submitRingLength(64 << 10).receiveBufferLength(64 << 10)
            .sendLogLength(2 << 20).sendPoolLength(8 << 20);
    }

    /** Of every node's service levels. */
    static int laneOf(final int level) {
        return level >> 2;
    }

    TestNode node(final String address) {
        return node(context(address + "/24"));
    }

    TestNode node(final RdsContext context) {
        return node(context, DirectMemory.ofProcess());
    }

    /** A node in a process that has less memory outside its heap than this one. */
    TestNode node(final RdsContext context, final DirectMemory memory) {
        final TestNode node = new TestNode(this, context.conclude(), TestNetwork::laneOf, random.nextLong(), memory);
        nodes.removeIf(other -> other.address.equals(node.address));
        nodes.add(node);
        return node;
    }

    /** The node ends without a word. */
    void kill(final TestNode node) {
        nodes.remove(node);
        node.onLost();
        links.removeIf(link -> {
            final boolean isIts = link.dialer == node || link.acceptor == node;
            if (isIts) {
                link.dialed.cut();
                tellDown(link);
            }
            return isIts;
        });
        pending.removeIf(dial -> dial.from() == node);
    }

    void dial(final TestNode from, final PathKey key) {
        dials++;
        dialed.add(key);
        dialTimesNs.add(nowNs);
        attempt(new Dial(from, key, nowNs + dialNs, false));
    }

    void knock(final TestNode from, final PathKey key) {
        knocks++;
        attempt(new Dial(from, key, nowNs + dialNs, true));
    }

    private void attempt(final Dial dial) {
        for (final Dial other : pending) {
            assertFalse(other.from() == dial.from() && other.key().equals(dial.key()), () -> "two attempts for " + dial.key());
        }
        pending.add(dial);
    }

    /** Knocks under way are over. */
    void endKnocks() {
        final List<Dial> knocked = pending.stream().filter(Dial::isKnock).toList();
        pending.removeAll(knocked);
        knocked.forEach(knock -> knock.from().engine.onConnectFailed(knock.key(), CarrierDownReason.RESET, nowNs));
    }

    /** Dials under way fail. */
    void failDials() {
        final List<Dial> failed = List.copyOf(pending);
        pending.clear();
        failed.forEach(dial -> dial.from().engine.onConnectFailed(dial.key(), CarrierDownReason.RESET, nowNs));
    }

    Link lastLink() {
        return links.get(links.size() - 1);
    }

    int step() {
        nowNs += STEP_NS;
        doWhatIsPlanned();
        connect();
        for (final Link link : links) {
            accept(link);
            link.dialed.transfer(maxTransfer);
            link.accepted.transfer(maxTransfer);
            if (random.nextInt(4) == 0) {
                link.dialed.acknowledge();
                link.accepted.acknowledge();
            }
            tellDown(link);
        }
        links.removeIf(Link::isOver);
        int work = 0;
        for (final TestNode node : nodes) {
            work += node.engine.poll(nowNs);
            for (int i = 0; i < node.engine.paths.size(); i++) {
                WaitingPaths.check(node.engine.paths.path(i));
            }
        }
        requireNoBreach();
        return work;
    }

    private void requireNoBreach() {
        history.violation().ifPresent(breach -> {
            throw new AssertionError(breach);
        });
    }

    /** Everything that checked sockets sent comes, as promised. */
    void complete(final List<CheckedSocket> receivers) {
        until(() -> {
            receivers.forEach(socket -> socket.poll(100));
            return history.outstanding() == 0;
        });
        requireNoBreach();
        history.requireComplete();
    }

    private void connect() {
        for (int i = pending.size() - 1; i >= 0; i--) {
            final Dial dial = pending.get(i);
            if (dial.dueNs() <= nowNs) {
                pending.remove(i);
                establish(dial);
            }
        }
    }

    private void establish(final Dial dial) {
        final TestNode to = find(dial.key());
        if (to == null || isRefusing) {
            dial.from().engine.onConnectFailed(dial.key(), refusal, nowNs);
            return;
        }
        if (dial.isKnock()) {
            to.engine.onKnock(to.keyOf(dial.from().address, dial.key().lane(), dial.key().index()), nowNs);
            dial.from().engine.onConnectFailed(dial.key(), CarrierDownReason.RESET, nowNs);
            return;
        }
        final MemoryCarrier carrier = MemoryCarrier.pair(maxChunkLength, maxInFlight);
        links.add(new Link(dial.from(), to, carrier, dial.key().index()));
        dial.from().engine.onCarrierUp(dial.key(), carrier, true, nowNs);
    }

    private TestNode find(final PathKey key) {
        for (final TestNode node : nodes) {
            if (node.address.high() == key.remoteHigh() && node.address.low() == key.remoteLow()) {
                return node;
            }
        }
        return null;
    }

    /** As a node's acceptor does: the first 48 octets tell the lane. */
    private void accept(final Link link) {
        if (!link.isAccepted && link.accepted.receivedLength() >= OpenerMessage.LENGTH) {
            link.isAccepted = true;
            final int lane = OpenerMessage.laneOf(link.accepted.firstReceived());
            final RdsAddress remote = link.dialer.address;
            link.acceptor.engine.onCarrierUp(
                link.acceptor.keyOf(remote, Math.max(0, lane), link.index), link.accepted, false, nowNs);
        }
    }

    private void tellDown(final Link link) {
        if (link.dialed.tellDown()) {
            link.dialer.engine.onCarrierDown(link.dialed, CarrierDownReason.RESET, nowNs);
        }
        if (link.isAccepted && link.accepted.tellDown()) {
            link.acceptor.engine.onCarrierDown(link.accepted, CarrierDownReason.RESET, nowNs);
        }
    }

    /** Cuts a random link that is up. */
    boolean cutOne() {
        final List<Link> live = links.stream().filter(link -> !link.dialed.isDown()).toList();
        if (live.isEmpty()) {
            return false;
        }
        live.get(random.nextInt(live.size())).dialed.cut();
        return true;
    }

    /** Steps, and leaps to whatever comes next when a step did nothing. */
    void passTime(final long durationNs) {
        final long endNs = nowNs + durationNs;
        passTimeUntil(() -> nowNs >= endNs);
    }

    void passTimeUntil(final BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (step() == 0 && links.stream().noneMatch(link -> link.dialed.isDown())) {
                final long nextNs = nodes.stream().mapToLong(node -> node.engine.nextDeadlineNs()).min().orElse(Long.MAX_VALUE);
                final long dialsNs = pending.stream().mapToLong(Dial::dueNs).min().orElse(Long.MAX_VALUE);
                nowNs = Math.clamp(Math.min(nextNs, dialsNs) - STEP_NS, nowNs, nowNs + 1_000_000_000L);
            }
        }
    }

    /** Time passes, and no engine comes round. */
    void leap(final long durationNs) {
        nowNs += durationNs;
    }

    /** Time in which nothing happens. */
    void skip(final long durationNs) {
        nowNs += durationNs;
        step();
    }

    void steps(final int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    void until(final BooleanSupplier condition) {
        for (int i = 0; i < 2_000_000; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            step();
        }
        throw new AssertionError("never happened");
    }
}
