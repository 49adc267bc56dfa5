package org.rds4j.status;

/** Who knows a node's tables. Called on the engine's thread; must not allocate. */
@FunctionalInterface
public interface StatusSource {
    /**
     * Writes rows of a table, from the page's cursor until the table or the page ends.
     *
     * @param table which.
     * @param page  begun; its cursor may be anything, as it comes from another process.
     */
    void write(StatusTable table, StatusPage page);
}
