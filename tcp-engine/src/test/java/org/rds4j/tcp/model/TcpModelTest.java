package org.rds4j.tcp.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is lost, doubled, delayed or damaged: every rule holds at every event, and the streams arrive whole. */
class TcpModelTest {
    /** Trials of each block of seeds; {@code -Drds.model.trials} asks for more. */
    private static final int TRIALS = Integer.getInteger("rds.model.trials", 150);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void shouldKeepEveryRuleWhateverTheWireDoes(final int block) {
        for (int i = 0; i < TRIALS; i++) {
            final Trial trial = Trial.of(1_000_000L * block + i);
            if (TrialRun.violationOf(trial) != null) {
                final Trial shortest = Shrinker.shrink(trial, candidate -> TrialRun.violationOf(candidate) != null);
                fail(TrialRun.violationOf(shortest) + "\n" + shortest);
            }
        }
    }

    @Test
    void shouldRepeatARunExactly() {
        final Trial trial = Trial.of(42);
        assertNull(TrialRun.violationOf(trial));
        assertNull(TrialRun.violationOf(Trial.of(42)));
        assertEquals(trial, Trial.of(42));
    }

    @Test
    void shouldShrinkToTheFaultsThatMatter() {
        final Trial trial = Trial.of(7);
        final List<Fault> guilty = List.of(trial.faults().get(3), trial.faults().get(trial.faults().size() - 2));
        final Trial shortest = Shrinker.shrink(trial, candidate -> candidate.faults().containsAll(guilty));
        assertEquals(guilty, shortest.faults());
    }
}
