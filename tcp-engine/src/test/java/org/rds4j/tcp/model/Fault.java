package org.rds4j.tcp.model;

/**
 * What happens to one frame on the wire.
 *
 * @param frame   number of the frame, counted from 1 over both directions in the order of sending.
 * @param kind    of fault.
 * @param delayNs by which the frame, or its double, comes later than others.
 */
record Fault(int frame, Kind kind, long delayNs) {
    enum Kind { LOSE, DOUBLE, DELAY, DAMAGE, MARK }
}
