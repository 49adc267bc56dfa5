package org.rds4j.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
    private static final Pattern IMAGE = Pattern.compile("data:image/svg\\+xml;base64,([A-Za-z0-9+/=]+)");

    private static final String RDS_COLOUR = "rgb(0,114,178)";
    private static final String KERNEL_TCP_COLOUR = "rgb(127,184,216)";

    @TempDir
    private Path directory;

    @Test
    void shouldStandAlone() throws IOException {
        final String page = written();
        assertFalse(Pattern.compile("(src|href)=\"(https?:)?//").matcher(page).find(), "asks the network");
        assertFalse(page.contains("{{"), "a placeholder is left");
        assertFalse(page.contains("<script"));
        assertTrue(Files.exists(directory.resolve("sub/results.json")));
        assertTrue(page.contains("href=\"results.json\""));
    }

    @Test
    void shouldHoldEveryPlotWithEverySubjectInIt() throws IOException {
        final List<String> images = IMAGE.matcher(written()).results()
            .map(found -> new String(Base64.getDecoder().decode(found.group(1)), StandardCharsets.UTF_8)).toList();
        assertEquals(6, images.size(), "two by size, two of throughput, one by percentile for each of two sizes");
        for (final String image : images) {
            assertTrue(image.contains("<svg"));
            assertTrue(image.contains(RDS_COLOUR) && image.contains(KERNEL_TCP_COLOUR), "a subject is missing");
        }
    }

    @Test
    void shouldHoldTablesMachineAndThreadLayout() throws IOException {
        final String page = written();
        assertTrue(page.contains("<td>3.00x kernel-tcp</td>"));
        assertTrue(page.contains("client &lt;and&gt; server"));
        assertTrue(page.contains("some processor"));
        assertTrue(page.contains("2026-01-02T03:04:05Z"));
    }

    private String written() throws IOException {
        final MachineDescription machine = new MachineDescription("some processor", "some system", "some runtime",
            List.of("-Xmx1g"), 0.5);
        return Files.readString(HtmlReport.write(
            directory.resolve("sub"), Samples.all(), machine, Instant.parse("2026-01-02T03:04:05.678Z")));
    }
}
