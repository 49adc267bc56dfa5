package org.rds4j.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.perf.Near.assertNear;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.perf.load.Measurement;

class JsonReportTest {
    private static final List<String> KEYS = List.of("subject", "encrypted", "link", "mode", "metric", "size", "p50_ns",
        "p99_ns", "p999_ns", "msgs_per_s", "gbit_per_s");

    @TempDir
    private Path directory;

    @Test
    void shouldHaveExactlyTheAgreedKeysInEachObject() throws IOException {
        final JsonNode list = written(Samples.all());
        assertTrue(list.isArray());
        assertEquals(10, list.size());
        for (final JsonNode row : list) {
            assertEquals(KEYS, row.properties().stream().map(Map.Entry::getKey).toList());
        }
    }

    @Test
    void shouldGiveRoundTripsTheirPercentilesAndNullForTheRest() throws IOException {
        final JsonNode row = written(List.of(Samples.rtt(Samples.RDS_ENCRYPTED, 64, 10_000))).get(0);
        assertEquals("rds", row.get("subject").textValue());
        assertTrue(row.get("encrypted").booleanValue());
        assertEquals("net_ring", row.get("link").textValue());
        assertEquals("invoker", row.get("mode").textValue());
        assertEquals("rtt", row.get("metric").textValue());
        assertEquals(64, row.get("size").intValue());
        assertNear(10_000, row.get("p50_ns").longValue(), 10);
        assertNear(10_000, row.get("p99_ns").longValue(), 10);
        assertNear(100_000, row.get("p999_ns").longValue(), 100);
        assertTrue(row.get("msgs_per_s").isNull());
        assertTrue(row.get("gbit_per_s").isNull());
    }

    @Test
    void shouldGiveStreamsTheirRatesAndNullForTheRest() throws IOException {
        final JsonNode row = written(List.of(Samples.stream(Samples.KERNEL_TCP, 1000, 200))).get(0);
        assertEquals("kernel-tcp", row.get("subject").textValue());
        assertEquals("throughput", row.get("metric").textValue());
        assertEquals(200_000, row.get("msgs_per_s").doubleValue(), 1e-6);
        assertEquals(1.6, row.get("gbit_per_s").doubleValue(), 1e-9);
        assertTrue(row.get("p50_ns").isNull());
        assertTrue(row.get("p99_ns").isNull());
        assertTrue(row.get("p999_ns").isNull());
    }

    @Test
    void shouldTellMemoryOfIdlePeersOnly() throws IOException {
        final JsonNode row = written(List.of(Samples.idlePeers(100))).get(0);
        assertEquals("idle-peers", row.get("metric").textValue());
        assertEquals(100, row.get("size").intValue());
        assertEquals(20, row.get("p50_ns").longValue());
        assertEquals(50, row.get("p999_ns").longValue());
        assertEquals(1_500, row.get("heap_per_peer").longValue());
        assertEquals(8_400, row.get("direct_per_peer").longValue());
        assertTrue(row.get("msgs_per_s").isNull());
    }

    @Test
    void shouldTellWhatWasDoneWithRecords() throws IOException {
        final JsonNode list =
            written(List.of(Samples.records("a", "raw", true, 1_000), Samples.records("a", "thread", false, 2_000)));
        assertEquals(KEYS, list.get(0).properties().stream().map(Map.Entry::getKey).toList());
        assertEquals("raw-seal", list.get(0).get("mode").textValue());
        assertEquals("aead", list.get(0).get("metric").textValue());
        assertEquals(1_000, list.get(0).get("p50_ns").longValue());
        assertEquals(5_000, list.get(0).get("p999_ns").longValue());
        assertEquals("thread-open", list.get(1).get("mode").textValue());
        assertEquals(65.536, list.get(1).get("gbit_per_s").doubleValue(), 1e-9);
    }

    @Test
    void shouldTellAFixedRateFromTheClosedLoop() throws IOException {
        final Histogram histogram = new Histogram(60_000_000_000L, 3);
        histogram.recordValue(1_000);
        final JsonNode row = written(List.of(new Measurement.Rtt(Samples.KERNEL_TCP, 64, 10_000, histogram))).get(0);
        assertEquals("two-threads@10000/s", row.get("mode").textValue());
    }

    private JsonNode written(final List<Measurement> measurements) throws IOException {
        final Path file = directory.resolve("out.json");
        JsonReport.write(file, measurements);
        return new ObjectMapper().readTree(Files.readString(file));
    }
}
