package org.rds4j.perf.tcp;

import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.perf.load.LoadProgress;
import org.rds4j.perf.load.Measurement;
import org.rds4j.tcp.link.LinkOffloads;

/**
 * What TCP costs per segment: one plaintext stream at MTU 1500 over a crossed pair of {@code net_ring} ports, both ends on the
 * calling thread, beside the bare ring with the same copies. Subjects take turns, so that noise of the machine hits all alike,
 * and are measured by the thread's time on the processor, so that other work on the machine does not count as theirs.
 */
public final class TcpScenario {
    private static final int MTU = 1500;
    private static final int FRAMES = 4_096;
    private static final int RING_SIZE = 1_024;
    private static final int HEADERS_LENGTH = 14 + 20 + 32;
    private static final long SLICE_NS = 2_000_000L;
    private static final int TURNS_BETWEEN_LOOKS = 16;

    private final NanoClock clock;
    private final LongSupplier cpuNs;
    private final LoadProgress progress;
    private final long warmUpNs;
    private final long roundNs;
    private final int rounds;

    /**
     * A scenario that has not begun.
     *
     * @param clock    of the engines.
     * @param progress hears of each step.
     * @param warmUpNs unrecorded time of each subject.
     * @param roundNs  recorded time of each subject in each round.
     * @param rounds   how often each subject has its turn.
     */
    public TcpScenario(
        final NanoClock clock, final LoadProgress progress, final long warmUpNs, final long roundNs, final int rounds) {
        this.clock = clock;
        this.cpuNs = ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;
        this.progress = progress;
        this.warmUpNs = warmUpNs;
        this.roundNs = roundNs;
        this.rounds = rounds;
    }

    /**
     * Measures.
     *
     * @return the bare ring first, then TCP in all modes.
     */
    public List<Measurement> run() {
        final List<SegmentSubject> subjects = new ArrayList<>();
        try {
            final DpdkEnvironment environment = DpdkEnvironment.start();
            final RingLink bare = RingLink.open(environment, "perf-bare");
            subjects.add(new BareRing(bare.pair.first(), bare.pair.second(), bare, HEADERS_LENGTH, MTU - 20 - 32));
            subjects.add(stream(environment, "tcp", LinkOffloads.NONE, false));
            subjects.add(stream(environment, "tcp-gso", LinkOffloads.ALL, false));
            subjects.add(stream(environment, "tcp-gro", LinkOffloads.NONE, true));
            subjects.add(stream(environment, "tcp-gso-gro", LinkOffloads.ALL, true));
            return measure(subjects);
        } finally {
            CloseHelper.closeAll(subjects);
        }
    }

    private SegmentSubject stream(
        final DpdkEnvironment environment, final String label, final LinkOffloads offloads, final boolean aggregation) {
        final RingLink link = RingLink.open(environment, label);
        return new TcpStream(label, link.pair.first(), link.pair.second(), link, clock, offloads, aggregation);
    }

    private List<Measurement> measure(final List<SegmentSubject> subjects) {
        final List<List<Measurement.Round>> slices = new ArrayList<>();
        final int steps = subjects.size() * (1 + rounds);
        int step = 0;
        for (final SegmentSubject subject : subjects) {
            progress.onCell(step++, steps, subject.description().label() + " warm-up");
            record(subject, warmUpNs, new ArrayList<>());
            slices.add(new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                progress.onCell(step++, steps, subjects.get(i).description().label());
                record(subjects.get(i), roundNs, slices.get(i));
            }
        }
        final List<Measurement> measurements = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            measurements.add(new Measurement.Segments(
                subjects.get(i).description(), subjects.get(i).segmentSize(), slices.get(i)));
        }
        return measurements;
    }

    private void record(final SegmentSubject subject, final long forNs, final List<Measurement.Round> slices) {
        final long endNs = cpuNs.getAsLong() + forNs;
        long sliceStartNs = cpuNs.getAsLong();
        long sliceStart = subject.delivered();
        while (sliceStartNs < endNs) {
            for (int i = 0; i < TURNS_BETWEEN_LOOKS; i++) {
                subject.turn();
            }
            final long nowNs = cpuNs.getAsLong();
            if (nowNs - sliceStartNs >= SLICE_NS) {
                slices.add(new Measurement.Round(
                    (subject.delivered() - sliceStart) / subject.segmentSize(), nowNs - sliceStartNs));
                sliceStartNs = nowNs;
                sliceStart = subject.delivered();
            }
        }
    }

    /** A ring pair and the pool of its frames. */
    private record RingLink(DpdkMempool mempool, DpdkRingPair pair) implements AutoCloseable {
        static RingLink open(final DpdkEnvironment environment, final String name) {
            final DpdkMempool mempool =
                DpdkMempool.create(environment, name, FRAMES, DpdkMempool.frameCapacityForMtu(MTU));
            return new RingLink(
                mempool, DpdkRingPair.open(environment, name, mempool, RING_SIZE, MTU, new SecureRandom()));
        }

        @Override
        public void close() {
            pair.close();
            mempool.close();
        }
    }
}
