package org.rds4j.perf.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import org.rds4j.perf.load.Measurement;

/** The flat JSON list: one object per measurement, one line per object. */
public final class JsonReport {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonReport() {
    }

    /**
     * Writes the list, over what the file held.
     *
     * @param file         to write.
     * @param measurements borrowed.
     * @throws IOException if the file cannot be written.
     */
    public static void write(final Path file, final List<Measurement> measurements) throws IOException {
        Files.writeString(file, text(measurements));
    }

    static String text(final List<Measurement> measurements) throws JsonProcessingException {
        final StringJoiner lines = new StringJoiner(",\n", "[\n", "\n]\n");
        for (final Measurement measurement : measurements) {
            lines.add(MAPPER.writeValueAsString(ResultRow.of(measurement)));
        }
        return lines.toString();
    }
}
