package org.rds4j.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;

class CongestionMapsTest {
    private static final int HOSTS = 64;
    private static final int ENTRIES_OFFSET = 256;
    private static final int ENTRY_LENGTH = 32;
    private static final RdsAddress FIRST = RdsAddress.parse("10.0.0.1");

    private final CongestionMaps maps = CongestionMaps.inMemory(HOSTS);
    private final UnsafeBuffer shown =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(CongestionMaps.length(HOSTS), 128));
    private final CongestionCounts counts =
        new CongestionCounts(new UnsafeBuffer(BufferUtil.allocateDirectAligned(CongestionCounts.LENGTH, 128)), 0);
    private final CongestionMaps copy = new CongestionMaps(shown, HOSTS, counts);

    private static RdsAddress host(final int number) {
        return RdsAddress.of(FIRST.high(), FIRST.low() + number, 0);
    }

    private static boolean isCongested(final CongestionMaps where, final int number, final int port) {
        return where.isCongested(host(number).high(), host(number).low(), port);
    }

    private int add(final int number) {
        return maps.add(host(number).high(), host(number).low());
    }

    @Test
    void shouldShowEveryHostAndPort() {
        for (int i = 0; i < HOSTS; i++) {
            maps.set(add(i), 1000 + i);
        }
        assertEquals(HOSTS, maps.copyTo(shown, 0));
        for (int i = 0; i < HOSTS; i++) {
            assertTrue(isCongested(copy, i, 1000 + i));
            assertFalse(isCongested(copy, i, 1001 + i));
        }
        assertEquals(maps.updates(), copy.updates());
    }

    @Test
    void shouldCopyOnlyWhatChanged() {
        final int quiet = add(0);
        final int busy = add(1);
        maps.set(quiet, 7);
        maps.set(busy, 7);
        final long since = maps.copyTo(shown, 0);
        final CongestionMaps scribbled = new CongestionMaps(shown, HOSTS, counts);
        scribbled.set(quiet, 8);
        maps.set(busy, 9);
        maps.copyTo(shown, since);
        assertTrue(isCongested(copy, 0, 8), "the map of a host without news is left alone");
        assertTrue(isCongested(copy, 1, 7) && isCongested(copy, 1, 9));
        maps.clear(quiet, 7);
        maps.copyTo(shown, since + 1);
        assertFalse(isCongested(copy, 0, 7) || isCongested(copy, 0, 8), "a host with news is copied whole");
    }

    @Test
    void shouldShowWhatWasClearedAndWhoCameLater() {
        final int first = add(0);
        maps.set(first, 7);
        long since = maps.copyTo(shown, 0);
        maps.clear(first, 7);
        maps.set(add(1), 8);
        since = maps.copyTo(shown, since);
        assertFalse(isCongested(copy, 0, 7));
        assertTrue(isCongested(copy, 1, 8));
        maps.clear(add(1), 8);
        assertEquals(4, maps.copyTo(shown, since));
        assertFalse(isCongested(copy, 1, 8));
    }

    /** Fills the table of hosts, as a process that writes what it should not could: with or without the address asked for. */
    private void scribble(final boolean isOfAddress, final int map) {
        final int entries = 2 * Integer.highestOneBit(HOSTS * 2 - 1);
        for (int entry = 0; entry < entries * ENTRY_LENGTH; entry += ENTRY_LENGTH) {
            shown.putLong(ENTRIES_OFFSET + entry, isOfAddress ? FIRST.high() : ~entry);
            shown.putLong(ENTRIES_OFFSET + entry + 8, FIRST.low());
            shown.putInt(ENTRIES_OFFSET + entry + 16, 1);
            shown.putInt(ENTRIES_OFFSET + entry + 20, map);
        }
        shown.putInt(0, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, ENTRIES_OFFSET, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 8192})
    void shouldFindNobodyCongestedInATableThatMakesNoSense(final int map) {
        for (final boolean isOfAddress : new boolean[] {true, false}) {
            scribble(isOfAddress, map);
            assertTimeoutPreemptively(Duration.ofSeconds(1), () -> assertFalse(isCongested(copy, 0, 4001)));
        }
    }

    @Test
    void shouldTakeOverWhatReadersCounted() {
        maps.countRefused();
        copy.countRefused();
        copy.countBlocked();
        maps.count(counts.refused(), counts.blocked());
        assertEquals(2, maps.counts().refused());
        assertEquals(1, maps.counts().blocked());
    }
}
