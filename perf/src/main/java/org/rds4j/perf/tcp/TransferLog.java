package org.rds4j.perf.tcp;

import java.util.ArrayList;
import java.util.List;

/** The connections of one engine of {@code rds tcp}. Used by the engine's thread; the counts may be read by any. */
public final class TransferLog {
    private final TransferMode mode;
    private final long octets;
    private final boolean keepsAll;
    private final List<Transfer> transfers = new ArrayList<>();
    private volatile int opened;
    private volatile int closed;

    /**
     * A log of no connections.
     *
     * @param mode     what connections do.
     * @param octets   a source sends.
     * @param keepsAll whether those that are over stay in the log.
     */
    public TransferLog(final TransferMode mode, final long octets, final boolean keepsAll) {
        this.mode = mode;
        this.octets = octets;
        this.keepsAll = keepsAll;
    }

    /**
     * Begins a connection.
     *
     * @return its handler.
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public Transfer open() {
        if (!keepsAll) {
            transfers.removeIf(transfer -> transfer.closeReason() != null);
        }
        final Transfer transfer = new Transfer(mode, octets, this);
        transfers.add(transfer);
        opened++;
        return transfer;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void onClosed() {
        closed++;
    }

    /**
     * Connections begun so far; any thread.
     *
     * @return a count.
     */
    public int opened() {
        return opened;
    }

    /**
     * Connections that are over; any thread.
     *
     * @return a count.
     */
    public int closed() {
        return closed;
    }

    /**
     * The connections; once the engine has stopped.
     *
     * @return those in the log, in the order of their beginning.
     */
    public List<Transfer> transfers() {
        return List.copyOf(transfers);
    }
}
