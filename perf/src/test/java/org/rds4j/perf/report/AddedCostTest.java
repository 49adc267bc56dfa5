package org.rds4j.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

class AddedCostTest {
    private static Measurement.Rtt rtt(final String label, final boolean encrypted, final long ns) {
        return Samples.rtt(new SubjectDescription(label, label, encrypted, "net_ring", "mode", "threads"), 64, ns);
    }

    private static List<Measurement> run(final long plain, final long encrypted, final long tcp, final long tls) {
        return List.of(rtt("rds-plain", false, plain), rtt("rds", true, encrypted), rtt("rds-background", true, 99_000),
            rtt("kernel-tcp", false, tcp), rtt("kernel-tls", true, tls));
    }

    @ParameterizedTest
    @CsvSource({"2500, 3500, 10000, 14500, true", "2500, 3700, 10000, 14500, false", "2500, 4600, 10000, 24500, false",
        "2500, 2400, 10000, 14500, true", "2500, 2600, 10000, 9900, false"})
    void shouldHoldBothBoundsOrSayThatOneIsMissed(
        final long plain, final long encrypted, final long tcp, final long tls, final boolean holds) {
        final AddedCost cost = AddedCost.of(run(plain, encrypted, tcp, tls)).orElseThrow();
        assertEquals(holds, cost.holds(), cost.line());
        assertEquals(!holds, cost.line().endsWith("MISSED."));
    }

    @Test
    void shouldSayFiguresAndBounds() {
        final AddedCost cost = AddedCost.of(run(2_500, 3_500, 10_000, 14_500)).orElseThrow();
        assertEquals("Encryption adds 1.00 us to the median round trip of 64 B (bound 2.00 us) and 4.50 us to the kernel's: "
            + "0.22 of that (bound 0.25). Both bounds hold.", cost.line());
    }

    @Test
    void shouldSayNothingWhereASubjectOrTheSizeIsMissing() {
        final List<Measurement> all = run(2_500, 3_500, 10_000, 14_500);
        assertTrue(AddedCost.of(all.subList(0, 4)).isEmpty());
        assertTrue(AddedCost.of(Samples.all()).isEmpty());
    }

    @Test
    void shouldStandInTheReport() throws IOException {
        final MachineDescription machine = new MachineDescription("processor", "system", "runtime", List.of(), 0);
        final String with = HtmlReport.page(run(2_500, 3_500, 10_000, 14_500), machine, Instant.EPOCH);
        assertTrue(with.contains("<p>Encryption adds 1.00 us"));
        assertFalse(HtmlReport.page(Samples.all(), machine, Instant.EPOCH).contains("Encryption adds"));
    }
}
