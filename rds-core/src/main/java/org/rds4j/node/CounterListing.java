package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Every counter of a node under one roof, for tools. */
final class CounterListing {
    private record Entry(String label, String meaning, LongSupplier value) {
    }

    private final List<Entry> entries = new ArrayList<>();

    void add(final String label, final String meaning, final LongSupplier value) {
        entries.add(new Entry(label, meaning, value));
    }

    void forEach(final RdsNode.CounterConsumer consumer) {
        for (final Entry entry : entries) {
            consumer.accept(entry.label(), entry.meaning(), entry.value().getAsLong());
        }
    }
}
