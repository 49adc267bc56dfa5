package org.rds4j.tcp.congestion;

/**
 * The receiving side of ECN: which acknowledgements carry ECE. By RFC 3168 section 6.1.3 a mark is echoed until the sender
 * answers with CWR. By RFC 8257 section 3.2 each acknowledgement tells of the octets it covers, marked or not: when marks begin
 * or end while octets wait to be acknowledged, those are acknowledged first and on their own. Since segments come in bursts and
 * leave when they are asked for, such boundaries are queued; when the queue is full its two oldest runs become one, marked if
 * either was. Positions are stream positions of the receiving direction. One per connection, reused; one thread.
 */
public final class EcnReceiver {
    private static final int CAPACITY = 16;

    /** The lower halves of positions, which are all near RCV.NXT. */
    private final int[] boundaries = new int[CAPACITY];
    private int marks;
    private int count;
    private boolean enabled;
    private boolean exact;
    private boolean echoing;

    /** Disabled until {@link #start}. */
    public EcnReceiver() {
    }

    /**
     * Starts over for a new connection.
     *
     * @param enabled ECN was negotiated.
     * @param exact   marks are echoed as RFC 8257 says.
     */
    public void start(final boolean enabled, final boolean exact) {
        this.enabled = enabled;
        this.exact = exact;
        echoing = false;
        count = 0;
        marks = 0;
    }

    /**
     * Changes how marks are echoed.
     *
     * @param exact as RFC 8257 says, and not until CWR.
     */
    public void exact(final boolean exact) {
        this.exact = exact;
    }

    /**
     * A data segment arrived; to be told before its octets are taken in.
     *
     * @param field    the ECN field of the packet; one that is not capable is a retransmission and says nothing of marks.
     * @param reduced  the segment carried CWR.
     * @param received RCV.NXT before the segment.
     * @param lastSent what the last acknowledgement that left acknowledged.
     * @return true if an acknowledgement is due at once.
     */
    public boolean onData(final int field, final boolean reduced, final long received, final long lastSent) {
        if (!enabled) {
            return false;
        }
        final boolean echoed = echoing;
        final boolean marked = field == EcnSender.CONGESTION_EXPERIENCED;
        if (!exact) {
            echoing = marked || (echoing && !reduced);
        } else if (field != EcnSender.NOT_CAPABLE) {
            if (marked != echoing && received > acknowledgedAtLeast(lastSent)) {
                enqueue(received);
            }
            echoing = marked;
        }
        return echoed != echoing;
    }

    private long acknowledgedAtLeast(final long lastSent) {
        return count == 0 ? lastSent : position(boundaries[count - 1], lastSent);
    }

    private static long position(final int lowerHalf, final long near) {
        return near + (lowerHalf - (int) near);
    }

    private void enqueue(final long boundary) {
        if (count == CAPACITY) {
            final int first = (marks | marks >>> 1) & 1;
            System.arraycopy(boundaries, 1, boundaries, 0, CAPACITY - 1);
            marks = (marks >>> 1 & ~1) | first;
            count--;
        }
        boundaries[count] = (int) boundary;
        marks = echoing ? marks | 1 << count : marks & ~(1 << count);
        count++;
    }

    /**
     * What the next segment acknowledges.
     *
     * @param received RCV.NXT.
     * @return the end of the oldest run not yet acknowledged on its own, or RCV.NXT.
     */
    public long acknowledges(final long received) {
        return count == 0 ? received : position(boundaries[0], received);
    }

    /**
     * Whether the next segment carries ECE.
     *
     * @return true to set the flag.
     */
    public boolean echoes() {
        return count == 0 ? echoing : (marks & 1) != 0;
    }

    /**
     * Whether the next segment acknowledges less than has come, because the marks changed in between.
     *
     * @return true if so: then each segment says something else.
     */
    public boolean hasBoundary() {
        return count > 0;
    }

    /**
     * A segment left that acknowledged what {@link #acknowledges} said.
     *
     * @return true if a further acknowledgement is due at once.
     */
    public boolean onSent() {
        if (count == 0) {
            return false;
        }
        count--;
        marks >>>= 1;
        System.arraycopy(boundaries, 1, boundaries, 0, count);
        return true;
    }
}
