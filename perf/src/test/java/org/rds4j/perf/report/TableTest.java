package org.rds4j.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void shouldCompareEachSubjectWithTheKernelThatDoesTheSame() {
        final String text = Table.of(Samples.all()).getFirst().text();
        assertEquals("3.00x kernel-tcp", lastCell(text, "rds ", "64 B"));
        assertEquals("0.50x kernel-tls", lastCell(text, "rds-encrypted ", "64 B"));
        assertEquals("1.50x kernel-tcp", lastCell(text, "rds ", "16 KiB"));
    }

    @Test
    void shouldCompareRatesTheOtherWayRound() {
        final String text = Table.of(Samples.all()).get(1).text();
        assertEquals("1.50x kernel-tcp", lastCell(text, "rds ", "1000 B"));
        assertEquals("0.80x kernel-tls", lastCell(text, "rds-encrypted ", "1000 B"));
    }

    @Test
    void shouldShowPercentilesInMicrosecondsAndRatesWithTheirSpread() {
        final List<Table> tables = Table.of(Samples.all());
        assertEquals(List.of("64 B", "rds", "4.00", "4.00", "40.0"), shortened(tables.get(0).rows().getFirst()));
        assertEquals(List.of("1000 B", "rds", "300,000", "2.400", "20 %", "1.50x kernel-tcp"), tables.get(1).rows().getFirst());
    }

    @Test
    void shouldShowWhatIdlePeersCost() {
        final Table table = Table.of(List.of(Samples.idlePeers(1_000))).getFirst();
        assertEquals(List.of("1,000", "rds", "1,500", "8,400", "20.0", "20.0"), table.rows().getFirst());
    }

    @Test
    void shouldCompareRecordsWithTheFastestLibraryInTheSameDirection() {
        final List<List<String>> rows = Table.of(List.of(
            Samples.records("a", "raw", true, 1_000), Samples.records("b", "raw", true, 2_000),
            Samples.records("b", "thread", true, 1_250), Samples.records("a", "raw", false, 800))).getFirst().rows();
        assertEquals(List.of("16 KiB", "a", "seal", "131.1", "1,000,000", "1000.0", "1000.0", "1.00"), rows.getFirst());
        assertEquals(List.of("1.00", "0.50", "0.80", "1.00"), rows.stream().map(List::getLast).toList());
    }

    @Test
    void shouldLeaveTheComparisonOutWhereThereIsNothingToCompareWith() {
        final String text = Table.of(List.of(Samples.rtt(Samples.RDS, 64, 1_000))).getFirst().text();
        assertTrue(text.lines().skip(2).noneMatch(line -> line.contains("kernel")), text);
    }

    @Test
    void shouldSayWhichLoopWasMeasured() {
        assertTrue(Table.of(Samples.all()).getFirst().title().contains("closed loop"));
    }

    @Test
    void shouldAlignItsColumns() {
        final List<String> lines = Table.of(Samples.all()).getFirst().text().lines().skip(1).toList();
        final int column = lines.getFirst().indexOf("subject");
        assertTrue(lines.stream().allMatch(line -> line.charAt(column) != ' ' && line.charAt(column - 1) == ' '));
    }

    @Test
    void shouldTellProgressOncePerScenarioWhereThereIsNoTerminal() {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final ProgressLine progress = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
        progress.onCell(0, 4, "a");
        progress.onCell(1, 4, "b");
        progress.onCell(2, 4, "a");
        progress.clear();
        assertEquals(List.of("  0 %  a", " 25 %  b"), bytes.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private static List<String> shortened(final List<String> row) {
        return List.of(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4).substring(0, 4));
    }

    private static String lastCell(final String text, final String subject, final String size) {
        final String line = text.lines().filter(l -> l.contains("  " + size + "  " + subject)).findFirst().orElseThrow();
        return line.substring(line.lastIndexOf("  ") + 2);
    }
}
