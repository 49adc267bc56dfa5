package org.rds4j.perf.aead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.report.ResultRow;
import org.rds4j.perf.report.Table;

class AeadScenarioTest {
    private static final List<Integer> SIZES = List.of(64, 4096);

    @Test
    void shouldMeasureEachLibraryAndTheEncryptionThreadInBothDirections() {
        final List<String> steps = new ArrayList<>();
        final List<Measurement> found = new AeadScenario(
            SIZES, (done, total, what) -> steps.add(done + "/" + total), 20_000_000L, 10_000_000L, 2).run();
        assertEquals(List.of("0/2", "1/2"), steps);
        final Set<String> rows = new HashSet<>();
        for (final Measurement each : found) {
            final Measurement.Records records = (Measurement.Records) each;
            assertTrue(records.gigabitsPerSecond() > 0, records.toString());
            final ResultRow row = ResultRow.of(each);
            assertTrue(rows.add(row.subject() + " " + row.mode() + " " + row.size()), row.toString());
        }
        final List<AeadProvider> libraries = AeadProviders.all().stream().filter(AeadProvider::isAvailable).toList();
        for (final int size : SIZES) {
            for (final String direction : List.of("seal", "open")) {
                libraries.forEach(library -> assertTrue(rows.contains(library.name() + " raw-" + direction + " " + size)));
                assertTrue(rows.stream().anyMatch(row -> row.endsWith(" thread-" + direction + " " + size)), rows.toString());
            }
        }
    }

    @Test
    void shouldUseInTheThreadOneOfTheLibrariesMeasuredAlone() {
        final List<Measurement> found =
            new AeadScenario(List.of(512), (done, total, what) -> { }, 1_000_000L, 1_000_000L, 1).run();
        final Set<String> raw = names(found, "raw");
        final Set<String> chosen = names(found, "thread");
        assertEquals(1, chosen.size());
        assertTrue(raw.stream().anyMatch(name -> chosen.iterator().next().contains(name)), chosen + " among " + raw);
        final List<List<String>> cells = Table.of(found).getFirst().rows();
        assertEquals(found.size(), cells.size());
        assertTrue(cells.stream().anyMatch(row -> row.getLast().equals("1.00")), cells.toString());
    }

    private static Set<String> names(final List<Measurement> found, final String mode) {
        return found.stream().map(Measurement::subject).filter(subject -> subject.mode().equals(mode))
            .map(subject -> subject.name()).collect(Collectors.toSet());
    }
}
