package org.rds4j.perf.load;

import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one subject showed at one size, over all rounds. */
public sealed interface Measurement {
    /**
     * What was measured.
     *
     * @return the subject.
     */
    SubjectDescription subject();

    /**
     * Octets of each message.
     *
     * @return the size.
     */
    int size();

    /**
     * Which kind this is.
     *
     * @return the metric.
     */
    Metric metric();

    /**
     * Round-trip times.
     *
     * @param subject       what was measured.
     * @param size          octets of each message.
     * @param ratePerSecond at which messages were due, or 0 for the closed loop.
     * @param histogram     nanoseconds.
     */
    record Rtt(SubjectDescription subject, int size, int ratePerSecond, Histogram histogram) implements Measurement {
        @Override
        public Metric metric() {
            return Metric.RTT;
        }

        /**
         * A percentile.
         *
         * @param percentile from 0 to 100.
         * @return nanoseconds.
         */
        public long atPercentile(final double percentile) {
            return histogram.getValueAtPercentile(percentile);
        }
    }

    /**
     * Messages delivered.
     *
     * @param subject what was measured.
     * @param size    octets of each message.
     * @param rounds  one entry for each round, in order.
     */
    record Throughput(SubjectDescription subject, int size, List<Round> rounds) implements Measurement {
        /**
         * Keeps the list.
         */
        public Throughput {
            rounds = List.copyOf(rounds);
        }

        @Override
        public Metric metric() {
            return Metric.THROUGHPUT;
        }

        /**
         * Messages per second over all rounds.
         *
         * @return the rate.
         */
        public double messagesPerSecond() {
            final long messages = rounds.stream().mapToLong(Round::messages).sum();
            final long elapsedNs = rounds.stream().mapToLong(Round::elapsedNs).sum();
            return new Round(messages, elapsedNs).messagesPerSecond();
        }

        /**
         * Payload bits per second over all rounds, in units of 10^9.
         *
         * @return the rate.
         */
        public double gigabitsPerSecond() {
            return messagesPerSecond() * size * Byte.SIZE / 1e9;
        }

        /**
         * How far the rounds lie apart, as a share of the whole.
         *
         * @return (fastest - slowest) / mean; 0 for one round.
         */
        public double spread() {
            final double[] rates = rounds.stream().mapToDouble(Round::messagesPerSecond).sorted().toArray();
            return (rates[rates.length - 1] - rates[0]) / Arrays.stream(rates).average().orElseThrow();
        }
    }

    /**
     * Full-sized TCP segments moved by one thread.
     *
     * @param subject what was measured.
     * @param size    octets of payload in each segment.
     * @param slices  short stretches of the thread's time on the processor, in order; a message is a segment.
     */
    record Segments(SubjectDescription subject, int size, List<Round> slices) implements Measurement {
        /**
         * Keeps the list.
         */
        public Segments {
            slices = List.copyOf(slices);
        }

        @Override
        public Metric metric() {
            return Metric.TCP;
        }

        /**
         * Segments per second over all slices.
         *
         * @return the rate.
         */
        public double segmentsPerSecond() {
            return new Throughput(subject, size, slices).messagesPerSecond();
        }

        /**
         * Payload bits per second over all slices, in units of 10^9.
         *
         * @return the rate.
         */
        public double gigabitsPerSecond() {
            return new Throughput(subject, size, slices).gigabitsPerSecond();
        }

        /**
         * Time of the thread for one segment; slices in which the machine did something else stand above the median.
         *
         * @param percentile of the slices, from 0 to 100.
         * @return nanoseconds.
         */
        public double nsPerSegment(final double percentile) {
            return cost(slices, percentile);
        }
    }

    /**
     * Peers with which nothing happens.
     *
     * @param subject       what was measured.
     * @param size          how many peers.
     * @param heapPerPeer   octets of the heap that were taken for each, at most.
     * @param directPerPeer octets of memory outside the heap for each.
     * @param slices        short stretches of the thread's time on the processor, in order; a message is a duty cycle.
     */
    record IdlePeers(
        SubjectDescription subject, int size, long heapPerPeer, long directPerPeer, List<Round> slices) implements Measurement {
        /**
         * Keeps the list.
         */
        public IdlePeers {
            slices = List.copyOf(slices);
        }

        @Override
        public Metric metric() {
            return Metric.IDLE_PEERS;
        }

        /**
         * Time of the thread for one duty cycle.
         *
         * @param percentile of the slices, from 0 to 100.
         * @return nanoseconds.
         */
        public double nsPerCycle(final double percentile) {
            return cost(slices, percentile);
        }
    }

    /**
     * Records sealed or opened by one thread.
     *
     * @param subject what was measured.
     * @param size    octets of content in each record.
     * @param sealing true when they were sealed, false when they were opened.
     * @param batches in order; a message is a record.
     */
    record Records(SubjectDescription subject, int size, boolean sealing, List<Round> batches) implements Measurement {
        /**
         * Keeps the list.
         */
        public Records {
            batches = List.copyOf(batches);
        }

        @Override
        public Metric metric() {
            return Metric.AEAD;
        }

        /**
         * What was done with the records.
         *
         * @return a word.
         */
        public String direction() {
            return sealing ? "seal" : "open";
        }

        /**
         * Time of the thread for one record; batches in which the machine did something else stand above the median.
         *
         * @param percentile of the batches, from 0 to 100.
         * @return nanoseconds.
         */
        public double nsPerRecord(final double percentile) {
            return cost(batches, percentile);
        }

        /**
         * Records per second in the median batch.
         *
         * @return the rate.
         */
        public double recordsPerSecond() {
            return 1e9 / nsPerRecord(50);
        }

        /**
         * Content bits per second in the median batch, in units of 10^9.
         *
         * @return the rate.
         */
        public double gigabitsPerSecond() {
            return recordsPerSecond() * size * Byte.SIZE / 1e9;
        }
    }

    private static double cost(final List<Round> slices, final double percentile) {
        final double[] costs = slices.stream().mapToDouble(slice -> 1e9 / slice.messagesPerSecond()).sorted().toArray();
        return costs[(int) Math.min(costs.length - 1, Math.round(percentile / 100 * (costs.length - 1)))];
    }

    /**
     * One round of a stream.
     *
     * @param messages  that arrived.
     * @param elapsedNs within which they did.
     */
    record Round(long messages, long elapsedNs) {
        /**
         * The rate of the round.
         *
         * @return messages per second.
         */
        public double messagesPerSecond() {
            return messages * 1e9 / elapsedNs;
        }
    }
}
