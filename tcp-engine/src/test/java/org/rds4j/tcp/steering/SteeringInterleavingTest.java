package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.table.FourTuple;

/**
 * What threads do, one step at a time in every order that chance gives: SYNs that come again by any queue, dials, ends, looks for
 * buckets to give up, and a table that is rewritten at any of them, and in the midst of bursts. No flow is ever two engines'.
 */
class SteeringInterleavingTest {
    private static final int ENGINES = 3;
    private static final int BUCKETS = 4;
    private static final int PEERS = 12;
    private static final int LISTENED = 7000;
    private static final int DIALLED = 40_000;
    private static final int PEER_PORT = 80;
    private static final long REMOTE = 0xffff_0a00_0002L;
    private static final long LOCAL = 0xffff_0a00_0001L;
    private static final int SEEDS = 600;
    private static final int STEPS = 400;
    private static final int REWRITE_ONE_IN = 20;

    private final MultiQueueNic nic =
        new MultiQueueNic(new InMemoryLinkPair(1500, 16, 16).first(), ENGINES, frame -> 0);
    private final List<Member> members = new ArrayList<>();
    private Random random;
    private Steering steering;
    private boolean isRewritten;
    private int delivered;
    private int kept;

    private void open(final long seed) {
        random = new Random(seed);
        members.clear();
        isRewritten = true;
        delivered = 0;
        kept = 0;
        final byte[] key = new byte[40];
        random.nextBytes(key);
        final SteeringTable table =
            new SteeringTable(new ToeplitzHash(key), SteeringTable.evenly(BUCKETS, ENGINES), ENGINES);
        steering = new Steering(nic.queues, table, 1024, 64, random);
        for (int i = 0; i < ENGINES; i++) {
            members.add(new Member(steering.port(i)));
        }
    }

    private void rewrite() {
        steering.table().rewrite(random.ints(BUCKETS, 0, ENGINES).toArray());
    }

    private void rewriteNowAndThen() {
        if (isRewritten && random.nextInt(REWRITE_ONE_IN) == 0) {
            rewrite();
        }
    }

    private void step() {
        final Member member = members.get(random.nextInt(ENGINES));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> deliverSyn();
            case 3, 4, 5 -> member.work();
            case 6 -> member.dial();
            case 7 -> member.end();
            case 8 -> member.port.sweep(0);
            default -> rewriteNowAndThen();
        }
    }

    private void deliverSyn() {
        final ByteBuffer frame = ByteBuffer.allocate(54);
        frame.putShort(12, (short) 0x0800).putShort(14, (short) 0x4500).put(23, (byte) 6);
        frame.putInt(26, (int) REMOTE).putInt(30, (int) LOCAL);
        frame.putShort(34, (short) (1 + random.nextInt(PEERS))).putShort(36, (short) LISTENED).put(47, (byte) 2);
        nic.deliver(random.nextInt(ENGINES), frame.array());
        delivered++;
    }

    @Test
    void shouldNeverGiveAFlowToTwoEngines() {
        int flows = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            open(seed);
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            isRewritten = false;
            for (int i = 0; i < 2 * ENGINES; i++) {
                members.forEach(Member::work);
            }
            assertEquals(delivered, kept, "frames that nobody took, seed " + seed);
            assertTrue(nic.isPoolFull());
            flows += members.stream().mapToInt(member -> member.opened).sum();
        }
        assertTrue(flows > SEEDS * 40, "flows: " + flows);
    }

    /** An engine that keeps a set of flows and nothing else. */
    private final class Member implements EngineFlows {
        private final SteeredPort port;
        private final FrameBurst frames = new FrameBurst(64);
        private final Set<Integer> flows = new HashSet<>();
        private int opened;

        Member(final SteeredPort port) {
            this.port = port;
            port.flows(this);
        }

        private static int key(final int remotePort, final int localPort) {
            return remotePort << 16 | localPort;
        }

        void work() {
            port.receiveBurst(frames);
            for (int i = 0; i < frames.count(); i++) {
                rewriteNowAndThen();
                kept++;
                take(UnsafeApi.getByte(frames.address(i) + 35), LISTENED);
            }
            port.release(frames);
        }

        private void take(final int remotePort, final int localPort) {
            final int key = key(remotePort, localPort);
            if (flows.add(key)) {
                opened++;
                port.opened(localPort);
                assertEquals(1, members.stream().filter(member -> member.flows.contains(key)).count(), "engines of a flow");
            }
        }

        void dial() {
            final int localPort = DIALLED + random.nextInt(PEERS);
            if (!flows.contains(key(PEER_PORT, localPort)) && port.claim(0, REMOTE, 0, LOCAL, PEER_PORT, localPort)) {
                rewriteNowAndThen();
                take(PEER_PORT, localPort);
            }
        }

        void end() {
            if (!flows.isEmpty()) {
                final int key = flows.stream().skip(random.nextInt(flows.size())).findFirst().orElseThrow();
                flows.remove(key);
                port.closed(key & 0xffff);
            }
        }

        @Override
        public boolean hasFlow(
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final int remotePort, final int localPort) {
            rewriteNowAndThen();
            return flows.contains(key(remotePort, localPort));
        }

        @Override
        public boolean hasCookie(
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final int remotePort, final int localPort, final int sequence, final int acknowledgement) {
            return false;
        }

        @Override
        public long cookiesExpireNs() {
            return Long.MIN_VALUE / 2;
        }

        @Override
        public void forEachFlow(final Consumer<FourTuple> action) {
            rewriteNowAndThen();
            final FourTuple tuple = new FourTuple();
            for (final int key : flows) {
                tuple.tuple(0, REMOTE, 0, LOCAL, key >>> 16, key & 0xffff);
                action.accept(tuple);
            }
            rewriteNowAndThen();
        }
    }
}
