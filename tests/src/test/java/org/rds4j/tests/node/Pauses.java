package org.rds4j.tests.node;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The longest time between two deliveries in each of many short stretches, by what happened in the stretch. */
final class Pauses {
    private static final int MOST = 1 << 14;

    private final String name;
    private final long[] wholeNs = new long[MOST];
    private final long[] ownNs = new long[MOST];
    private int count;

    Pauses(final String name) {
        this.name = name;
    }

    void add(final long longestNs, final long longestOwnNs) {
        wholeNs[count] = longestNs;
        ownNs[count++] = longestOwnNs;
    }

    /** The longest that no other work of the machine explains. */
    long longestOwnNs() {
        return Arrays.stream(ownNs, 0, count).max().orElse(0);
    }

    @Override
    public String toString() {
        return String.format("%-32s%6d %26s %26s", name, count, percentiles(wholeNs), percentiles(ownNs));
    }

    private String percentiles(final long[] each) {
        final long[] sorted = Arrays.copyOf(each, count);
        Arrays.sort(sorted);
        return Stream.of(2, 100, 1_000, count + 1).map(part -> count == 0 ? 0 : sorted[count - 1 - count / part])
            .map(ns -> String.format("%.2f", ns / 1e6)).collect(Collectors.joining(" "));
    }
}
