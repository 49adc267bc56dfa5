package org.rds4j.tcp.send;

import org.rds4j.tcp.link.SegmentPayload;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.stream.StreamRing;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * The octets of the sending direction, from the last acknowledged to the last claimed:
 * {@code acknowledged <= committed <= claimed <= acknowledged + capacity}, or, while octets are retained, the first of these
 * plus the capacity. One thread, but for the memory of open claims.
 */
public final class SendStream implements SegmentPayload {
    private static final int NOTHING = -1;

    private final StreamRing ring;
    private int limit;
    /** Octets kept although they are acknowledged. */
    private int retained = NOTHING;
    private long acknowledged;
    private long committed;
    private long claimed;

    /**
     * An empty stream.
     *
     * @param memory of the ring, held while there are octets. Retained.
     */
    public SendStream(final StreamMemory memory) {
        ring = new StreamRing(memory);
        limit = ring.capacity();
    }

    /** Starts over at position 0. */
    public void reset() {
        acknowledged = 0;
        committed = 0;
        claimed = 0;
        retained = NOTHING;
        limit = ring.capacity();
        ring.detach();
    }

    /**
     * Whether the stream has memory.
     *
     * @return true while there are octets.
     */
    public boolean isAttached() {
        return ring.isAttached();
    }

    /** Gives the memory back; nobody reads or writes it any more. */
    public void release() {
        ring.detach();
    }

    /**
     * Sets how much of the ring may be in use; what is in use already stays.
     *
     * @param octets cut to the ring's capacity.
     */
    public void limit(final long octets) {
        limit = (int) Math.min(octets, ring.capacity());
    }

    /**
     * How much of the ring may be in use.
     *
     * @return octets.
     */
    public int limit() {
        return limit;
    }

    /**
     * Takes room at the end.
     *
     * @param length 1 to the overhang.
     * @return position of the first octet, or -1 without room or memory.
     */
    public long claim(final int length) {
        if (length <= 0 || length > ring.overhang() || length > space() || !ring.attach()) {
            return -1;
        }
        final long position = claimed;
        claimed += length;
        return position;
    }

    /**
     * Where a claimed octet lies.
     *
     * @param position inside an open claim.
     * @return its address.
     */
    public long address(final long position) {
        return ring.address(position);
    }

    /**
     * Commits the oldest claimed octets.
     *
     * @param length at most what is claimed and not committed; more is cut.
     */
    public void commit(final int length) {
        final int taken = (int) Math.min(length, claimed - committed);
        final int beyond = taken - ring.untilEnd(committed);
        if (beyond > 0) {
            ring.foldOverhang(beyond);
        }
        committed += taken;
    }

    /**
     * Copies octets in and commits them.
     *
     * @param source of the octets.
     * @param length how many there are.
     * @return how many were taken; none while a claim is open, or without memory.
     */
    public int write(final long source, final int length) {
        final int taken = Math.max(0, Math.min(length, space()));
        if (claimed != committed || taken == 0 || !ring.attach()) {
            return 0;
        }
        ring.write(committed, source, taken);
        committed += taken;
        claimed = committed;
        return taken;
    }

    /** {@inheritDoc} They must be committed and not yet acknowledged. */
    @Override
    public void read(final long position, final long destination, final int length) {
        ring.read(position, destination, length);
    }

    @Override
    public long readAndSum(final long position, final long destination, final int length) {
        if (length <= ring.untilEnd(position)) {
            return InternetChecksum.copyAndSum(ring.address(position), destination, length);
        }
        ring.read(position, destination, length);
        return InternetChecksum.partialSum(destination, length);
    }

    /**
     * Frees what the peer has acknowledged.
     *
     * @param position end of it, at most committed.
     */
    public void acknowledge(final long position) {
        retained += retained == NOTHING ? 0 : (int) (position - acknowledged);
        acknowledged = position;
        detachIfEmpty();
    }

    /**
     * Keeps octets although they are acknowledged.
     *
     * @param position of the first, at most acknowledged; {@link Long#MAX_VALUE} for none.
     * @return false without memory.
     */
    public boolean retain(final long position) {
        if (position != Long.MAX_VALUE && !ring.attach()) {
            return false;
        }
        retained = position == Long.MAX_VALUE ? NOTHING : (int) (acknowledged - position);
        detachIfEmpty();
        return true;
    }

    private void detachIfEmpty() {
        if (acknowledged == claimed && retained == NOTHING) {
            ring.detach();
        }
    }

    /**
     * Octets that can be claimed.
     *
     * @return free octets.
     */
    public int space() {
        return Math.max(0, limit - (int) (claimed - acknowledged) - Math.max(0, retained));
    }

    /**
     * End of what was acknowledged.
     *
     * @return a position.
     */
    public long acknowledged() {
        return acknowledged;
    }

    /**
     * End of what was committed.
     *
     * @return a position.
     */
    public long committed() {
        return committed;
    }

    /**
     * End of what was claimed.
     *
     * @return a position.
     */
    public long claimed() {
        return claimed;
    }

    /**
     * Longest claim.
     *
     * @return octets.
     */
    public int overhang() {
        return ring.overhang();
    }
}
