package org.rds4j.crypto.model;

import java.util.StringJoiner;

/** The model's counters. Not thread safe. */
public final class ModelCounters {
    private final long[] values = new long[ModelCounter.values().length];

    ModelCounters() {
    }

    /**
     * Reads a counter.
     *
     * @param counter to read.
     * @return its value.
     */
    public long get(final ModelCounter counter) {
        return values[counter.slot()];
    }

    void increment(final ModelCounter counter) {
        add(counter, 1);
    }

    void add(final ModelCounter counter, final long amount) {
        values[counter.slot()] += amount;
    }

    @Override
    public String toString() {
        final StringJoiner text = new StringJoiner(", ");
        for (final ModelCounter counter : ModelCounter.values()) {
            text.add(counter + " " + get(counter));
        }
        return text.toString();
    }
}
