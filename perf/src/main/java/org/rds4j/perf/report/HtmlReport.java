package org.rds4j.perf.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.internal.chartpart.Chart;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

/**
 * A page that needs nothing but itself: the plots stand in it as images. Beside it lies the JSON list of the same run.
 */
public final class HtmlReport {
    private static final String PAGE = "index.html";
    private static final String LIST = "results.json";
    private static final String TEMPLATE = "report.html";

    private HtmlReport() {
    }

    /**
     * Writes {@value #PAGE} and {@value #LIST}, over what was there.
     *
     * @param directory    to write into; made if it is not there.
     * @param measurements borrowed.
     * @param machine      on which they were made.
     * @param made         when.
     * @return the page.
     * @throws IOException if something cannot be written.
     */
    public static Path write(final Path directory, final List<Measurement> measurements, final MachineDescription machine,
        final Instant made) throws IOException {
        Files.createDirectories(directory);
        JsonReport.write(directory.resolve(LIST), measurements);
        return Files.writeString(directory.resolve(PAGE), page(measurements, machine, made));
    }

    static String page(final List<Measurement> measurements, final MachineDescription machine, final Instant made)
        throws IOException {
        String page = template();
        for (final Map.Entry<String, String> part : Map.of(
            "made", escape(made.truncatedTo(ChronoUnit.SECONDS).toString()),
            "machine", machine(machine),
            "subjects", subjects(measurements),
            "plots", plots(measurements),
            "tables", Table.of(measurements).stream().map(HtmlReport::table).collect(Collectors.joining("\n"))
                + AddedCost.of(measurements).map(cost -> "\n<p>" + escape(cost.line()) + "</p>").orElse(""),
            "list", LIST).entrySet()) {
            page = page.replace("{{" + part.getKey() + "}}", part.getValue());
        }
        return page;
    }

    private static String template() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String machine(final MachineDescription machine) {
        return definition("Processor", machine.processor()) + definition("System", machine.system())
            + definition("Java", machine.runtime()) + definition("JVM flags", String.join(" ", machine.flags()))
            + definition("Load before the run", Double.toString(machine.load()));
    }

    private static String definition(final String term, final String text) {
        return "<dt>" + term + "</dt><dd>" + escape(text) + "</dd>\n";
    }

    private static String subjects(final List<Measurement> measurements) {
        return measurements.stream().map(Measurement::subject).distinct().map(HtmlReport::subject)
            .collect(Collectors.joining("\n"));
    }

    private static String subject(final SubjectDescription subject) {
        return row("td", List.of(subject.label(), subject.encrypted() ? "encrypted" : "plaintext", subject.link(),
            subject.mode(), subject.threads()));
    }

    private static String plots(final List<Measurement> measurements) throws IOException {
        final StringBuilder out = new StringBuilder();
        for (final Map.Entry<String, Chart<?, ?>> plot : new Plots(measurements).charts().entrySet()) {
            final String image = Base64.getEncoder().encodeToString(Plots.svg(plot.getValue()).getBytes(StandardCharsets.UTF_8));
            out.append("<figure><figcaption>").append(escape(plot.getKey())).append("</figcaption><img alt=\"")
                .append(escape(plot.getKey())).append("\" src=\"data:image/svg+xml;base64,").append(image)
                .append("\"></figure>\n");
        }
        return out.toString();
    }

    private static String table(final Table table) {
        return "<h3>" + escape(table.title()) + "</h3>\n<table>\n<thead>" + row("th", table.columns()) + "</thead>\n<tbody>\n"
            + table.rows().stream().map(cells -> row("td", cells)).collect(Collectors.joining("\n")) + "\n</tbody>\n</table>";
    }

    private static String row(final String tag, final List<String> cells) {
        return cells.stream().map(cell -> "<" + tag + ">" + escape(cell) + "</" + tag + ">")
            .collect(Collectors.joining("", "<tr>", "</tr>"));
    }

    private static String escape(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
