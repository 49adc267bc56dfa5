package org.rds4j.tcp.script;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP segment in its IPv4 packet, taken apart and put together independently of the engine's own code, so that a mistake there
 * is not repeated here.
 */
public final class TcpPacket {
    public static final int FIN = 1;
    public static final int SYN = 2;
    public static final int RST = 4;
    public static final int PSH = 8;
    public static final int ACK = 16;
    public static final int URG = 32;
    public static final int ECE = 64;
    public static final int CWR = 128;

    private static final int IP_HEADER = 20;
    private static final int TCP_HEADER = 20;
    private static final int PROTOCOL = 6;

    public int source;
    public int destination;
    public int trafficClass;
    public int timeToLive = 64;
    public boolean dontFragment = true;
    public int sourcePort;
    public int destinationPort;
    public int sequence;
    public int acknowledgement;
    public int flags;
    public int window = 65_535;
    public int urgentPointer;
    public final List<Option> options = new ArrayList<>();
    public byte[] payload = new byte[0];
    /** Added to the right checksum: anything but 0 makes it wrong. */
    public int checksumError;

    /** An option as it stands in the header. */
    public static final class Option {
        private final int kind;
        private final byte[] content;

        /** An option with what stands behind kind and length. */
        public Option(final int kind, final byte[] content) {
            this.kind = kind;
            this.content = content;
        }

        /** Its kind; 0 and 1 have no length; negative for octets that stand there as they are. */
        public int kind() {
            return kind;
        }

        /** What is behind kind and length. */
        public byte[] content() {
            return content;
        }
    }

    /** The packet's octets. */
    public byte[] encode() {
        final byte[] optionOctets = encodeOptions();
        final int headerLength = TCP_HEADER + optionOctets.length;
        final ByteBuffer buffer = ByteBuffer.allocate(IP_HEADER + headerLength + payload.length);
        buffer.put((byte) 0x45).put((byte) trafficClass).putShort((short) buffer.capacity()).putShort((short) 1)
            .putShort((short) (dontFragment ? 0x4000 : 0)).put((byte) timeToLive).put((byte) PROTOCOL).putShort((short) 0)
            .putInt(source).putInt(destination);
        buffer.putShort(10, (short) ~sum(0, buffer.array(), 0, IP_HEADER));
        buffer.putShort((short) sourcePort).putShort((short) destinationPort).putInt(sequence).putInt(acknowledgement)
            .put((byte) (headerLength << 2)).put((byte) flags).putShort((short) window).putShort((short) 0)
            .putShort((short) urgentPointer).put(optionOctets).put(payload);
        final int checksum = ~sum(pseudoHeader(headerLength + payload.length), buffer.array(), IP_HEADER, buffer.capacity());
        buffer.putShort(IP_HEADER + 16, (short) (checksum + checksumError));
        return buffer.array();
    }

    private byte[] encodeOptions() {
        final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (final Option option : options) {
            if (option.kind >= 0) {
                octets.write(option.kind);
            }
            if (option.kind > 1) {
                octets.write(option.content.length + 2);
            }
            octets.writeBytes(option.content);
        }
        while (octets.size() % 4 != 0) {
            octets.write(0);
        }
        return octets.toByteArray();
    }

    /**
     * Takes a packet apart.
     *
     * @throws IllegalArgumentException saying what is wrong with it: lengths, checksums, options.
     */
    public static TcpPacket decode(final byte[] octets) {
        final ByteBuffer buffer = ByteBuffer.wrap(octets);
        require(octets.length >= IP_HEADER + TCP_HEADER && octets[0] == 0x45 && octets[9] == PROTOCOL, "not a plain TCP packet");
        require((buffer.getShort(2) & 0xffff) == octets.length, "total length");
        require(sum(0, octets, 0, IP_HEADER) == 0xffff, "IP checksum");
        final TcpPacket packet = new TcpPacket();
        packet.trafficClass = octets[1] & 0xff;
        packet.dontFragment = (buffer.getShort(6) & 0x4000) != 0;
        require((buffer.getShort(6) & 0x3fff) == 0, "a fragment");
        packet.timeToLive = octets[8] & 0xff;
        packet.source = buffer.getInt(12);
        packet.destination = buffer.getInt(16);
        require(sum(packet.pseudoHeader(octets.length - IP_HEADER), octets, IP_HEADER, octets.length) == 0xffff, "TCP checksum");
        packet.sourcePort = buffer.getShort(20) & 0xffff;
        packet.destinationPort = buffer.getShort(22) & 0xffff;
        packet.sequence = buffer.getInt(24);
        packet.acknowledgement = buffer.getInt(28);
        final int headerLength = (octets[32] & 0xf0) >> 2;
        require(headerLength >= TCP_HEADER && IP_HEADER + headerLength <= octets.length, "header length");
        packet.flags = octets[33] & 0xff;
        packet.window = buffer.getShort(34) & 0xffff;
        packet.urgentPointer = buffer.getShort(38) & 0xffff;
        packet.decodeOptions(octets, IP_HEADER + TCP_HEADER, IP_HEADER + headerLength);
        packet.payload = java.util.Arrays.copyOfRange(octets, IP_HEADER + headerLength, octets.length);
        return packet;
    }

    private void decodeOptions(final byte[] octets, final int from, final int to) {
        int at = from;
        while (at < to) {
            final int kind = octets[at] & 0xff;
            if (kind <= 1) {
                options.add(new Option(kind, new byte[0]));
                at++;
                continue;
            }
            final int length = at + 1 < to ? octets[at + 1] & 0xff : 0;
            require(length >= 2 && at + length <= to, "option length");
            options.add(new Option(kind, java.util.Arrays.copyOfRange(octets, at + 2, at + length)));
            at += length;
        }
    }

    private int pseudoHeader(final int length) {
        return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + PROTOCOL + length;
    }

    /** The ones' complement sum (RFC 1071) of some octets and what is given, folded to 16 bits. */
    static int sum(final long first, final byte[] octets, final int from, final int to) {
        long sum = first;
        for (int i = from; i < to; i += 2) {
            sum += (octets[i] & 0xffL) << 8 | (i + 1 < to ? octets[i + 1] & 0xff : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static void require(final boolean condition, final String what) {
        if (!condition) {
            throw new IllegalArgumentException(what);
        }
    }
}
