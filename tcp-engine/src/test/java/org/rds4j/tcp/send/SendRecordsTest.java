package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of segments sent against a model that knows every octet by itself. */
class SendRecordsTest {
    private static final int OCTETS = 4000;

    /** With plenty of memory, with little, and with none but the connection's own. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 16, 160, 0})
    void shouldAgreeWithAModelOfOctets(final int bound) {
        for (int seed = 0; seed < 60; seed++) {
            final RecordPool pool = new RecordPool(bound);
            final SendRecords records = new SendRecords(pool);
            final Model model = new Model();
            final Random random = new Random(seed);
            for (int i = 0; i < 1500 && model.end < OCTETS - 64; i++) {
                step(records, model, random, i);
                model.check(records, "seed " + seed + " step " + i);
            }
            while (records.count() > 0) {
                records.removeFirst();
            }
            assertEquals(0, pool.lent(), "memory comes back");
            assertEquals(0, records.inFlight() + records.sackedOctets() + records.lostOctets());
        }
    }

    private static void step(final SendRecords records, final Model model, final Random random, final long nowNs) {
        final int kind = random.nextInt(20);
        if (kind < 9 || records.count() == 0) {
            if (records.hasRoom()) {
                final int to = model.end + 1 + random.nextInt(12);
                final boolean merges = records.count() > 0 && !model.mayAddRecord(records);
                model.append(to, nowNs, merges);
                records.append(to, nowNs);
            }
            return;
        }
        final int index = random.nextInt(records.count());
        final int slot = records.at(index);
        final int start = (int) records.start(slot);
        final int end = (int) records.end(slot);
        if (kind < 11) {
            acknowledge(records, model, model.begin + random.nextInt(Math.min(20, model.end - model.begin) + 1));
        } else if (kind < 13 && !records.isSacked(slot)) {
            final int last = Math.min(records.count() - 1, index + random.nextInt(3));
            model.sack(start, (int) records.end(records.at(last)));
            records.sack(index, last);
        } else if (kind < 15 && !records.isSacked(slot) && (!records.isLost(slot) || records.isAgain(slot))) {
            model.lose(start, end);
            records.lose(slot);
        } else if (kind < 17 && !records.isSacked(slot)) {
            model.again(start, end, nowNs);
            records.sentAgain(slot, nowNs);
        } else if (kind < 19 && end - start > 1) {
            records.split(index, start + 1 + random.nextInt(end - start - 1));
        } else if (random.nextInt(20) == 0) {
            model.find();
            records.findLost();
            model.takeLaterTimes(records);
        } else if (random.nextInt(20) == 0) {
            model.forget();
            records.forgetSacks();
        }
    }

    private static void acknowledge(final SendRecords records, final Model model, final int to) {
        while (records.count() > 0 && records.end(records.at(0)) <= to) {
            records.removeFirst();
        }
        if (records.count() > 0 && records.begin() < to) {
            records.trimFirst(to);
        }
        model.begin = to;
    }

    @Test
    void shouldCoverSeveralSegmentsByARecordWhenMemoryEnds() {
        final SendRecords records = new SendRecords(new RecordPool(0));
        for (int i = 1; i <= 100; i++) {
            assertTrue(records.hasRoom());
            records.append(i * 10L, i);
        }
        assertEquals(RecordPool.OWN, records.count());
        assertEquals(1000, records.inFlight());
        assertTrue(records.isRepeated(records.at(RecordPool.OWN - 1)), "its round trip means nothing");
        records.lose(records.at(RecordPool.OWN - 1));
        assertFalse(records.hasRoom(), "what is lost cannot take new data in");
    }

    @Test
    void shouldMergeWhatIsSacked() {
        final SendRecords records = new SendRecords(new RecordPool(1 << 16));
        for (int i = 1; i <= 1000; i++) {
            records.append(i * 10L, i);
        }
        for (int i = 500; i < 1000; i++) {
            records.sack(records.indexOf(i * 10L), records.indexOf(i * 10L));
        }
        for (int i = 499; i > 0; i--) {
            records.sack(records.indexOf(i * 10L), records.indexOf(i * 10L));
        }
        assertEquals(2, records.count());
        assertEquals(9990, records.sackedOctets());
    }

    /** Retransmissions from the end to the begin are the worst order to list again: without a bound this takes seconds. */
    @Test
    void shouldListWhatIsFoundAgainInBoundedTime() {
        final SendRecords records = new SendRecords(new RecordPool(1 << 20));
        for (int i = 1; i <= 60_000; i++) {
            records.append(i, i);
        }
        for (int i = 59_999; i >= 0; i--) {
            records.sentAgain(records.at(i), 200_000 - i);
        }
        final long began = System.nanoTime();
        records.findLost();
        assertTrue(System.nanoTime() - began < 1_000_000_000L);
        assertEquals(120_000, records.inFlight(), "both copies");
    }

    @Test
    void shouldTakeAndGiveBlocksWithinTheBound() {
        final RecordPool pool = new RecordPool(8 + 32 + 128 + 512);
        final SendRecords first = new SendRecords(pool);
        final SendRecords second = new SendRecords(pool);
        for (int i = 1; i <= 200; i++) {
            first.append(i, i);
            second.append(i, i);
            assertTrue(pool.lent() <= 680, "lent " + pool.lent());
        }
        assertEquals(200, first.inFlight());
        first.reset();
        second.reset();
        assertEquals(0, pool.lent());
        for (int i = 1; i <= 512; i++) {
            second.append(i, i);
        }
        assertEquals(512, second.count(), "a block given back serves another connection");
    }

    /** What is known of each octet. */
    private static final class Model {
        private static final int SACKED = 1;
        private static final int LOST = 2;
        private static final int AGAIN = 4;
        private final int[] flags = new int[OCTETS];
        private final long[] sentNs = new long[OCTETS];
        private int begin;
        private int end;

        boolean mayAddRecord(final SendRecords records) {
            return records.hasRoomForRecord();
        }

        void append(final int to, final long nowNs, final boolean merges) {
            if (merges) {
                int from = end;
                final long last = sentNs[end - 1];
                while (from > begin && flags[from - 1] == 0 && sentNs[from - 1] == last) {
                    from--;
                }
                Arrays.fill(sentNs, from, to, -1);
            } else {
                Arrays.fill(sentNs, end, to, nowNs);
            }
            end = to;
        }

        void sack(final int from, final int to) {
            Arrays.fill(flags, from, to, SACKED);
        }

        void lose(final int from, final int to) {
            Arrays.fill(flags, from, to, LOST);
        }

        void again(final int from, final int to, final long nowNs) {
            for (int i = from; i < to; i++) {
                flags[i] |= AGAIN;
            }
            Arrays.fill(sentNs, from, to, nowNs);
        }

        void find() {
            for (int i = begin; i < end; i++) {
                flags[i] &= ~LOST;
            }
        }

        /** One that left far out of order may be counted to a later time. */
        void takeLaterTimes(final SendRecords records) {
            for (int i = begin; i < end; i++) {
                final int slot = records.at(records.indexOf(i));
                sentNs[i] = records.isRepeated(slot) ? Math.max(sentNs[i], records.sentNs(slot)) : sentNs[i];
            }
        }

        void forget() {
            for (int i = begin; i < end; i++) {
                sentNs[i] = flags[i] == SACKED ? -1 : sentNs[i];
                flags[i] = LOST;
            }
        }

        void check(final SendRecords records, final String where) {
            assertEquals(begin, records.begin(), where);
            assertEquals(end, records.end(), where);
            long pipe = 0;
            int lowest = -1;
            for (int i = begin; i < end; i++) {
                pipe += (flags[i] & (SACKED | LOST)) == 0 ? 1 : 0;
                pipe += (flags[i] & AGAIN) != 0 ? 1 : 0;
                lowest = lowest < 0 && (flags[i] & (LOST | AGAIN)) == LOST ? i : lowest;
            }
            assertEquals(pipe, records.inFlight(), where);
            final int toSend = records.lowestToSend();
            assertEquals(lowest, toSend == SendRecords.NONE ? -1 : records.start(toSend), where);
            checkRecords(records, where);
            checkTimes(records, where);
        }

        private void checkRecords(final SendRecords records, final String where) {
            long position = begin;
            for (int i = 0; i < records.count(); i++) {
                final int slot = records.at(i);
                assertEquals(position, records.start(slot), where);
                assertTrue(records.length(slot) > 0, where);
                for (int octet = (int) position; octet < records.end(slot); octet++) {
                    assertEquals((flags[octet] & SACKED) != 0, records.isSacked(slot), where);
                    assertEquals((flags[octet] & LOST) != 0, records.isLost(slot), where);
                    assertEquals((flags[octet] & AGAIN) != 0, records.isAgain(slot), where);
                    assertTrue(records.isSacked(slot) || sentNs[octet] < 0 || sentNs[octet] == records.sentNs(slot), where);
                }
                assertEquals(i, records.indexOf(position), where);
                assertEquals(i, records.indexOf(records.end(slot) - 1), where);
                position = records.end(slot);
            }
            assertEquals(end, position, where);
        }

        private void checkTimes(final SendRecords records, final String where) {
            int listed = 0;
            long lastNs = Long.MIN_VALUE;
            for (int slot = records.oldest(); slot != SendRecords.NONE; slot = records.later(slot)) {
                assertTrue(records.sentNs(slot) >= lastNs, where);
                lastNs = records.sentNs(slot);
                listed++;
            }
            int expected = 0;
            for (int i = 0; i < records.count(); i++) {
                final int flag = flags[(int) records.start(records.at(i))];
                expected += (flag & SACKED) == 0 && (flag & (LOST | AGAIN)) != LOST ? 1 : 0;
            }
            assertEquals(expected, listed, where);
        }
    }
}
