package org.rds4j.tcp.fuzz;

/** Told of each TCP segment that a host sends, after it was found well formed. */
@FunctionalInterface
interface SegmentObserver {
    /** The segment is lent for the call. */
    void onSent(long remoteLow, long segment, int length);
}
