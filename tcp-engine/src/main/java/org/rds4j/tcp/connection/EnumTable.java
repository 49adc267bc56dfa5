package org.rds4j.tcp.connection;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** A table of rows by columns, written as text so that it can be read as one. Immutable. */
final class EnumTable<R extends Enum<R>, C extends Enum<C>, V> {
    private static final String EMPTY = ".";

    private final Map<R, Map<C, V>> rows;
    private final V otherwise;

    /**
     * Reads a table.
     *
     * @param row       what names a line, its first word.
     * @param columns   what the other words of a line stand for, in their order.
     * @param value     makes a cell of a word.
     * @param otherwise the cells written {@value #EMPTY}, and those of lines left out.
     * @param lines     words separated by blanks.
     */
    EnumTable(
        final Class<R> row, final Class<C> columns, final Function<String, V> value, final V otherwise, final String... lines) {
        this.rows = new EnumMap<>(row);
        this.otherwise = otherwise;
        final C[] names = columns.getEnumConstants();
        for (final String line : lines) {
            final String[] words = line.split(" +", -1);
            if (words.length != names.length + 1) {
                throw new IllegalArgumentException("a line of " + (words.length - 1) + " cells for " + names.length + " columns");
            }
            final Map<C, V> cells = new EnumMap<>(columns);
            for (int i = 0; i < names.length; i++) {
                if (!words[i + 1].equals(EMPTY)) {
                    cells.put(names[i], value.apply(words[i + 1]));
                }
            }
            rows.put(Enum.valueOf(row, words[0]), cells);
        }
    }

    V get(final R row, final C column) {
        final Map<C, V> cells = rows.get(row);
        final V value = cells == null ? null : cells.get(column);
        return value == null ? otherwise : value;
    }
}
