package org.rds4j.tcp.network;

/** What an ICMP error says, whichever IP version said it (RFC 792, RFC 4443). */
public enum IcmpErrorKind {
    /** The network or host cannot be reached. */
    HOST_UNREACHABLE,
    /** The host does not speak the protocol. */
    PROTOCOL_UNREACHABLE,
    /** Nothing listens on the port. */
    PORT_UNREACHABLE,
    /** A policy forbids the packet. */
    ADMIN_PROHIBITED,
    /** The packet exceeds the next hop's MTU and may not be fragmented. */
    PACKET_TOO_BIG,
    /** The hop limit ran out on the way. */
    TIME_EXCEEDED
}
