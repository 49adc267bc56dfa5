package org.rds4j.tcp.receive;

/**
 * What the peer is told of data beyond a gap: SACK blocks, the one that changed last first (RFC 2018 section 4), and before them,
 * once, what arrived a second time (RFC 2883). More blocks are remembered than fit into a segment, so that those left over
 * take the place of those that are filled. One thread.
 */
public final class SackReport {
    /** Blocks that fit into a segment without other options. */
    public static final int MAX_BLOCKS = 4;
    private static final int REMEMBERED = 6;

    /** Made when the first gap opens, since most connections never see one. */
    private long[] starts;
    private long[] ends;
    private int count;
    private long duplicateStart;
    private long duplicateEnd;

    /** Nothing to report. */
    public SackReport() {
    }

    /** Forgets everything. */
    public void reset() {
        count = 0;
        duplicateStart = 0;
        duplicateEnd = 0;
    }

    /**
     * Octets arrived beyond a gap, or repeated some that had.
     *
     * @param start begin of the run they are part of now.
     * @param end   its end.
     */
    public void onBlock(final long start, final long end) {
        if (starts == null) {
            starts = new long[REMEMBERED];
            ends = new long[REMEMBERED];
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (starts[i] > end || ends[i] < start) {
                starts[kept] = starts[i];
                ends[kept] = ends[i];
                kept++;
            }
        }
        count = Math.min(kept + 1, REMEMBERED);
        System.arraycopy(starts, 0, starts, 1, count - 1);
        System.arraycopy(ends, 0, ends, 1, count - 1);
        starts[0] = start;
        ends[0] = end;
    }

    /**
     * Octets arrived a second time.
     *
     * @param start position of the first.
     * @param end   position behind the last.
     */
    public void onDuplicate(final long start, final long end) {
        final boolean adjoins = hasDuplicate() && start <= duplicateEnd && end >= duplicateStart;
        duplicateStart = adjoins ? Math.min(start, duplicateStart) : start;
        duplicateEnd = adjoins ? Math.max(end, duplicateEnd) : end;
    }

    /**
     * The stream turned out to end: nothing beyond is held any more.
     *
     * @param end of the stream.
     */
    public void truncate(final long end) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (starts[i] < end) {
                starts[kept] = starts[i];
                ends[kept] = Math.min(ends[i], end);
                kept++;
            }
        }
        count = kept;
    }

    /**
     * Octets arrived in order: blocks they have reached are no longer beyond a gap.
     *
     * @param received end of what is in order.
     */
    public void onAdvance(final long received) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (ends[i] > received) {
                starts[kept] = starts[i];
                ends[kept] = ends[i];
                kept++;
            }
        }
        count = kept;
    }

    /** What was to be reported once was sent. */
    public void onSent() {
        duplicateStart = 0;
        duplicateEnd = 0;
    }

    private boolean hasDuplicate() {
        return duplicateEnd > duplicateStart;
    }

    /**
     * How many blocks the next segment reports.
     *
     * @param most that fit into it.
     * @return 0 to most.
     */
    public int blocks(final int most) {
        return Math.min(most, hasDuplicate() ? count + 1 : count);
    }

    /**
     * Begin of a block.
     *
     * @param index below {@link #blocks}.
     * @return a position.
     */
    public long start(final int index) {
        if (!hasDuplicate()) {
            return starts[index];
        }
        return index == 0 ? duplicateStart : starts[index - 1];
    }

    /**
     * End of a block.
     *
     * @param index below {@link #blocks}.
     * @return a position.
     */
    public long end(final int index) {
        if (!hasDuplicate()) {
            return ends[index];
        }
        return index == 0 ? duplicateEnd : ends[index - 1];
    }
}
