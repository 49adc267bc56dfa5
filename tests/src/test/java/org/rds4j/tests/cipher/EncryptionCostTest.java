package org.rds4j.tests.cipher;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.perf.baseline.KernelSubject;
import org.rds4j.perf.load.LoadPlan;
import org.rds4j.perf.load.LoadRunner;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.TimeBudget;
import org.rds4j.perf.report.AddedCost;
import org.rds4j.perf.stack.RdsSubject;

/**
 * What encryption adds to the median round trip of 64 octets, and to the kernel's, measured in turns. Other work of the machine
 * only ever adds: so the least median of each over several turns counts, and more turns are taken where it was never quiet.
 */
@Timeout(180)
class EncryptionCostTest {
    private static final int LEAST_TURNS = 6;
    private static final int MOST_TURNS = 24;
    private static final TimeBudget BUDGET = new TimeBudget(2_400_000_000L, 600_000_000L, 1);
    private static final LoadPlan PLAN = new LoadPlan(List.of(AddedCost.BOUNDED_SIZE), List.of(), BUDGET, 0);

    private final long[] leastNs = new long[4];

    @Test
    void shouldAddLittleToARoundTrip() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        Arrays.fill(leastNs, Long.MAX_VALUE);
        final List<Subject> subjects = new ArrayList<>();
        try {
            for (final SubjectFactory factory
                : List.of(RdsSubject.encrypted(), RdsSubject.plaintext(), KernelSubject.tls(), KernelSubject.tcp())) {
                subjects.add(factory.open());
            }
            for (int turn = 0; turn < LEAST_TURNS || (turn < MOST_TURNS && !cost().holds()); turn++) {
                measure(subjects);
            }
        } finally {
            CloseHelper.closeAll(subjects);
        }
        System.out.println(Arrays.toString(leastNs) + " ns: " + cost().line());
        assertTrue(cost().holds(), cost().line());
    }

    private void measure(final List<Subject> subjects) {
        final List<Measurement> found =
            new LoadRunner(PLAN, subjects, (done, total, what) -> { }, SystemNanoClock.INSTANCE).run();
        for (int i = 0; i < leastNs.length; i++) {
            leastNs[i] = Math.min(leastNs[i], ((Measurement.Rtt) found.get(i)).atPercentile(50));
        }
    }

    private AddedCost cost() {
        return new AddedCost("rds", AddedCost.BOUNDED_SIZE, leastNs[0] - leastNs[1], leastNs[2] - leastNs[3]);
    }
}
