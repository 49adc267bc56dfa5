package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.support.BulkSender;
import org.rds4j.tcp.support.Dumbbell;

/**
 * What one connection gets through a 10 Gbit/s link that loses frames at random, in both directions: as a table under review, and
 * against the response functions that are published for the algorithms. A change of the table is a change of behaviour: look at
 * it, then run with {@code -Drds.test.extraFlags=-Drds.goodput.write=true} to write it anew.
 */
class GoodputTest {
    private static final Path TABLE = Path.of("src/test/resources/goodput/table.txt");
    private static final double RATE = 10e9;
    private static final long MS = 1_000_000L;
    private static final int SEGMENT = 1448;
    /** Of the 1538 octets that a full frame takes on the wire, {@value #SEGMENT} are payload. */
    private static final double MOST = RATE * SEGMENT / 1538;
    private static final int[] BUFFERS = {1 << 16, 1 << 20, 1 << 24};
    private static final long[] ROUND_TRIPS_NS = {50_000, MS, 20 * MS};
    private static final double[] LOSSES = {0, 0.001, 0.01, 0.03};
    /** Virtual time of a cell without loss; those with loss take longer, since there is more chance and less work in them. */
    private static final long[] DURATIONS_NS = {20 * MS, 200 * MS, 2_000 * MS};
    private static final int[] TIMES = {1, 5, 20, 20};

    private static Dumbbell path(
        final CongestionAlgorithm algorithm, final int buffer, final long rttNs, final double loss) {
        final FlowConfiguration flow = algorithm == CongestionAlgorithm.DCTCP
            ? FlowConfiguration.DATACENTER
            : FlowConfiguration.WIDE_AREA.withAlgorithm(algorithm).withEcn(EcnMode.OFF).withPacing(rttNs >= MS);
        final TcpConfiguration configuration = TcpConfiguration.datacenter().maxConnections(1).timeWaitCapacity(1)
            .transmitChecksum(true).sendBufferLength(buffer).receiveBufferLength(buffer).flow(flow).build();
        final Dumbbell path = Dumbbell.of(configuration, configuration, RATE, rttNs, 1500);
        final long product = (long) (RATE / 8e9 * rttNs);
        path.forward.queueLimit = product + 100_000;
        path.forward.markThreshold = product / 6 + 20_000;
        path.forward.loss = loss;
        path.backward.loss = loss;
        return path;
    }

    @Test
    void shouldKeepToTheTable() throws IOException {
        final String table = table();
        if (Boolean.getBoolean("rds.goodput.write")) {
            Files.writeString(TABLE, table);
        }
        assertEquals(Files.readString(TABLE, StandardCharsets.UTF_8), table);
    }

    private static String table() {
        final StringBuilder table = new StringBuilder(
            "Goodput in Mbit/s of one connection on a link of 10 Gbit/s (9415 payload), by random loss in each direction.\n");
        for (final CongestionAlgorithm algorithm : CongestionAlgorithm.values()) {
            table.append("\n%-9s  %-8s  %-8s %9s %9s %9s %9s%n".formatted(
                algorithm, "rtt", "buffer", "0 %", "0.1 %", "1 %", "3 %"));
            for (int i = 0; i < ROUND_TRIPS_NS.length; i++) {
                for (final int buffer : BUFFERS) {
                    row(table, algorithm, i, buffer);
                }
            }
        }
        return table.toString();
    }

    private static void row(
        final StringBuilder table, final CongestionAlgorithm algorithm, final int index, final int buffer) {
        table.append("%-9s  %5d us  %4d KiB".formatted("", ROUND_TRIPS_NS[index] / 1000, buffer / 1024));
        for (int i = 0; i < LOSSES.length; i++) {
            final Dumbbell path = path(algorithm, buffer, ROUND_TRIPS_NS[index], LOSSES[i]);
            final double goodput = path.goodput(path.sender(), TIMES[i] * DURATIONS_NS[index]);
            table.append(String.format(Locale.ROOT, " %9.1f", goodput / 1e6));
        }
        table.append('\n');
    }

    /**
     * RFC 9438 section 5.1, average windows in segments: Reno's and, for the larger ones, CUBIC's. RFC 3649 section 3 rounds the
     * former, sqrt(3 / 2p), to 1.2 / sqrt(p). DCTCP answers losses as Reno does (RFC 8257 section 3.5).
     */
    private static double responseFunction(final CongestionAlgorithm algorithm, final double loss, final long rttNs) {
        final double reno = 1.2 / Math.sqrt(loss);
        final double beta = 0.7;
        final double cubic = Math.pow(0.4 * (3 + beta) / (4 * (1 - beta)), 0.25) * Math.pow(rttNs / 1e9 / loss, 0.75);
        final double window = algorithm == CongestionAlgorithm.CUBIC ? Math.max(reno, cubic) : reno;
        return Math.min(MOST, window * SEGMENT * 8e9 / rttNs);
    }

    /**
     * At 0.1 % and 1 ms these are 440 Mbit/s: no algorithm here can fill a link of 10 Gbit/s that loses at random, since each
     * takes a loss for congestion; all but a twentieth of what its response function admits is what can be asked.
     */
    @ParameterizedTest
    @CsvSource({
        "NEW_RENO, 0.01, 0.9", "CUBIC, 0.01, 0.9", "DCTCP, 0.01, 0.9",
        "NEW_RENO, 0.001, 0.95", "CUBIC, 0.001, 0.95", "DCTCP, 0.001, 0.95"})
    void shouldReachTheResponseFunction(final CongestionAlgorithm algorithm, final double loss, final double share) {
        final Dumbbell path = path(algorithm, 1 << 23, MS, loss);
        final BulkSender sender = path.sender();
        path.runFor(500 * MS);
        final double reached = path.goodput(sender, 15_000 * MS);
        final double possible = responseFunction(algorithm, loss, MS);
        assertTrue(reached >= share * possible, reached / 1e6 + " of " + possible / 1e6 + " Mbit/s");
    }

    @ParameterizedTest
    @CsvSource({"NEW_RENO, 0.03", "CUBIC, 0.05"})
    void shouldNotTakeChanceForABlackHoleForLong(final CongestionAlgorithm algorithm, final double loss) {
        final Dumbbell watched = path(algorithm, 1 << 20, 50_000, loss);
        final Dumbbell unwatched = path(algorithm, 1 << 20, 50_000, loss);
        final BulkSender sender = watched.sender();
        final double reached = watched.goodput(sender, 4000 * MS);
        final double possible =
            unwatched.goodput(unwatched.sender(NetworkTuning.builder().probeAfterTimeouts(0).build()), 4000 * MS);
        assertTrue(sender.counters.get(TcpCounter.PATH_BLACK_HOLES) > 0, "there were false alarms");
        assertTrue(reached >= 0.95 * possible, reached / 1e6 + " of " + possible / 1e6 + " Mbit/s");
    }

    /** A queue that overflows in slow start takes every second segment of a window. */
    @ParameterizedTest
    @CsvSource({"NEW_RENO, 1000, 0", "CUBIC, 1000, 0", "CUBIC, 1000, 0.0001", "CUBIC, 20000, 0.001"})
    void shouldKeepWhatArrivesOutOfOrderHoweverManyHolesThereAre(
        final CongestionAlgorithm algorithm, final int rttUs, final double loss) {
        final Dumbbell path = path(algorithm, 1 << 24, rttUs * 1000L, loss);
        path.sender();
        path.runFor(1000 * MS);
        assertTrue(path.forward.dropped + path.forward.lost > 0, "there were holes");
        assertEquals(0, path.counters.get(TcpCounter.DROP_REASSEMBLY));
    }

    @Test
    void shouldFillTheLinkByDctcpWithoutLoss() {
        final Dumbbell path = path(CongestionAlgorithm.DCTCP, 1 << 23, MS, 0);
        final BulkSender sender = path.sender();
        path.runFor(1000 * MS);
        final double reached = path.goodput(sender, 500 * MS);
        assertTrue(reached >= 0.95 * RATE * SEGMENT / 1538, reached / 1e6 + " Mbit/s");
        assertEquals(0, path.forward.dropped);
        assertEquals(0, sender.connection.retransmissions());
    }
}
