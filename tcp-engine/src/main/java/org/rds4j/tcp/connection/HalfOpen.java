package org.rds4j.tcp.connection;

import org.rds4j.tcp.wire.TcpOptions;

/**
 * A handshake begun by a peer: SYN-RECEIVED as it comes from LISTEN, in no more than 128 octets, so that a flood of SYNs
 * costs next to nothing (RFC 4987). Listed with those that were repeated as often.
 */
final class HalfOpen extends TupleRecord<HalfOpen> {
    /** Our initial sequence number. */
    int sequence;
    /** The peer's initial sequence number. */
    int peerSequence;
    int tsRecent;
    int timestampOffset;
    /** What the peer announced, or {@link TcpOptions#ABSENT}. */
    int maxSegmentSize;
    /** The peer's shift, or {@link TcpOptions#ABSENT} when window scaling is off. */
    byte windowShift;
    /** How often the timer has sent the SYN-ACK again. */
    byte retries;
    boolean timestamps;
    boolean sack;
    boolean ecn;
    /** More than one SYN-ACK has left: which of them is acknowledged cannot be told (Karn). */
    boolean ambiguous;
    long sentNs;
    long lastChallengeNs;
}
