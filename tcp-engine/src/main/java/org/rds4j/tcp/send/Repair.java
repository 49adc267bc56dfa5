package org.rds4j.tcp.send;

/**
 * Whether a repair was needed at all. It was not if the acknowledgement it waited for echoes a timestamp from before it (Eifel,
 * RFC 3522), or if the peer reports every retransmission as a duplicate (RFC 2883, RFC 3708). One per connection, one thread.
 */
final class Repair {
    private static final long NONE = -1;

    private long begin;
    private long end;
    private long firstNs;
    private int unreported;

    Repair() {
        end();
    }

    /** A repair begins with SND.UNA at a position. */
    void begin(final long unacknowledged) {
        begin = unacknowledged;
        end = unacknowledged;
        firstNs = NONE;
        unreported = 0;
    }

    /** Nothing remains to be undone. */
    void end() {
        begin = NONE;
        firstNs = NONE;
        unreported = 0;
    }

    void onSentAgain(final long sentEnd, final int segments, final long nowNs) {
        if (begin != NONE) {
            end = Math.max(end, sentEnd);
            firstNs = firstNs == NONE ? nowNs : firstNs;
            unreported += segments;
        }
    }

    /** The peer reports a duplicate; it speaks of this repair if it lies within what was sent again. */
    void onReport(final long start, final long reportEnd, final int segments) {
        if (begin != NONE && start >= begin && reportEnd <= end) {
            unreported -= segments;
        }
    }

    /** Whether every retransmission was reported as a duplicate. */
    boolean isRefuted() {
        return begin != NONE && firstNs != NONE && unreported <= 0;
    }

    /** Whether an acknowledgement of what was sent again answers to the first transmission. */
    boolean isAnswered(final Acknowledgement ack) {
        return begin != NONE && firstNs != NONE && ack.acknowledged() > 0 && ack.isEchoOlderThan(firstNs);
    }
}
