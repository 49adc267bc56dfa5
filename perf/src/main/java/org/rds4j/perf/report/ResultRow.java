package org.rds4j.perf.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

/**
 * One measurement as the JSON list has it: exactly these keys, null where a key does not apply to the metric. The last two are
 * there for {@code idle-peers} only.
 *
 * @param subject   {@code rds} for this stack, the baseline's name otherwise; for {@code aead} the library.
 * @param encrypted whether the bytes on the link were ciphertext.
 * @param link      what carried the frames.
 * @param mode      the thread layout in a word; a round-trip time at a fixed rate adds {@code @rate/s}, {@code aead}
 *                  what was done.
 * @param metric    {@code rtt}, {@code throughput}, {@code tcp}, {@code idle-peers} or {@code aead}.
 * @param size      octets of each message; for {@code tcp} of each segment's payload, and a message is a segment; for
 *                  {@code idle-peers} how many there are; for {@code aead} of each record's content, and a message is a record.
 * @param p50Ns     median of the round-trip time in nanoseconds; for {@code tcp} of the thread's time for one segment, for
 *                  {@code idle-peers} for a duty cycle, for {@code aead} for a record.
 * @param p99Ns     its 99th percentile.
 * @param p999Ns    its 99.9th percentile.
 * @param msgsPerS  messages delivered per second.
 * @param gbitPerS  payload bits delivered per second, in units of 10^9.
 * @param heap      octets of the heap for each peer.
 * @param direct    octets outside the heap for each peer.
 */
@JsonPropertyOrder({"subject", "encrypted", "link", "mode", "metric", "size", "p50_ns", "p99_ns", "p999_ns", "msgs_per_s",
    "gbit_per_s", "heap_per_peer", "direct_per_peer"})
public record ResultRow(
    @JsonProperty("subject") String subject,
    @JsonProperty("encrypted") boolean encrypted,
    @JsonProperty("link") String link,
    @JsonProperty("mode") String mode,
    @JsonProperty("metric") String metric,
    @JsonProperty("size") int size,
    @JsonProperty("p50_ns") Long p50Ns,
    @JsonProperty("p99_ns") Long p99Ns,
    @JsonProperty("p999_ns") Long p999Ns,
    @JsonProperty("msgs_per_s") Double msgsPerS,
    @JsonProperty("gbit_per_s") Double gbitPerS,
    @JsonProperty("heap_per_peer") @JsonInclude(JsonInclude.Include.NON_NULL) Long heap,
    @JsonProperty("direct_per_peer") @JsonInclude(JsonInclude.Include.NON_NULL) Long direct) {

    /**
     * The row of a measurement.
     *
     * @param measurement borrowed.
     * @return its row.
     */
    public static ResultRow of(final Measurement measurement) {
        final SubjectDescription subject = measurement.subject();
        return switch (measurement) {
            case Measurement.Rtt rtt -> new ResultRow(subject.name(), subject.encrypted(), subject.link(), mode(rtt),
                rtt.metric().label(), rtt.size(), rtt.atPercentile(50), rtt.atPercentile(99), rtt.atPercentile(99.9), null, null,
                null, null);
            case Measurement.Throughput stream -> new ResultRow(subject.name(), subject.encrypted(), subject.link(),
                subject.mode(), stream.metric().label(), stream.size(), null, null, null, stream.messagesPerSecond(),
                stream.gigabitsPerSecond(), null, null);
            case Measurement.Segments segments -> new ResultRow(subject.name(), subject.encrypted(), subject.link(),
                subject.mode(), segments.metric().label(), segments.size(), Math.round(segments.nsPerSegment(50)),
                Math.round(segments.nsPerSegment(99)), Math.round(segments.nsPerSegment(99.9)), segments.segmentsPerSecond(),
                segments.gigabitsPerSecond(), null, null);
            case Measurement.IdlePeers idle -> new ResultRow(subject.name(), subject.encrypted(), subject.link(), subject.mode(),
                idle.metric().label(), idle.size(), Math.round(idle.nsPerCycle(50)), Math.round(idle.nsPerCycle(99)),
                Math.round(idle.nsPerCycle(99.9)), null, null, idle.heapPerPeer(), idle.directPerPeer());
            case Measurement.Records records -> new ResultRow(subject.name(), subject.encrypted(), subject.link(),
                subject.mode() + "-" + records.direction(), records.metric().label(), records.size(),
                Math.round(records.nsPerRecord(50)), Math.round(records.nsPerRecord(99)), Math.round(records.nsPerRecord(99.9)),
                records.recordsPerSecond(), records.gigabitsPerSecond(), null, null);
        };
    }

    private static String mode(final Measurement.Rtt rtt) {
        final String mode = rtt.subject().mode();
        return rtt.ratePerSecond() == 0 ? mode : mode + "@" + rtt.ratePerSecond() + "/s";
    }
}
