package org.rds4j.perf.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

/** Measurements with numbers that are easy to check. */
final class Samples {
    static final SubjectDescription RDS =
        new SubjectDescription("rds", "rds", false, "net_ring", "invoker", "both nodes on one thread");
    static final SubjectDescription RDS_ENCRYPTED =
        new SubjectDescription("rds-encrypted", "rds", true, "net_ring", "invoker", "encryption on a second thread");
    static final SubjectDescription KERNEL_TCP =
        new SubjectDescription("kernel-tcp", "kernel-tcp", false, "loopback", "two-threads", "client <and> server");
    static final SubjectDescription KERNEL_TLS =
        new SubjectDescription("kernel-tls", "kernel-tls", true, "loopback", "two-threads", "client and server");

    private Samples() {
    }

    static List<Measurement> all() {
        return List.of(rtt(RDS, 64, 4_000), rtt(RDS_ENCRYPTED, 64, 10_000), rtt(KERNEL_TCP, 64, 12_000),
            rtt(KERNEL_TLS, 64, 5_000), rtt(RDS, 16384, 20_000), rtt(KERNEL_TCP, 16384, 30_000),
            stream(RDS, 1000, 300), stream(RDS_ENCRYPTED, 1000, 80), stream(KERNEL_TCP, 1000, 200),
            stream(KERNEL_TLS, 1000, 100));
    }

    /** Round trips of which 99 in 100 take a time and the others ten times that. */
    static Measurement.Rtt rtt(final SubjectDescription subject, final int size, final long ns) {
        final Histogram histogram = new Histogram(60_000_000_000L, 3);
        histogram.recordValueWithCount(ns, 990);
        histogram.recordValueWithCount(10 * ns, 10);
        return new Measurement.Rtt(subject, size, 0, histogram);
    }

    /** Duty cycles of 20 and, one in a hundred, 50 ns. */
    static Measurement.IdlePeers idlePeers(final int peers) {
        final List<Measurement.Round> slices = new ArrayList<>(Collections.nCopies(99, new Measurement.Round(1_000, 20_000)));
        slices.add(new Measurement.Round(1_000, 50_000));
        return new Measurement.IdlePeers(RDS, peers, 1_500, 8_400, slices);
    }

    /** Batches of 100 records of which each but one in a hundred takes a time. */
    static Measurement.Records records(final String library, final String mode, final boolean isSealing, final long ns) {
        final List<Measurement.Round> batches = new ArrayList<>(Collections.nCopies(99, new Measurement.Round(100, 100 * ns)));
        batches.add(new Measurement.Round(100, 500 * ns));
        return new Measurement.Records(
            new SubjectDescription(library, library, true, "memory", mode, "a thread"), 16384, isSealing, batches);
    }

    static Measurement.Throughput stream(final SubjectDescription subject, final int size, final long perMilli) {
        return new Measurement.Throughput(subject, size, List.of(
            new Measurement.Round(perMilli * 90, 100_000_000), new Measurement.Round(perMilli * 110, 100_000_000)));
    }
}
