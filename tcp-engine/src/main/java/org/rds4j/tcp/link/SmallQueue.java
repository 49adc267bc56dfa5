package org.rds4j.tcp.link;

/**
 * How much of a device's ring is used: what the line sends in two milliseconds, or the little that reports are about at least.
 * Frames that the device reports as sent make room for others, as byte queue limits do in Linux (lib/dynamic_queue_limits.c).
 * What all connections have in the ring is bounded, so what each has is.
 * <p>
 * Room is granted by the quarter of the limit, for one question each. Where a packet of several descriptors is reported with its
 * last one, a place in the ring is known to be sent when one is that came less than a packet later. Used by the port's thread.
 */
public final class SmallQueue {
    /** The ring as its driver tells about it. */
    public interface Ring {
        /**
         * Whether the device reports a descriptor as sent.
         *
         * @param placesAgo 1 for the one that was filled last, up to the length of the ring.
         * @return false while it waits, and for a descriptor that the device does not report about.
         */
        boolean isSent(int placesAgo);

        /**
         * The speed of the line.
         *
         * @return in Mbit/s, 0 when it is not known.
         */
        int linkSpeed();

        /**
         * The port's clock.
         *
         * @return nanoseconds since any moment.
         */
        long nanoTime();
    }

    private static final int MOST_MILLISECONDS = 2;
    private static final int BITS_PER_MILLISECOND_AND_MEGABIT = 1000;
    /** Ethernet header, FCS, preamble and the gap between frames. */
    private static final int FRAME_OVERHEAD = 14 + 4 + 8 + 12;
    /** Drivers take back what they said about the oldest places when they have fewer free ones than this. */
    private static final int FORGOTTEN_PLACES = 32;
    /** Frames that may stand before a ring that is full. */
    private static final int BATCH = 64;
    private static final long LOOK_NS = 100_000_000L;
    /** Far longer than any two milliseconds: a device that reports nothing for so long is bound by its ring for the moment. */
    private static final long PATIENCE_NS = 1_000_000_000L;
    private static final int UNKNOWN = -1;

    private final Ring ring;
    private final int descriptors;
    private final int queues;
    private final int frameBits;
    private final int atOnce;
    private final int packet;
    private int linkSpeed = UNKNOWN;
    private int limit;
    private int burst;
    private long lookedNs;
    private long heldSinceNs;
    private boolean isHeld;
    private boolean isSilent;

    /**
     * For one ring.
     *
     * @param ring          to ask.
     * @param descriptors   it has.
     * @param queues        rings that share the line.
     * @param mtu           largest IP packet in octets, of which the frames are thought to be.
     * @param atOnce        descriptors that are reported at once: twice as many are used at least, so that the line has some.
     * @param packet        most descriptors of a packet, of which the last is reported; 1 when each is.
     */
    public SmallQueue(
        final Ring ring, final int descriptors, final int queues, final int mtu, final int atOnce, final int packet) {
        this.ring = ring;
        this.descriptors = descriptors;
        this.queues = queues;
        this.frameBits = (mtu + FRAME_OVERHEAD) * Byte.SIZE;
        this.atOnce = atOnce;
        this.packet = packet;
    }

    /**
     * How many descriptors may be filled before the next question.
     *
     * @return 0 while the limit is reached, {@link Integer#MAX_VALUE} when the ring by itself is no longer than the limit.
     */
    public int room() {
        final long nowNs = ring.nanoTime();
        if (linkSpeed == UNKNOWN || nowNs - lookedNs >= LOOK_NS) {
            look(nowNs);
        }
        if (limit == 0) {
            return Integer.MAX_VALUE;
        }
        if (isSent(limit - burst)) {
            isHeld = false;
            isSilent = false;
            return burst;
        }
        hold(nowNs);
        return isSilent ? Integer.MAX_VALUE : 0;
    }

    private void hold(final long nowNs) {
        if (!isHeld) {
            isHeld = true;
            heldSinceNs = nowNs;
        }
        isSilent |= nowNs - heldSinceNs >= PATIENCE_NS;
    }

    /**
     * Most descriptors in use at the line's present speed.
     *
     * @return 0 when there are no fewer than the ring has, or while the device does not report.
     */
    public int limit() {
        return isSilent ? 0 : limit;
    }

    private void look(final long nowNs) {
        lookedNs = nowNs;
        final int speed = ring.linkSpeed();
        if (speed != linkSpeed) {
            linkSpeed = speed;
            adapt();
        }
    }

    private void adapt() {
        final long frames = (long) linkSpeed * MOST_MILLISECONDS * BITS_PER_MILLISECOND_AND_MEGABIT / frameBits / queues;
        final long wanted = Math.max(frames, 2L * atOnce);
        // three quarters of the limit and a packet must be places that the driver still tells about
        final long most = Math.min(wanted, (descriptors - packet - FORGOTTEN_PLACES - 1) * 4L / 3);
        final boolean isLess = linkSpeed > 0 && wanted < descriptors + BATCH;
        limit = isLess && most >= 2L * atOnce ? (int) most : 0;
        burst = (int) Math.max(1, most / 4);
    }

    /** No packet is longer than what was granted at once, but for those from before a limit: at their end all were sent. */
    private boolean isSent(final int placesAgo) {
        final int unreported = Math.min(packet, burst + 1);
        for (int place = placesAgo; place > placesAgo - unreported; place--) {
            if (ring.isSent(place)) {
                return true;
            }
        }
        return ring.isSent(1);
    }
}
