package org.rds4j.tcp.wire;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ACK;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.CWR;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ECE;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.FIN;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.MIN_LENGTH;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.RST;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.SYN;

/**
 * A received segment in its meaningful parts, checked once. Reused; the payload is borrowed from the frame. URG and the urgent
 * pointer are ignored: urgent octets are delivered in line (a deviation from RFC 9293 section 3.8.5).
 */
public final class TcpSegment {
    private final TcpOptions options = new TcpOptions();
    private int remotePort;
    private int localPort;
    private int sequence;
    private int acknowledgement;
    private int flags;
    private int window;
    private long payload;
    private int payloadLength;
    private int ecnField;

    /** A segment of nothing. */
    public TcpSegment() {
    }

    /**
     * Parses a segment.
     *
     * @param address of the TCP header.
     * @param length  octets of header and payload.
     * @return false if it is malformed; nothing may be read then.
     */
    public boolean parse(final long address, final int length) {
        if (length < MIN_LENGTH) {
            return false;
        }
        final int headerLength = TcpHeaderFlyweight.headerLength(address);
        if (headerLength < MIN_LENGTH || headerLength > length) {
            return false;
        }
        remotePort = TcpHeaderFlyweight.sourcePort(address);
        localPort = TcpHeaderFlyweight.destinationPort(address);
        sequence = TcpHeaderFlyweight.sequence(address);
        acknowledgement = TcpHeaderFlyweight.acknowledgement(address);
        flags = TcpHeaderFlyweight.flags(address);
        window = TcpHeaderFlyweight.window(address);
        payload = address + headerLength;
        payloadLength = length - headerLength;
        return remotePort != 0 && localPort != 0 && options.parse(address + MIN_LENGTH, headerLength - MIN_LENGTH);
    }

    /**
     * Sets the ECN field of the packet that carried the segment.
     *
     * @param field 0..3.
     */
    public void ecnField(final int field) {
        ecnField = field;
    }

    /**
     * The ECN field of the packet that carried the segment (RFC 3168 section 5).
     *
     * @return 0..3, as set.
     */
    public int ecnField() {
        return ecnField;
    }

    /**
     * The options.
     *
     * @return valid until the next segment is parsed.
     */
    public TcpOptions options() {
        return options;
    }

    /**
     * The sender's port.
     *
     * @return 1..65535.
     */
    public int remotePort() {
        return remotePort;
    }

    /**
     * The receiver's port.
     *
     * @return 1..65535.
     */
    public int localPort() {
        return localPort;
    }

    /**
     * SEG.SEQ.
     *
     * @return 32 bits.
     */
    public int sequence() {
        return sequence;
    }

    /**
     * SEG.ACK.
     *
     * @return 32 bits, meaningful with {@link #hasAck()}.
     */
    public int acknowledgement() {
        return acknowledgement;
    }

    /**
     * The window field.
     *
     * @return 0..65535, not scaled.
     */
    public int window() {
        return window;
    }

    /**
     * Where the payload lies.
     *
     * @return its address.
     */
    public long payload() {
        return payload;
    }

    /**
     * Goes on to the payload of a segment whose header says the same but for the sequence number.
     *
     * @param address of the payload.
     * @param length  octets of it.
     */
    public void payload(final long address, final int length) {
        payload = address;
        payloadLength = length;
    }

    /**
     * Octets of payload.
     *
     * @return 0 or more.
     */
    public int payloadLength() {
        return payloadLength;
    }

    /**
     * SEG.LEN: octets of sequence space, SYN and FIN counting one each.
     *
     * @return 0 or more.
     */
    public int length() {
        return payloadLength + ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
    }

    /**
     * The ACK flag.
     *
     * @return true if set.
     */
    public boolean hasAck() {
        return (flags & ACK) != 0;
    }

    /**
     * The SYN flag.
     *
     * @return true if set.
     */
    public boolean hasSyn() {
        return (flags & SYN) != 0;
    }

    /**
     * The RST flag.
     *
     * @return true if set.
     */
    public boolean hasRst() {
        return (flags & RST) != 0;
    }

    /**
     * The ECE flag.
     *
     * @return true if set.
     */
    public boolean hasEce() {
        return (flags & ECE) != 0;
    }

    /**
     * The CWR flag.
     *
     * @return true if set.
     */
    public boolean hasCwr() {
        return (flags & CWR) != 0;
    }

    /**
     * The FIN flag.
     *
     * @return true if set.
     */
    public boolean hasFin() {
        return (flags & FIN) != 0;
    }
}
