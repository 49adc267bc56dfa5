package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.rds4j.status.StatusFile;
import org.rds4j.status.StatusPage;

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

    /** Gives the names to tools, in the order of the values. */
    void label(final StatusFile status) {
        for (final Entry entry : entries) {
            if (!status.label(entry.label(), entry.meaning())) {
                return;
            }
        }
    }

    /** Gives the values to a tool; engine thread. The page's cursor counts counters. */
    void write(final StatusPage page) {
        int i = Math.clamp(page.outer(), 0, entries.size());
        while (i < entries.size()) {
            if (!page.next()) {
                page.stopAt(i, 0);
                return;
            }
            for (int word = 0; word < StatusPage.WORDS; word++, i++) {
                page.put(i < entries.size() ? entries.get(i).value().getAsLong() : 0);
            }
        }
    }
}
