package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowedMinimumTest {
    private static final int WINDOW = 1000;

    private final WindowedMinimum minimum = new WindowedMinimum();

    @Test
    void shouldBeTheLeastSampleUntilThatIsTooOld() {
        assertEquals(0, minimum.value());
        minimum.add(50, 0, WINDOW / 3);
        for (int at = 1; at <= WINDOW / 3; at++) {
            minimum.add(80, at, WINDOW / 3);
            assertEquals(50, minimum.value());
        }
        for (int at = WINDOW / 3; at <= WINDOW; at++) {
            minimum.add(80, at, WINDOW / 3);
        }
        assertEquals(80, minimum.value());
        minimum.add(30, WINDOW + 1, WINDOW / 3);
        assertEquals(30, minimum.value(), "a shorter one counts at once");
        minimum.reset();
        assertEquals(0, minimum.value());
    }

    @Test
    void shouldForgetEverythingOverHalfTheTimeThereIs() {
        minimum.add(10, 0, WINDOW / 3);
        minimum.add(50, Integer.MIN_VALUE, WINDOW / 3);
        assertEquals(50, minimum.value());
    }

    @Test
    void shouldForgetEverythingOverALongSilence() {
        minimum.add(50, 0, WINDOW / 3);
        minimum.add(60, 900, WINDOW / 3);
        minimum.add(90, 5000, WINDOW / 3);
        assertEquals(90, minimum.value());
    }

    /** It is an estimate: of a part of the window when the least has just left it, but never of anything older. */
    @Test
    void shouldStayBetweenTheTrueMinimaOfTheWindowAndOfItsYoungerPart() {
        final Random random = new Random(8985);
        final ArrayDeque<long[]> samples = new ArrayDeque<>();
        int now = 0;
        for (int i = 0; i < 200_000; i++) {
            now += 1 + random.nextInt(10);
            final int sample = 100 + random.nextInt(1000) + 500 * (i / 5000 % 3);
            minimum.add(sample, now, WINDOW / 3);
            samples.add(new long[] {now, sample});
            while (now - samples.element()[0] > WINDOW) {
                samples.remove();
            }
            assertTrue(minimum.value() >= least(samples, now - WINDOW), "too old a sample counts");
            assertTrue(minimum.value() <= least(samples, now - WINDOW / 3 + 1), "a young sample does not count");
        }
    }

    private static long least(final ArrayDeque<long[]> samples, final long fromNs) {
        return samples.stream().filter(sample -> sample[0] >= fromNs).mapToLong(sample -> sample[1]).min().orElseThrow();
    }
}
