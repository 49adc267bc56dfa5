package org.rds4j.tcp.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.table.FourTuple;

/** RFC 6528 and RFC 7323 section 5.4: monotonic for one four-tuple, without relation between two, all new under a new secret. */
class InitialNumbersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int TUPLES = 20_000;

    private static FourTuple tuple(final int number) {
        final FourTuple tuple = new FourTuple();
        tuple.tuple(0, 0xffff_0a00_0001L, 0, 0xffff_0a00_0002L, 1024 + number % 50_000, 80 + number / 50_000);
        return tuple;
    }

    @Test
    void shouldCountFourMicrosecondsForOneTuple() {
        final InitialNumbers numbers = new InitialNumbers(new Random(1));
        final FourTuple tuple = tuple(7);
        final int first = numbers.sequence(tuple, 5 * SECOND);
        assertEquals(first, numbers.sequence(tuple, 5 * SECOND + 3_999));
        assertEquals(first + 1, numbers.sequence(tuple, 5 * SECOND + 4_000));
        assertEquals(first + 250_000, numbers.sequence(tuple, 6 * SECOND));
        assertEquals(numbers.timestampOffset(tuple), numbers.timestampOffset(tuple(7)), "stable for a tuple");
    }

    @Test
    void shouldSpreadNumbersOfNeighbouringTuplesEvenly() {
        final InitialNumbers numbers = new InitialNumbers(new Random(2));
        final int[] sequences = new int[256];
        final int[] steps = new int[256];
        final int[] offsets = new int[256];
        for (int i = 0; i < TUPLES; i++) {
            final int sequence = numbers.sequence(tuple(i), SECOND);
            sequences[sequence >>> 24]++;
            steps[(numbers.sequence(tuple(i + 1), SECOND) - sequence) >>> 24]++;
            offsets[numbers.timestampOffset(tuple(i)) >>> 24]++;
        }
        assertEven(sequences);
        assertEven(steps);
        assertEven(offsets);
    }

    /** Chi square with 255 degrees of freedom: above 350 once in 30 000 for what is even. */
    private static void assertEven(final int[] counts) {
        final double expected = (double) TUPLES / counts.length;
        double sum = 0;
        for (final int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        assertTrue(sum < 350 && sum > 170, "chi square " + sum);
    }

    @Test
    void shouldChangeEverythingWithTheSecret() {
        final InitialNumbers one = new InitialNumbers(new Random(3));
        final InitialNumbers two = new InitialNumbers(new Random(4));
        int same = 0;
        for (int i = 0; i < TUPLES; i++) {
            same += one.sequence(tuple(i), SECOND) == two.sequence(tuple(i), SECOND) ? 1 : 0;
            same += one.timestampOffset(tuple(i)) == two.timestampOffset(tuple(i)) ? 1 : 0;
        }
        assertTrue(same <= 1, "equal numbers: " + same);
    }

    @Test
    void shouldDependOnEveryPartOfTheTuple() {
        final InitialNumbers numbers = new InitialNumbers(new Random(5));
        final long[][] tuples = {
            {1, 2, 3, 4, 5, 6}, {9, 2, 3, 4, 5, 6}, {1, 9, 3, 4, 5, 6}, {1, 2, 9, 4, 5, 6}, {1, 2, 3, 9, 5, 6},
            {1, 2, 3, 4, 9, 6}, {1, 2, 3, 4, 5, 9}};
        final FourTuple tuple = new FourTuple();
        final long distinct = Arrays.stream(tuples).mapToInt(t -> {
            tuple.tuple(t[0], t[1], t[2], t[3], (int) t[4], (int) t[5]);
            return numbers.sequence(tuple, 0);
        }).distinct().count();
        assertEquals(tuples.length, distinct);
    }
}
