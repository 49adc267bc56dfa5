package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.NewReno;

/** A peer that sacks whatever costs most: time and memory are bounded (CVE-2019-11477, CVE-2019-11478), and counts stay right. */
class HostileSackTest {
    private static final int PATTERNS = 100_000;
    private static final long MOST_NS_EACH = 100_000;

    private final NewReno reno = new NewReno();
    private final RecordPool pool = new RecordPool(1 << 17);
    private final SendRecords records = new SendRecords(pool);
    private final SackRecovery recovery = new SackRecovery(
        records, reno, new RttEstimator(new RttLimits(1_000_000, 1_000_000, 1_000_000_000, false)), TcpCounters.inMemory(),
        0, 0, true);
    private final Acknowledgement ack = new Acknowledgement();
    private long nowNs = 1;

    /** Small segments one by one, and super-segments to be split into the smallest segments that are accepted. */
    @ParameterizedTest
    @CsvSource({"76, 76, 1", "1460, 1460, 2", "76, 65535, 3", "1460, 65535, 4"})
    void shouldBoundWhatAnAcknowledgementCosts(final int segment, final int sent, final int seed) {
        reno.onConnected(segment, 1 << 24);
        final Random random = new Random(seed);
        long spentNs = 0;
        int most = 0;
        for (int i = 0; i < PATTERNS; i++) {
            while (recovery.room() > 0 && records.end() - records.begin() < 1 << 24 && records.count() < 30_000) {
                recovery.onSent(records.end() + sent, nowNs);
            }
            nowNs += random.nextInt(1000);
            pattern(random, segment);
            final long began = System.nanoTime();
            recovery.onAcknowledgement(ack);
            for (int sentAgain = 0; sentAgain < 4 && recovery.planRepair(); sentAgain++) {
                final long end = Math.min(recovery.plannedEnd(), recovery.plannedStart() + segment);
                recovery.onSentAgain(recovery.plannedStart(), end, nowNs);
            }
            if (random.nextInt(2000) == 0) {
                recovery.onTimeout(true, nowNs);
            }
            spentNs += System.nanoTime() - began;
            most = Math.max(most, records.count());
            assertTrue(records.count() <= RecordPool.MOST);
            assertTrue(records.inFlight() >= 0);
        }
        assertTrue(most > 2_000, "records: " + most);
        assertTrue(spentNs / PATTERNS < MOST_NS_EACH, spentNs / PATTERNS + " ns for an acknowledgement");
        recovery.reset();
        assertEquals(0, pool.lent());
    }

    private void pattern(final Random random, final int segment) {
        final long begin = records.begin();
        final long length = records.end() - begin;
        final long advance = random.nextInt(3000) == 0 ? random.nextLong(length) : random.nextInt(50) == 0 ? segment : 0;
        ack.start(begin + advance, advance == 0, true, nowNs);
        final int blocks = 1 + random.nextInt(Acknowledgement.MAX_BLOCKS);
        for (int i = 0; i < blocks; i++) {
            block(random, segment, begin, length);
        }
        if (random.nextInt(4) == 0) {
            final long start = Math.max(0, begin - random.nextInt(10 * segment));
            ack.report(start, start + segment);
        }
    }

    private void block(final Random random, final int segment, final long begin, final long length) {
        final long start = switch (random.nextInt(3)) {
            case 0 -> random.nextLong(length) / segment * segment;
            case 1 -> random.nextLong(length) / (2L * segment) * (2L * segment);
            default -> Math.max(0, length - random.nextInt(40 * segment));
        };
        final long octets = switch (random.nextInt(2000)) {
            case 0 -> 1 + random.nextLong(length);
            case 1, 2, 3 -> 1 + random.nextInt(segment);
            default -> segment;
        };
        if (start < length) {
            ack.block(begin + start, begin + Math.min(length, start + octets));
        }
    }
}
