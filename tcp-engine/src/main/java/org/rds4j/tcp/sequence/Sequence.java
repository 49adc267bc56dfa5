package org.rds4j.tcp.sequence;

/**
 * Sequence number arithmetic (RFC 9293 section 3.4). On the wire a number has 32 bits and wraps; inside the engine an octet
 * is named by its 64-bit <i>position</i>, 0 being the first payload octet and -1 the SYN, so that positions compare as plain
 * numbers. The <i>origin</i> of a direction is the sequence number of position 0: the initial sequence number plus one.
 */
public final class Sequence {
    private Sequence() {
    }

    /**
     * The wire form of a position.
     *
     * @param origin   sequence number of position 0.
     * @param position to convert.
     * @return the sequence number.
     */
    public static int wire(final int origin, final long position) {
        return origin + (int) position;
    }

    /**
     * The position of a sequence number: the one nearest to a position that is known.
     *
     * @param origin   sequence number of position 0.
     * @param sequence from the wire.
     * @param near     a position less than 2^31 away.
     * @return the position.
     */
    public static long position(final int origin, final int sequence, final long near) {
        return near + (sequence - wire(origin, near));
    }

    /**
     * Whether one 32-bit number stands before another, by the sign of their difference.
     *
     * @param a a number.
     * @param b a number less than 2^31 away from it.
     * @return true if a is before b.
     */
    public static boolean isBefore(final int a, final int b) {
        return a - b < 0;
    }

    /**
     * Whether one 32-bit number stands after another, by the sign of their difference.
     *
     * @param a a number.
     * @param b a number less than 2^31 away from it.
     * @return true if a is after b.
     */
    public static boolean isAfter(final int a, final int b) {
        return a - b > 0;
    }
}
