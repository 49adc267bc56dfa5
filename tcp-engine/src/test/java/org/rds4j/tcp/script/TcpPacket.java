package org.rds4j.tcp.script;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A TCP segment in its IPv4 or IPv6 packet, taken apart and put together independently of the engine's own code, so that a
 * mistake there is not repeated here.
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

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int PROTOCOL = 6;

    /** 4 or 16 octets, as the destination. */
    public byte[] source;
    public byte[] destination;
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

    /** The octets of an address in text. */
    public static byte[] address(final String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The packet's octets. */
    public byte[] encode() {
        final byte[] optionOctets = encodeOptions();
        final int headerLength = TCP_HEADER + optionOctets.length;
        final int length = headerLength + payload.length;
        final int start = source.length == 4 ? IPV4_HEADER : IPV6_HEADER;
        final byte[] octets = new byte[start + length];
        final ByteBuffer buffer = ByteBuffer.wrap(octets);
        if (source.length == 4) {
            encodeIpv4(buffer, octets);
        } else {
            buffer.putInt(6 << 28 | trafficClass << 20).putShort((short) length).put((byte) PROTOCOL).put((byte) timeToLive)
                .put(source).put(destination);
        }
        buffer.putShort((short) sourcePort).putShort((short) destinationPort).putInt(sequence).putInt(acknowledgement)
            .put((byte) (headerLength << 2)).put((byte) flags).putShort((short) window).putShort((short) 0)
            .putShort((short) urgentPointer).put(optionOctets).put(payload);
        final int checksum = ~sum(pseudoHeader(length), octets, start, octets.length);
        buffer.putShort(start + 16, (short) (checksum + checksumError));
        return octets;
    }

    private void encodeIpv4(final ByteBuffer buffer, final byte[] octets) {
        buffer.put((byte) 0x45).put((byte) trafficClass).putShort((short) octets.length).putShort((short) 1)
            .putShort((short) (dontFragment ? 0x4000 : 0)).put((byte) timeToLive).put((byte) PROTOCOL).putShort((short) 0)
            .put(source).put(destination);
        buffer.putShort(10, (short) ~sum(0, octets, 0, IPV4_HEADER));
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
        final TcpPacket packet = new TcpPacket();
        final ByteBuffer buffer = ByteBuffer.wrap(octets);
        require(octets.length >= IPV4_HEADER + TCP_HEADER, "no TCP packet");
        final int start = octets[0] >> 4 == 4 ? packet.decodeIpv4(buffer, octets) : packet.decodeIpv6(buffer, octets);
        require(sum(packet.pseudoHeader(octets.length - start), octets, start, octets.length) == 0xffff, "TCP checksum");
        packet.sourcePort = buffer.getShort(start) & 0xffff;
        packet.destinationPort = buffer.getShort(start + 2) & 0xffff;
        packet.sequence = buffer.getInt(start + 4);
        packet.acknowledgement = buffer.getInt(start + 8);
        final int headerLength = (octets[start + 12] & 0xf0) >> 2;
        require(headerLength >= TCP_HEADER && start + headerLength <= octets.length, "header length");
        packet.flags = octets[start + 13] & 0xff;
        packet.window = buffer.getShort(start + 14) & 0xffff;
        packet.urgentPointer = buffer.getShort(start + 18) & 0xffff;
        packet.decodeOptions(octets, start + TCP_HEADER, start + headerLength);
        packet.payload = Arrays.copyOfRange(octets, start + headerLength, octets.length);
        return packet;
    }

    private int decodeIpv4(final ByteBuffer buffer, final byte[] octets) {
        require(buffer.get(0) == 0x45 && buffer.get(9) == PROTOCOL, "not a plain TCP packet");
        require((buffer.getShort(2) & 0xffff) == octets.length, "total length");
        require(sum(0, octets, 0, IPV4_HEADER) == 0xffff, "IP checksum");
        require((buffer.getShort(6) & 0x3fff) == 0, "a fragment");
        trafficClass = buffer.get(1) & 0xff;
        dontFragment = (buffer.getShort(6) & 0x4000) != 0;
        timeToLive = buffer.get(8) & 0xff;
        source = Arrays.copyOfRange(octets, 12, 16);
        destination = Arrays.copyOfRange(octets, 16, 20);
        return IPV4_HEADER;
    }

    private int decodeIpv6(final ByteBuffer buffer, final byte[] octets) {
        require(buffer.get(0) >> 4 == 6 && buffer.get(6) == PROTOCOL, "not a plain TCP packet");
        require((buffer.getShort(4) & 0xffff) == octets.length - IPV6_HEADER, "payload length");
        trafficClass = buffer.getInt(0) >>> 20 & 0xff;
        timeToLive = buffer.get(7) & 0xff;
        source = Arrays.copyOfRange(octets, 8, 24);
        destination = Arrays.copyOfRange(octets, 24, 40);
        return IPV6_HEADER;
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
            options.add(new Option(kind, Arrays.copyOfRange(octets, at + 2, at + length)));
            at += length;
        }
    }

    private int pseudoHeader(final int length) {
        return sum(sum(PROTOCOL + length, source, 0, source.length), destination, 0, destination.length);
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
