package org.rds4j.tcp;

/**
 * Whose choice is taken where the RFCs leave one and kernels have come to differ. Peers get on with either; what was written for
 * one kernel, a conformance script above all, may be surprised by the other.
 */
public enum TcpDialect {
    /** What the rest of the documentation describes. */
    LINUX,
    /** As FreeBSD and its relatives do it. */
    FREEBSD;

    /**
     * Whether every second segment is acknowledged at once, however small: more than RFC 9293 section 3.8.6.3 asks for, which
     * counts full-sized ones.
     *
     * @return true if segments are counted, not octets.
     */
    public boolean countsSegments() {
        return this == FREEBSD;
    }

    /**
     * Whether the window is what the receive buffer has free. It is announced to the octet then, and held back (RFC 9293 section
     * 3.8.6.2.2) only when it is small; and what the buffer takes is acceptable even where the window field could not say so.
     * The buffer is rounded up to whole segments.
     *
     * @return true if the buffer decides.
     */
    public boolean windowIsBuffer() {
        return this == FREEBSD;
    }

    /**
     * Whether a FIN that crosses ours is acknowledged by our FIN once more.
     *
     * @return true if the acknowledgement repeats it.
     */
    public boolean repeatsCrossedFin() {
        return this == FREEBSD;
    }

    /**
     * Whether the FIN of a SYN is left unread, for the peer to send again, and the SYN taken for one.
     *
     * @return false if a listener drops the segment, and a connection in SYN-SENT takes both.
     */
    public boolean ignoresFinOfSyn() {
        return this == FREEBSD;
    }

    /**
     * Whether a listener leaves a SYN-ACK for nobody unanswered, where RFC 9293 section 3.10.7.2 asks for a reset.
     *
     * @return true for silence.
     */
    public boolean listensInSilence() {
        return this == FREEBSD;
    }

    /**
     * Whether handshakes of a listener that closes are forgotten. The peer then learns of it from what it sends next.
     *
     * @return false if they are reset.
     */
    public boolean forgetsHandshakes() {
        return this == FREEBSD;
    }

    /**
     * Whether a hop limit that ran out ends an attempt to connect, which RFC 9293 section 3.9.2.2 calls a soft error.
     *
     * @return true if it ends the attempt.
     */
    public boolean endsAttemptOnTimeExceeded() {
        return this == FREEBSD;
    }

    /**
     * Whether a segment to the left of the window counts for its acknowledgement, where RFC 9293 section 3.10.7.4 drops it with
     * the answer.
     *
     * @return true if it is answered and read.
     */
    public boolean readsOldAcknowledgements() {
        return this == FREEBSD;
    }

    /**
     * Whether TIME-WAIT leaves every segment without an acknowledgement unanswered, where RFC 9293 section 3.10.7.4 has a SYN
     * challenged and what lies outside of the window acknowledged.
     *
     * @return true for silence.
     */
    public boolean waitsInSilence() {
        return this == FREEBSD;
    }
}
