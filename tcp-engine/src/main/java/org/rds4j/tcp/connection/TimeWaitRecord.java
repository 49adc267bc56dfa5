package org.rds4j.tcp.connection;

import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.table.FourTuple;

/** What is kept of a connection in TIME-WAIT (RFC 9293 section 3.6.1). Pooled; linked by deadline. */
final class TimeWaitRecord extends FourTuple {
    NetworkRoute route;
    int sequence;
    int acknowledgement;
    int window;
    /** Octets that the window field says are open. */
    long openWindow;
    int trafficClass;
    boolean timestamps;
    int timestampOffset;
    int tsRecent;
    long deadlineNs;
    long lastReplyNs;
    TimeWaitRecord next;
    TimeWaitRecord previous;
}
