package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.NewReno;

/**
 * Which segments are held for lost, under random loss and reordering, against the pseudo-code of RFC 8985 section 6.2 over a
 * plain list, and against IsLost of RFC 6675 section 4.
 */
class LossInferenceTest {
    private static final int MSS = 1000;
    private static final long RTT = 10_000_000;

    @ParameterizedTest
    @CsvSource({"0.02, 0", "0.1, 0", "0.3, 0", "0, 0.2", "0.05, 0.5", "0.1, 2"})
    void shouldFindWhatThePseudoCodeFinds(final double loss, final double jitter) {
        int found = 0;
        for (int seed = 0; seed < 40; seed++) {
            found += new Run(seed, loss, jitter).run();
        }
        assertTrue(loss == 0 || found > 100, "losses found: " + found);
    }

    private record Arrival(long atNs, int segment, long sentNs) { }

    /** One segment, as the pseudo-code sees it. */
    private static final class Segment {
        private final int number;
        private long sentNs;
        private boolean delivered;
        private boolean lost;
        private boolean held;
        private boolean retransmitted;

        Segment(final int number, final long sentNs) {
            this.number = number;
            this.sentNs = sentNs;
        }
    }

    private static final class Run {
        private final Random random;
        private final double loss;
        private final double jitter;
        private final NewReno reno = new NewReno();
        private final RttEstimator rtt = new RttEstimator(new RttLimits(1_000_000_000, 1_000_000, 100_000_000_000L, false));
        private final SendRecords records = new SendRecords(new RecordPool(1 << 16));
        private final SackRecovery recovery =
            new SackRecovery(records, reno, rtt, TcpCounters.inMemory(), 0, 0, false);
        private final Acknowledgement ack = new Acknowledgement();
        private final List<Segment> segments = new ArrayList<>();
        private final List<Arrival> flights = new ArrayList<>();
        private final BitSet received = new BitSet();
        private final BitSet reported = new BitSet();
        private long nowNs = 1_000_000_000;
        private int una;
        private int found;
        private long rackNs = -1;
        private int rackEnd;
        private long rackRttNs = -1;
        private int fack;
        private boolean reordering;
        private long minRttNs;
        private int recoveryPoint = -1;

        Run(final long seed, final double loss, final double jitter) {
            random = new Random(seed);
            this.loss = loss;
            this.jitter = jitter;
            reno.onConnected(MSS, 20 * MSS);
            rtt.onSample(RTT, 0);
            minRttNs = RTT;
        }

        int run() {
            for (int step = 0; step < 600; step++) {
                send();
                flights.sort(Comparator.comparingLong(Arrival::atNs));
                if (flights.isEmpty()) {
                    timeOut();
                    return found;
                }
                final long deadlineNs = recovery.deadlineNs(Long.MAX_VALUE);
                if (deadlineNs < flights.getFirst().atNs) {
                    nowNs = Math.max(nowNs, deadlineNs);
                    recovery.onTime(nowNs);
                    detect();
                } else {
                    arrive(flights.removeFirst());
                }
                compare("step " + step);
            }
            return found;
        }

        /** Nothing is under way: everything outstanding is lost. */
        private void timeOut() {
            if (una < segments.size()) {
                nowNs += 10 * RTT;
                recovery.onTimeout(true, nowNs);
                assertEquals(0, recovery.inFlight());
            }
        }

        private void send() {
            while (recovery.planRepair() || (recovery.room() < MSS && recovery.planSpare())) {
                final Segment segment = segments.get((int) (recovery.plannedStart() / MSS));
                recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
                segment.sentNs = nowNs;
                segment.retransmitted = true;
                segment.lost = false;
                launch(segment);
            }
            while (recovery.room() >= MSS) {
                final Segment segment = new Segment(segments.size(), nowNs);
                segments.add(segment);
                recovery.onSent((long) segments.size() * MSS, nowNs);
                launch(segment);
                nowNs += random.nextInt(20_000);
            }
        }

        private void launch(final Segment segment) {
            if (random.nextDouble() >= loss) {
                flights.add(new Arrival(
                    nowNs + RTT + (long) (random.nextDouble() * jitter * RTT), segment.number, segment.sentNs));
            }
        }

        /** The peer receives a segment and its acknowledgement arrives at once: the delay was all on the way there. */
        private void arrive(final Arrival arrival) {
            nowNs = Math.max(nowNs, arrival.atNs);
            received.set(arrival.segment);
            final int next = received.nextClearBit(0);
            ack.start((long) next * MSS, false, true, nowNs);
            reported.clear();
            reported.set(0, next);
            block(arrival.segment, next);
            for (int i = 0; i < 2; i++) {
                block(next + random.nextInt(40), next);
            }
            acknowledge(next);
        }

        private void block(final int segment, final int next) {
            if (segment > next && received.get(segment) && !reported.get(segment)) {
                final int from = received.previousClearBit(segment) + 1;
                final int to = received.nextClearBit(segment);
                ack.block((long) from * MSS, (long) to * MSS);
                reported.set(from, to);
            }
        }

        private void acknowledge(final int next) {
            long shortest = Long.MAX_VALUE;
            for (final Segment segment : segments) {
                if (!segment.delivered && reported.get(segment.number)) {
                    segment.delivered = true;
                    shortest = segment.retransmitted ? shortest : Math.min(shortest, Math.max(1, nowNs - segment.sentNs));
                    update(segment);
                }
            }
            minRttNs = Math.min(minRttNs, shortest);
            una = next;
            recovery.onAcknowledgement(ack);
            detect();
        }

        private void update(final Segment segment) {
            final long measured = Math.max(1, nowNs - segment.sentNs);
            if (segment.number + 1 > fack) {
                fack = segment.number + 1;
            } else if (segment.number + 1 < fack && !segment.retransmitted) {
                reordering = true;
            }
            if (segment.retransmitted && measured < minRttNs) {
                return;
            }
            rackRttNs = measured;
            if (sentAfter(segment.sentNs, segment.number + 1, rackNs, rackEnd)) {
                rackNs = segment.sentNs;
                rackEnd = segment.number + 1;
            }
        }

        private static boolean sentAfter(final long t1, final int end1, final long t2, final int end2) {
            return t1 > t2 || (t1 == t2 && end1 > end2);
        }

        private void detect() {
            if (rackRttNs < 0) {
                return;
            }
            long sacked = 0;
            for (final Segment segment : segments) {
                sacked += segment.delivered && segment.number >= una ? 1 : 0;
            }
            final boolean recovering = recoveryPoint >= 0;
            final long window = !reordering && (recovering || sacked >= 3) ? 0 : Math.min(minRttNs / 4, rtt.smoothedNs());
            boolean any = false;
            for (final Segment segment : segments) {
                if (!segment.delivered && !segment.lost && sentAfter(rackNs, rackEnd, segment.sentNs, segment.number + 1) &&
                    segment.sentNs + rackRttNs + window <= nowNs) {
                    segment.lost = true;
                    segment.held = true;
                    found++;
                }
                any |= segment.held && !segment.delivered;
            }
            if (una >= recoveryPoint) {
                recoveryPoint = -1;
            }
            if (any && recoveryPoint < 0) {
                recoveryPoint = segments.size();
            }
        }

        private void compare(final String where) {
            for (final Segment segment : segments) {
                if (segment.number < una) {
                    continue;
                }
                final int slot = records.at(records.indexOf((long) segment.number * MSS));
                final String name = where + " segment " + segment.number;
                assertEquals(segment.delivered, records.isSacked(slot), name);
                assertEquals(segment.lost && !segment.delivered, records.isLost(slot) && !records.isAgain(slot), name);
                assertTrue(reordering || segment.retransmitted || segment.delivered || !isLost(segment) || segment.lost, name);
            }
        }

        /** RFC 6675 section 4: three discontiguous sacked sequences above, or more than two segments. */
        private boolean isLost(final Segment segment) {
            int octets = 0;
            int sequences = 0;
            boolean inside = false;
            for (int i = segment.number + 1; i < segments.size(); i++) {
                final boolean sacked = segments.get(i).delivered;
                octets += sacked ? MSS : 0;
                sequences += sacked && !inside ? 1 : 0;
                inside = sacked;
            }
            return sequences >= 3 || octets > 2 * MSS;
        }
    }
}
