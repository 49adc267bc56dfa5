package org.rds4j.status;

/**
 * An application in another process that uses the node, as of {@link StatusTable#CLIENTS}.
 *
 * @param number      tells it from all others the node ever had.
 * @param pid         its process, by the numbers of where it runs.
 * @param sockets     that it has open, bound or not.
 * @param heartbeatMs its last sign of life, milliseconds since 1970; 0 for none yet.
 */
public record ClientStatus(long number, long pid, long sockets, long heartbeatMs) {
    static ClientStatus read(final StatusRow row) {
        return new ClientStatus(row.word(), row.word(), row.word(), row.word());
    }
}
