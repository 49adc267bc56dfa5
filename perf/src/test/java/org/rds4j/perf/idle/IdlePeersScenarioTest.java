package org.rds4j.perf.idle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.perf.load.Measurement;

class IdlePeersScenarioTest {
    @Test
    void shouldFindMemoryForEachPeerAndNoTime() {
        final List<String> steps = new ArrayList<>();
        final List<Measurement.IdlePeers> found =
            new IdlePeersScenario((done, total, what) -> steps.add(done + "/" + total), 200_000_000L, 200_000_000L).run().stream()
                .map(Measurement.IdlePeers.class::cast).toList();
        assertEquals(List.of(10, 100, 1_000), found.stream().map(Measurement.IdlePeers::size).toList());
        assertEquals(List.of("0/5", "1/5", "2/5", "3/5", "4/5"), steps);
        for (final Measurement.IdlePeers idle : found) {
            assertTrue(idle.heapPerPeer() > 200 && idle.heapPerPeer() < 4_096, idle.heapPerPeer() + " octets of the heap");
            assertTrue(idle.directPerPeer() >= CongestionMaps.MAP_LENGTH, "a map each, but " + idle.directPerPeer());
            assertTrue(idle.directPerPeer() < CongestionMaps.MAP_LENGTH + 512, idle.directPerPeer() + " octets");
        }
        final ToDoubleFunction<Measurement.IdlePeers> cost = idle -> idle.nsPerCycle(25);
        final double ratio = cost.applyAsDouble(found.getLast()) / cost.applyAsDouble(found.getFirst());
        assertTrue(ratio < 1.5, "a duty cycle takes " + ratio + " times as long");
    }

    @Test
    void shouldLeaveTheEngineWithoutWork() {
        final SilentPeer[] peers = new SilentPeer[3];
        final UnsafeBuffer says = new UnsafeBuffer(ByteBuffer.allocateDirect(SilentPeer.SAYS_LENGTH));
        for (int i = 0; i < peers.length; i++) {
            peers[i] = new SilentPeer(says);
        }
        final IdleEngine engine = new IdleEngine(peers);
        engine.meetAll();
        assertEquals(0, engine.cycles(1_000));
    }
}
