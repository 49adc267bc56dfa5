package org.rds4j.crypto.offload.wqe;

/**
 * Where a context stands ({@code mlx5_wqe_tls_progress_params_seg}), 16 octets: number of the TIS or TIR, TCP sequence number of
 * the next record, TCP sequence number of a resync, states of tracker and authentication, records since the resync.
 */
public final class ProgressParameters {
    /** Octets of the structure. */
    public static final int LENGTH = 16;
    /** The tracker awaits a record's header. */
    public static final int TRACKER_START = 0;
    /** The tracker follows records. */
    public static final int TRACKER_TRACKING = 1;
    /** The tracker looks for a header. */
    public static final int TRACKER_SEARCHING = 2;
    /** Nothing is decrypted. */
    public static final int AUTH_NO_OFFLOAD = 0;
    /** Records are decrypted. */
    public static final int AUTH_OFFLOAD = 1;

    private static final int NEXT_RECORD = 4;
    private static final int RESYNC = 8;
    private static final int STATES = 12;

    private ProgressParameters() {
    }

    /**
     * Writes what a start needs: tracker at START, no resync.
     *
     * @param address    of 16 octets.
     * @param object     number of the TIS or TIR, not shifted.
     * @param nextRecord TCP sequence number of the first record, 0 on the sending side.
     */
    public static void write(final long address, final int object, final int nextRecord) {
        BigEndian.putInt(address, object);
        BigEndian.putInt(address + NEXT_RECORD, nextRecord);
        BigEndian.putLong(address + RESYNC, 0);
    }

    /**
     * Writes what a device reports of a context: all of {@link #write}, and where its tracker stands.
     *
     * @param address        of 16 octets.
     * @param object         number of the TIS or TIR, not shifted.
     * @param nextRecord     TCP sequence number of the next record.
     * @param resync         TCP sequence number of the header that a resync is about.
     * @param tracker        {@link #TRACKER_START}, {@link #TRACKER_TRACKING} or {@link #TRACKER_SEARCHING}.
     * @param authentication {@link #AUTH_NO_OFFLOAD} or {@link #AUTH_OFFLOAD}.
     * @param recordsSince   records counted since that header, 24 bits.
     */
    public static void report(
        final long address,
        final int object,
        final int nextRecord,
        final int resync,
        final int tracker,
        final int authentication,
        final int recordsSince) {
        write(address, object, nextRecord);
        BigEndian.putInt(address + RESYNC, resync);
        BigEndian.putByte(address + STATES, tracker << 6 | authentication << 4);
        BigEndian.putMedium(address + STATES + 1, recordsSince);
    }

    /**
     * The TIS or TIR.
     *
     * @param address of the structure.
     * @return its number, not shifted.
     */
    public static int object(final long address) {
        return BigEndian.getInt(address);
    }

    /**
     * Where the first record starts.
     *
     * @param address of the structure.
     * @return a TCP sequence number.
     */
    public static int nextRecord(final long address) {
        return BigEndian.getInt(address + NEXT_RECORD);
    }

    /**
     * Where the device believes that a record starts.
     *
     * @param address of the structure.
     * @return a TCP sequence number.
     */
    public static int resync(final long address) {
        return BigEndian.getInt(address + RESYNC);
    }

    /**
     * The state of the tracker.
     *
     * @param address of the structure.
     * @return {@link #TRACKER_START}, {@link #TRACKER_TRACKING}, {@link #TRACKER_SEARCHING}, or 3.
     */
    public static int tracker(final long address) {
        return BigEndian.getByte(address + STATES) >> 6;
    }

    /**
     * The state of authentication.
     *
     * @param address of the structure.
     * @return 0 to 3.
     */
    public static int authentication(final long address) {
        return BigEndian.getByte(address + STATES) >> 4 & 3;
    }

    /**
     * Records the device counted since the resync.
     *
     * @param address of the structure.
     * @return 24 bits.
     */
    public static int recordsSince(final long address) {
        return BigEndian.getMedium(address + STATES + 1);
    }

    /** As written by software: nothing that only the device may say. */
    static WqeError check(final long address) {
        return BigEndian.isZero(address + RESYNC, 8) ? WqeError.NONE : WqeError.RESERVED;
    }
}
