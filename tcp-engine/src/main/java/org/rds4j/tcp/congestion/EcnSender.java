package org.rds4j.tcp.congestion;

/**
 * The sending side of ECN (RFC 3168 section 6.1.2): which packets say they understand marks, when an echo reduces the window, and
 * when CWR tells the peer so. Positions are stream positions of the sending direction. One per connection, reused; one thread.
 */
public final class EcnSender {
    /** The ECN field of a packet whose transport does not understand marks. */
    public static final int NOT_CAPABLE = 0;
    /** The ECN field of a packet whose transport does: ECT(0). */
    public static final int CAPABLE = 2;
    /** The ECN field of a packet that met congestion: CE. */
    public static final int CONGESTION_EXPERIENCED = 3;
    /** What of a traffic class is the ECN field. */
    public static final int FIELD = 3;

    private boolean enabled;
    private boolean reductionDue;
    private long reducedUntil;

    /** Disabled until {@link #start}. */
    public EcnSender() {
    }

    /**
     * Starts over for a new connection.
     *
     * @param enabled ECN was negotiated.
     */
    public void start(final boolean enabled) {
        this.enabled = enabled;
        reductionDue = false;
        reducedUntil = -1;
    }

    /**
     * Whether ECN was negotiated.
     *
     * @return true if marks are understood.
     */
    public boolean isEnabled() {
        return enabled;
    }

    /**
     * An acknowledgement of new data carried ECE.
     *
     * @param acknowledged what it acknowledged.
     * @return true if the window is to be reduced: it was not, since what is acknowledged was sent.
     */
    public boolean onEcho(final long acknowledged) {
        return enabled && !reductionDue && acknowledged > reducedUntil;
    }

    /** The window was reduced, for an echo or a loss: the peer is to be told. */
    public void onReduced() {
        reductionDue = enabled;
    }

    /**
     * Whether the next segment with new data carries CWR.
     *
     * @return true to set the flag.
     */
    public boolean isReductionDue() {
        return reductionDue;
    }

    /**
     * A segment with new data left, with CWR if it was due. Echoes of what was sent before say nothing new.
     *
     * @param position of its first octet.
     */
    public void onNewDataSent(final long position) {
        if (reductionDue) {
            reductionDue = false;
            reducedUntil = position;
        }
    }

    /**
     * The ECN field of a packet.
     *
     * @param newData it carries data that was not sent before (RFC 3168 sections 6.1.4 to 6.1.6).
     * @return {@link #CAPABLE} or {@link #NOT_CAPABLE}.
     */
    public int field(final boolean newData) {
        return enabled && newData ? CAPABLE : NOT_CAPABLE;
    }
}
