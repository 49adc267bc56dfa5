package org.rds4j.tcp.connection;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.sequence.SipHash;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * Sequence numbers that are all a listener keeps of a SYN (RFC 4987 section 3.6), for when its table is full:
 * {@code H1(tuple) + peer's ISN + (t mod 256) * 2^24 + (H2(tuple, t) + index of the MSS) mod 2^24}, where t counts minutes. A
 * cookie is good in the minute it was made and the next. Options ride in the low 6 bits of the SYN-ACK's timestamp, which only
 * a peer that sent timestamps echoes. One thread.
 */
final class SynCookies {
    /** A cookie is never good for longer. */
    static final long LIFE_NS = 120_000_000_000L;
    private static final long MINUTE_NS = LIFE_NS / 2;
    private static final int MAX_AGE_MINUTES = 1;
    private static final int MINUTE_SHIFT = 24;
    private static final int INDEX_MASK = (1 << MINUTE_SHIFT) - 1;
    private static final int[] SIZES_IPV4 = {536, 1300, 1440, 1460};
    private static final int[] SIZES_IPV6 = {1220, 1300, 1420, 1440};
    private static final int OPTIONS_MASK = 0x3f;
    private static final int SHIFT_MASK = 0xf;
    private static final int SACK_BIT = 0x10;
    private static final int ECN_BIT = 0x20;
    private static final int TUPLE_LENGTH = 36;

    private final SipHash first;
    private final SipHash second;

    SynCookies(final RandomGenerator random) {
        first = new SipHash(random.nextLong(), random.nextLong());
        second = new SipHash(random.nextLong(), random.nextLong());
    }

    /** The initial sequence number that stands for a SYN; the record has its tuple, sequence number and segment size. */
    int make(final HalfOpen record, final long nowNs) {
        final long minute = nowNs / MINUTE_NS;
        return base(record) + ((int) minute << MINUTE_SHIFT) +
            (hash(second, record, minute) + index(record) & INDEX_MASK);
    }

    /**
     * Reads the initial sequence number that a peer acknowledges; the record has its tuple and the peer's sequence number. False
     * if it is not one that was made for them in this minute or the last; else the record's segment size is that of the SYN.
     */
    boolean read(final HalfOpen record, final int cookie, final long nowNs) {
        final int rest = cookie - base(record);
        final long now = nowNs / MINUTE_NS;
        final int age = (int) now - (rest >>> MINUTE_SHIFT) & 0xff;
        if (age > MAX_AGE_MINUTES) {
            return false;
        }
        final int index = rest - hash(second, record, now - age) & INDEX_MASK;
        final int[] sizes = sizes(record);
        if (index >= sizes.length) {
            return false;
        }
        record.maxSegmentSize = sizes[index];
        return true;
    }

    /** The timestamp of a SYN-ACK with the record's options in it; never later than the given one. */
    static int stamp(final HalfOpen record, final int timestamp) {
        final int shift = record.windowShift == TcpOptions.ABSENT ? SHIFT_MASK : record.windowShift;
        final int options = shift | (record.sack ? SACK_BIT : 0) | (record.ecn ? ECN_BIT : 0);
        final int stamped = (timestamp & ~OPTIONS_MASK) | options;
        return Sequence.isAfter(stamped, timestamp) ? stamped - OPTIONS_MASK - 1 : stamped;
    }

    /** Takes the options out of the timestamp that a peer echoes. */
    static void unstamp(final HalfOpen record, final int echo) {
        final int shift = echo & SHIFT_MASK;
        record.windowShift = (byte) (shift == SHIFT_MASK ? TcpOptions.ABSENT : shift);
        record.sack = (echo & SACK_BIT) != 0;
        record.ecn = (echo & ECN_BIT) != 0;
    }

    private int base(final HalfOpen record) {
        return hash(first, record, 0) + record.peerSequence;
    }

    /** The largest size in the table that is not above what the peer announced. */
    private static int index(final HalfOpen record) {
        final int[] sizes = sizes(record);
        int index = 0;
        while (index + 1 < sizes.length && record.maxSegmentSize >= sizes[index + 1]) {
            index++;
        }
        return index;
    }

    private static int[] sizes(final HalfOpen record) {
        return record.isRemoteIpv4() ? SIZES_IPV4 : SIZES_IPV6;
    }

    private static int hash(final SipHash hash, final FourTuple tuple, final long minute) {
        return (int) hash.begin()
            .add(tuple.localHigh()).add(tuple.localLow()).add(tuple.remoteHigh()).add(tuple.remoteLow()).add(minute)
            .end((long) tuple.localPort() << 16 | tuple.remotePort(), TUPLE_LENGTH + Long.BYTES);
    }
}
