package org.rds4j.tcp.connection;

/** What is kept of a connection in TIME-WAIT (RFC 9293 section 3.6.1). */
final class TimeWaitRecord extends TupleRecord<TimeWaitRecord> {
    int sequence;
    int acknowledgement;
    int window;
    /** Octets that the window field says are open. */
    long openWindow;
    int trafficClass;
    boolean timestamps;
    int timestampOffset;
    int tsRecent;
    long lastReplyNs;
}
