package org.rds4j.tcp.steering;

import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Reads from a frame what decides where it goes: the flow of a TCP segment, the flow that an ICMP error quotes, or whether
 * every engine has to hear of it. A judgement-free look: what is malformed or anything else stays with the first engine, whose
 * network layer drops or answers it. One thread.
 */
final class FrameClassifier {
    /** Concerns one flow, which is in the fields. */
    static final int FLOW = 0;
    /** What neighbours and routers say of themselves: any engine may wait for it, or know better until it hears it. */
    static final int EVERYBODY = 1;
    /** Everything else: requests of neighbours, echo requests, later fragments. */
    static final int FIRST = 2;

    private static final int ETHERNET = 14;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88a8;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int ARP_LENGTH = 28;
    private static final int ARP_REPLY = 2;
    private static final int ICMP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int ICMPV6_LAST_ERROR = 4;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int ROUTER_ADVERTISEMENT = 134;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int REDIRECT = 137;
    private static final int PORTS_LENGTH = 4;
    private static final int TCP_HEADER = 20;
    private static final int TCP_FLAGS = 13;
    private static final int ACK = 0x10;
    private static final int SYN_OR_RST = 0x06;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MOST_EXTENSIONS = 8;
    private static final int FRAGMENT_OFFSET_MASK = 0x1fff;
    private static final long IPV4_PREFIX = 0xffff_0000_0000L;
    private static final long LOW_INT = 0xffff_ffffL;

    long remoteHigh;
    long remoteLow;
    long localHigh;
    long localLow;
    int remotePort;
    int localPort;
    /** Whether the frame is a segment that may bring back a cookie; sequence and acknowledgement are valid then. */
    boolean isAcknowledgement;
    int sequence;
    int acknowledgement;
    private int protocol;

    /** What the frame is. */
    int classify(final long frame, final int length) {
        int offset = ETHERNET;
        if (length < ETHERNET) {
            return FIRST;
        }
        int type = NetworkOrder.getShort(frame + 12);
        while ((type == TYPE_VLAN || type == TYPE_SERVICE_VLAN) && length >= offset + 4) {
            type = NetworkOrder.getShort(frame + offset + 2);
            offset += 4;
        }
        final long packet = frame + offset;
        final int rest = length - offset;
        return switch (type) {
            case TYPE_IPV4 -> classifyIpv4(packet, rest);
            case TYPE_IPV6 -> classifyIpv6(packet, rest);
            case TYPE_ARP -> rest >= ARP_LENGTH && concernsEverybody(packet) ? EVERYBODY : FIRST;
            default -> FIRST;
        };
    }

    /** A reply, or an announcement, which is a request for the sender's own address (RFC 5227 section 3). */
    private static boolean concernsEverybody(final long arp) {
        return NetworkOrder.getShort(arp + 6) == ARP_REPLY || NetworkOrder.getInt(arp + 14) == NetworkOrder.getInt(arp + 24);
    }

    private int classifyIpv4(final long packet, final int length) {
        final int headerLength = ipv4HeaderLength(packet, length);
        if (headerLength == 0) {
            return FIRST;
        }
        protocol = NetworkOrder.getByte(packet + 9);
        if (protocol == TCP) {
            return flowV4(packet, headerLength, length, false);
        }
        final long message = packet + headerLength;
        if (protocol != ICMP || length < headerLength + ICMP_HEADER || !isIcmpError(NetworkOrder.getByte(message))) {
            return FIRST;
        }
        final long quoted = message + ICMP_HEADER;
        final int rest = length - headerLength - ICMP_HEADER;
        final int quotedLength = ipv4HeaderLength(quoted, rest);
        return quotedLength == 0 || NetworkOrder.getByte(quoted + 9) != TCP
            ? FIRST : flowV4(quoted, quotedLength, rest, true);
    }

    /** Octets of the header of a packet that is no later fragment, or 0. */
    private static int ipv4HeaderLength(final long packet, final int length) {
        if (length < IPV4_HEADER || NetworkOrder.getByte(packet) >>> 4 != 4
            || (NetworkOrder.getShort(packet + 6) & FRAGMENT_OFFSET_MASK) != 0) {
            return 0;
        }
        final int headerLength = (NetworkOrder.getByte(packet) & 0xf) * 4;
        return headerLength >= IPV4_HEADER && length >= headerLength + PORTS_LENGTH ? headerLength : 0;
    }

    private static boolean isIcmpError(final int type) {
        return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    }

    /** A quoted packet is one of ours, so that its source is here. */
    private int flowV4(final long packet, final int headerLength, final int length, final boolean quoted) {
        if (length < headerLength + PORTS_LENGTH) {
            return FIRST;
        }
        final long source = IPV4_PREFIX | (NetworkOrder.getInt(packet + 12) & LOW_INT);
        final long destination = IPV4_PREFIX | (NetworkOrder.getInt(packet + 16) & LOW_INT);
        remoteHigh = 0;
        localHigh = 0;
        remoteLow = quoted ? destination : source;
        localLow = quoted ? source : destination;
        return transport(packet + headerLength, length - headerLength, quoted);
    }

    private int transport(final long header, final int length, final boolean quoted) {
        final int source = NetworkOrder.getShort(header);
        final int destination = NetworkOrder.getShort(header + 2);
        remotePort = quoted ? destination : source;
        localPort = quoted ? source : destination;
        isAcknowledgement =
            !quoted && length >= TCP_HEADER && (NetworkOrder.getByte(header + TCP_FLAGS) & (ACK | SYN_OR_RST)) == ACK;
        if (isAcknowledgement) {
            sequence = NetworkOrder.getInt(header + 4);
            acknowledgement = NetworkOrder.getInt(header + 8);
        }
        return FLOW;
    }

    private int classifyIpv6(final long packet, final int length) {
        final int headers = ipv6HeadersLength(packet, length);
        if (headers == 0) {
            return FIRST;
        }
        if (protocol == TCP) {
            return flowV6(packet, headers, length, false);
        }
        final long message = packet + headers;
        if (protocol != ICMPV6 || length < headers + ICMP_HEADER) {
            return FIRST;
        }
        final int type = NetworkOrder.getByte(message);
        final boolean isProbe = type == NEIGHBOUR_SOLICITATION && isUnspecified(packet + 8);
        if (isProbe || type == ROUTER_ADVERTISEMENT || type == NEIGHBOUR_ADVERTISEMENT || type == REDIRECT) {
            return EVERYBODY;
        }
        final boolean isError = type >= 1 && type <= ICMPV6_LAST_ERROR;
        final int quotedHeaders =
            isError ? ipv6HeadersLength(message + ICMP_HEADER, length - headers - ICMP_HEADER) : 0;
        return quotedHeaders > 0 && protocol == TCP ? flowV6(message + ICMP_HEADER, quotedHeaders, 0, true) : FIRST;
    }

    /** Whether a solicitation asks if an address is free (RFC 4862 section 5.4): whoever uses it, or is about to, has a say. */
    private static boolean isUnspecified(final long source) {
        return (NetworkOrder.getLong(source) | NetworkOrder.getLong(source + 8)) == 0;
    }

    /** Octets of the header and its extensions, what follows them being in a field; 0 where no ports can follow. */
    private int ipv6HeadersLength(final long packet, final int length) {
        if (length < IPV6_HEADER + PORTS_LENGTH || NetworkOrder.getByte(packet) >>> 4 != 6) {
            return 0;
        }
        protocol = NetworkOrder.getByte(packet + 6);
        int offset = IPV6_HEADER;
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(protocol); i++) {
            if (length < offset + Long.BYTES || isLaterFragment(packet + offset)) {
                return 0;
            }
            final int octets = protocol == FRAGMENT ? Long.BYTES : (NetworkOrder.getByte(packet + offset + 1) + 1) * Long.BYTES;
            protocol = NetworkOrder.getByte(packet + offset);
            offset += octets;
        }
        return length >= offset + PORTS_LENGTH ? offset : 0;
    }

    private static boolean isExtension(final int header) {
        return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT || header == DESTINATION_OPTIONS;
    }

    private boolean isLaterFragment(final long extension) {
        return protocol == FRAGMENT && NetworkOrder.getShort(extension + 2) >>> 3 != 0;
    }

    private int flowV6(final long packet, final int headersLength, final int length, final boolean quoted) {
        final long source = packet + (quoted ? 24 : 8);
        final long destination = packet + (quoted ? 8 : 24);
        remoteHigh = NetworkOrder.getLong(source);
        remoteLow = NetworkOrder.getLong(source + 8);
        localHigh = NetworkOrder.getLong(destination);
        localLow = NetworkOrder.getLong(destination + 8);
        return transport(packet + headersLength, length - headersLength, quoted);
    }
}
