package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.agent.LaneOrder;
import org.rds4j.qos.classify.QosConfiguration;

/** Lanes of the default configuration: 0 is in the high table, 1, 2 and 3 share the low one. */
class RecordArbiterTest {
    private static final int RECORD = 16_406;

    private final QosConfiguration qos = QosConfiguration.defaults();
    private final RecordArbiter arbiter = new RecordArbiter(qos, () -> 0);
    private final int[] waiting = new int[qos.laneCount()];
    private final LaneOrder.LaneHeads heads = new LaneOrder.LaneHeads() {
        @Override
        public int laneCount() {
            return waiting.length;
        }

        @Override
        public int length(final int lane) {
            return waiting[lane];
        }
    };

    private int serve() {
        final int lane = arbiter.next(heads);
        if (lane != LaneOrder.NONE) {
            arbiter.onServed(lane, waiting[lane]);
        }
        return lane;
    }

    @Test
    void shouldServeTheUrgentLaneNextWhateverElseWaits() {
        waiting[3] = RECORD;
        waiting[2] = RECORD;
        for (int i = 0; i < 100; i++) {
            serve();
            waiting[0] = 150;
            assertEquals(0, serve());
            waiting[0] = 0;
        }
    }

    @Test
    void shouldShareAmongTheOthersAsFramesDo() {
        final int[] served = new int[waiting.length];
        Arrays.fill(waiting, 1, waiting.length, RECORD);
        for (int i = 0; i < 20_000; i++) {
            served[serve()]++;
        }
        final int[] weights = new int[waiting.length];
        qos.low().forEach(entry -> weights[entry.lane()] += entry.weight());
        final int all = Arrays.stream(weights).sum();
        for (int lane = 1; lane < waiting.length; lane++) {
            assertEquals((double) weights[lane] / all, served[lane] / 20_000.0, 0.01, "lane " + lane);
        }
    }

    @Test
    void shouldSayWhenNothingWaits() {
        assertEquals(LaneOrder.NONE, serve());
        waiting[2] = 1;
        assertEquals(2, serve());
    }

    @Test
    void shouldServeALaneOfWhichTheTablesSayNothing() {
        final RecordArbiter other = new RecordArbiter(QosConfiguration.builder().lanes(5).build(), () -> 0);
        final LaneOrder.LaneHeads onlyTheLast = new LaneOrder.LaneHeads() {
            @Override
            public int laneCount() {
                return 5;
            }

            @Override
            public int length(final int lane) {
                return lane == 4 ? 100 : 0;
            }
        };
        assertEquals(4, other.next(onlyTheLast));
        other.onServed(4, 100);
        assertEquals(4, other.next(onlyTheLast));
    }
}
