package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Every host on the link but ours, all with one station address: what they say when they are asked for it, by ARP (RFC 826) or by
 * neighbour solicitation (RFC 4861 section 4.3). Frames are whole, from the Ethernet header on.
 */
final class Neighbours {
    static final int TYPE_OFFSET = 12;
    static final int HEADER_LENGTH = 14;
    static final int TYPE_IPV4 = 0x0800;
    static final int TYPE_ARP = 0x0806;
    static final int TYPE_IPV6 = 0x86dd;

    private static final int ICMPV6 = 58;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int REDIRECT = 137;
    private static final int ADVERTISEMENT_LENGTH = 32;
    private static final int SOLICITED_AND_OVERRIDE = 0x6000_0000;

    private final byte[] mac;

    Neighbours(final byte[] mac) {
        this.mac = mac.clone();
    }

    /** Whether a frame is talk of the link, which no script means. */
    static boolean isLinkTalk(final byte[] frame) {
        final int type = type(frame);
        return type == TYPE_ARP || (type == TYPE_IPV6 && isDiscovery(frame));
    }

    static int type(final byte[] frame) {
        return ByteBuffer.wrap(frame).getShort(TYPE_OFFSET) & 0xffff;
    }

    private static boolean isDiscovery(final byte[] frame) {
        final int kind = frame[HEADER_LENGTH + 40] & 0xff;
        return frame[HEADER_LENGTH + 6] == ICMPV6 && kind >= ROUTER_SOLICITATION && kind <= REDIRECT;
    }

    /** The answer to a frame, or null if it is not a question. A search for duplicates finds none. */
    byte[] answer(final byte[] frame) {
        if (type(frame) == TYPE_ARP) {
            return frame[HEADER_LENGTH + 7] == 1 ? answerArp(frame) : null;
        }
        final boolean asks = isDiscovery(frame) && (frame[HEADER_LENGTH + 40] & 0xff) == NEIGHBOUR_SOLICITATION;
        return asks && !isUnspecified(frame) ? answerSolicitation(frame) : null;
    }

    private static boolean isUnspecified(final byte[] frame) {
        return Arrays.equals(frame, HEADER_LENGTH + 8, HEADER_LENGTH + 24, new byte[16], 0, 16);
    }

    private byte[] answerArp(final byte[] frame) {
        final byte[] reply = frame.clone();
        System.arraycopy(frame, 6, reply, 0, 6);
        System.arraycopy(mac, 0, reply, 6, 6);
        reply[HEADER_LENGTH + 7] = 2;
        System.arraycopy(mac, 0, reply, HEADER_LENGTH + 8, 6);
        System.arraycopy(frame, HEADER_LENGTH + 24, reply, HEADER_LENGTH + 14, 4);
        System.arraycopy(frame, HEADER_LENGTH + 8, reply, HEADER_LENGTH + 18, 10);
        return reply;
    }

    private byte[] answerSolicitation(final byte[] frame) {
        final byte[] reply = new byte[HEADER_LENGTH + 40 + ADVERTISEMENT_LENGTH];
        final byte[] target = Arrays.copyOfRange(frame, HEADER_LENGTH + 48, HEADER_LENGTH + 64);
        final ByteBuffer buffer = ByteBuffer.wrap(reply);
        buffer.put(frame, 6, 6).put(mac).putShort((short) TYPE_IPV6)
            .putInt(6 << 28).putShort((short) ADVERTISEMENT_LENGTH).put((byte) ICMPV6).put((byte) 255)
            .put(target).put(frame, HEADER_LENGTH + 8, 16)
            .put((byte) (NEIGHBOUR_SOLICITATION + 1)).put((byte) 0).putShort((short) 0).putInt(SOLICITED_AND_OVERRIDE)
            .put(target).put((byte) 2).put((byte) 1).put(mac);
        buffer.putShort(HEADER_LENGTH + 42, (short) ~sum(reply));
        return reply;
    }

    /** Over the addresses, the message and what else is in the pseudo-header (RFC 8200 section 8.1). */
    private static int sum(final byte[] reply) {
        long sum = ICMPV6 + ADVERTISEMENT_LENGTH;
        for (int i = HEADER_LENGTH + 8; i < reply.length; i += 2) {
            sum += (reply[i] & 0xffL) << 8 | (reply[i + 1] & 0xff);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }
}
