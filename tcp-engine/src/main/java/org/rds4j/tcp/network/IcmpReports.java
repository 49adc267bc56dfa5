package org.rds4j.tcp.network;

/** The errors that a host tells the senders of packets it cannot use, whichever IP version they came by. */
interface IcmpReports {
    /** Nobody listens on the port that the packet is for. */
    void reportPort(ReceivedPacket packet, long nowNs);

    /** Nobody here speaks the packet's protocol. */
    void reportProtocol(ReceivedPacket packet, long nowNs);

    /** Fragments of the packet, of which the first is given, did not arrive in time. */
    void reportReassembly(ReceivedPacket packet, long nowNs);
}
