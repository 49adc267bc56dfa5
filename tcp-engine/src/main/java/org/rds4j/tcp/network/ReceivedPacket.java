package org.rds4j.tcp.network;

/** A received packet of either family in its meaningful parts, checked. Reused, plain fields; its memory is the frame's. */
final class ReceivedPacket {
    /** No octet of the packet is at fault, or nobody is to be told. */
    static final int NO_PROBLEM = -1;

    boolean isIpv6;
    /** Addresses, IPv4 as mapped ones. */
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    /** Address of the IP header. */
    long header;
    /** Octets before the upper layer's: IP header, options and extension headers. */
    int headerLength;
    /** Octets of the packet, padding of the link not counted. */
    int totalLength;
    /** Of the upper layer; of the first piece's in a fragment. */
    int protocol;
    /** Offset of the octet that names the protocol. */
    int protocolOffset;
    int trafficClass;
    int hopLimit;
    /** Addressed to a group of hosts. */
    boolean toGroup;
    /** Who sent the frame, 48 bits. */
    long station;
    /** The frame's {@code FrameBurst.FLAG_} bits. */
    int flags;

    boolean isFragment;
    int fragmentId;
    /** Octets of the whole before this piece. */
    int fragmentOffset;
    boolean hasMoreFragments;
    /** Where the piece begins in the packet. */
    int fragmentStart;
    /** Next header of the fragmentable part. */
    int fragmentProtocol;

    /** Offset of the octet that is at fault, or {@link #NO_PROBLEM}. */
    int problem = NO_PROBLEM;
    /** ICMPv6 code of the problem. */
    int problemCode;

    long transport() {
        return header + headerLength;
    }

    int transportLength() {
        return totalLength - headerLength;
    }
}
