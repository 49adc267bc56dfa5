package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.IcmpFlyweight;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.Ipv4Flyweight;

/**
 * ICMP (RFC 792, RFC 1122 section 3.2.2): answers echo requests, hands errors about TCP upward, and tells senders of what
 * nobody here takes. All output is rate limited and goes back to the station the packet came from.
 */
final class IcmpEngine implements IcmpReports {
    /** A packet with an ICMP error is at most this long (RFC 1812 section 4.3.2.3). */
    private static final int MAX_ERROR_LENGTH = 576;
    /** A quotation shorter than this does not tell the connection. */
    private static final int MIN_QUOTED_TRANSPORT = 8;
    private static final int MIN_MTU = 68;

    private final InterfaceConfiguration configuration;
    private final OwnAddresses own;
    private final LinkHeader link;
    private final ControlQueue queue;
    private final NetworkCounters counters;
    private final IcmpLimit echoLimit;
    private final IcmpLimit errorLimit;
    private final IcmpFlyweight received = new IcmpFlyweight();
    private final Ipv4Flyweight quoted = new Ipv4Flyweight();
    private final Ipv4Flyweight ipv4 = new Ipv4Flyweight();
    private final IcmpFlyweight icmp = new IcmpFlyweight();
    private long frame;
    private int identification;

    IcmpEngine(
        final InterfaceConfiguration configuration,
        final OwnAddresses own,
        final LinkHeader link,
        final ControlQueue queue,
        final IcmpLimit echoLimit,
        final IcmpLimit errorLimit,
        final int identification,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.own = own;
        this.link = link;
        this.queue = queue;
        this.identification = identification;
        this.counters = counters;
        this.echoLimit = echoLimit;
        this.errorLimit = errorLimit;
    }

    /** Takes the message in a checked packet, borrowed; returns what became of it. */
    NetworkCounter onMessage(final ReceivedPacket packet, final TransportHandler transport, final long nowNs) {
        if (packet.transportLength() < IcmpFlyweight.HEADER_LENGTH) {
            return NetworkCounter.ICMP_TOO_SHORT;
        }
        received.wrap(packet.transport(), packet.transportLength());
        if (!received.isChecksumGood()) {
            return NetworkCounter.ICMP_BAD_CHECKSUM;
        }
        return switch (received.type()) {
            case IcmpFlyweight.TYPE_ECHO_REQUEST -> onEchoRequest(packet, nowNs);
            case IcmpFlyweight.TYPE_UNREACHABLE, IcmpFlyweight.TYPE_TIME_EXCEEDED -> onError(transport, nowNs);
            default -> NetworkCounter.ICMP_IGNORED;
        };
    }

    private NetworkCounter onEchoRequest(final ReceivedPacket packet, final long nowNs) {
        final int length = received.length();
        if (length + Ipv4Flyweight.MIN_HEADER_LENGTH > configuration.mtu()) {
            counters.increment(NetworkCounter.ECHO_TOO_LARGE);
        } else if (!echoLimit.tryTake(packet.sourceHigh, packet.sourceLow, nowNs)) {
            counters.increment(NetworkCounter.ECHO_LIMITED);
        } else if (open(packet, length, packet.trafficClass, nowNs)) {
            copyEcho(length);
            close(length, NetworkCounter.ECHO_ANSWERED);
        }
        return NetworkCounter.ECHO_RECEIVED;
    }

    private void copyEcho(final int length) {
        final int code = received.code();
        final int restLength = length - IcmpFlyweight.REST_OFFSET;
        final long sum = InternetChecksum.copyAndSum(
            received.address() + IcmpFlyweight.REST_OFFSET, icmp.address() + IcmpFlyweight.REST_OFFSET, restLength);
        icmp.type(IcmpFlyweight.TYPE_ECHO_REPLY).code(code).checksum(InternetChecksum.fold(sum + code));
    }

    @Override
    public void reportPort(final ReceivedPacket packet, final long nowNs) {
        report(packet, IcmpFlyweight.TYPE_UNREACHABLE, IcmpFlyweight.CODE_PORT_UNREACHABLE, nowNs);
    }

    @Override
    public void reportProtocol(final ReceivedPacket packet, final long nowNs) {
        report(packet, IcmpFlyweight.TYPE_UNREACHABLE, IcmpFlyweight.CODE_PROTOCOL_UNREACHABLE, nowNs);
    }

    @Override
    public void reportReassembly(final ReceivedPacket packet, final long nowNs) {
        report(packet, IcmpFlyweight.TYPE_TIME_EXCEEDED, IcmpFlyweight.CODE_REASSEMBLY, nowNs);
    }

    /** Tells the sender of a checked packet what is wrong with it (RFC 1122 section 3.2.2.1). */
    private void report(final ReceivedPacket packet, final int type, final int code, final long nowNs) {
        if (!errorLimit.tryTake(packet.sourceHigh, packet.sourceLow, nowNs)) {
            counters.increment(NetworkCounter.ICMP_ERROR_LIMITED);
            return;
        }
        final int maxQuote = Math.min(MAX_ERROR_LENGTH, configuration.mtu())
            - Ipv4Flyweight.MIN_HEADER_LENGTH - IcmpFlyweight.HEADER_LENGTH;
        final int quote = Math.min(packet.totalLength, maxQuote);
        final int length = IcmpFlyweight.HEADER_LENGTH + quote;
        if (open(packet, length, 0, nowNs)) {
            UnsafeApi.copyMemory(packet.header, icmp.address() + IcmpFlyweight.HEADER_LENGTH, quote);
            icmp.type(type).code(code).rest(0).computeChecksum();
            close(length, NetworkCounter.ICMP_ERROR_SENT);
        }
    }

    /** Opens a frame back to where the packet came from and writes the headers around a message of that length. */
    private boolean open(final ReceivedPacket packet, final int length, final int trafficClass, final long nowNs) {
        final int headers = link.length() + Ipv4Flyweight.MIN_HEADER_LENGTH;
        frame = queue.at(nowNs).claim(headers + length);
        if (frame == 0) {
            return false;
        }
        link.write(frame, packet.station, EthernetFlyweight.TYPE_IPV4);
        ipv4.wrap(frame + link.length(), Ipv4Flyweight.MIN_HEADER_LENGTH);
        ipv4.withoutOptions().trafficClass(trafficClass).totalLength(Ipv4Flyweight.MIN_HEADER_LENGTH + length);
        ipv4.identification(identification++).fragment(Ipv4Flyweight.DONT_FRAGMENT);
        ipv4.timeToLive(Ipv4Route.TIME_TO_LIVE).protocol(Ipv4Flyweight.PROTOCOL_ICMP);
        ipv4.source((int) packet.destinationLow).destination((int) packet.sourceLow).computeChecksum();
        icmp.wrap(frame + headers, length);
        return true;
    }

    private void close(final int length, final NetworkCounter counter) {
        final int written = link.length() + Ipv4Flyweight.MIN_HEADER_LENGTH + length;
        queue.commit(link.pad(frame, written), link.flags());
        counters.increment(counter);
    }

    private NetworkCounter onError(final TransportHandler transport, final long nowNs) {
        final IcmpErrorKind kind = kind(received.type(), received.code());
        if (kind == null) {
            return NetworkCounter.ICMP_IGNORED;
        }
        final int quotedLength = received.length() - IcmpFlyweight.HEADER_LENGTH;
        quoted.wrap(received.address() + IcmpFlyweight.HEADER_LENGTH, quotedLength);
        if (!isQuotationReadable(quotedLength)) {
            return NetworkCounter.ICMP_ERROR_MALFORMED;
        }
        if (transport == null || !isQuotationOurs()) {
            return NetworkCounter.ICMP_ERROR_NOT_OURS;
        }
        final int mtu = kind == IcmpErrorKind.PACKET_TOO_BIG ? nextHopMtu() : 0;
        if (kind == IcmpErrorKind.PACKET_TOO_BIG && mtu < MIN_MTU) {
            return NetworkCounter.ICMP_ERROR_MALFORMED;
        }
        final int headerLength = quoted.headerLength();
        transport.onIcmpError(
            kind, mtu,
            0, Ipv4Address.mappedLow(quoted.destination()), 0, Ipv4Address.mappedLow(quoted.source()),
            quoted.address() + headerLength, quotedLength - headerLength, nowNs);
        return NetworkCounter.ICMP_ERROR_DELIVERED;
    }

    private boolean isQuotationReadable(final int quotedLength) {
        return quotedLength >= Ipv4Flyweight.MIN_HEADER_LENGTH + MIN_QUOTED_TRANSPORT
            && quoted.version() == 4
            && quoted.headerLength() >= Ipv4Flyweight.MIN_HEADER_LENGTH
            && quoted.headerLength() + MIN_QUOTED_TRANSPORT <= quotedLength;
    }

    private boolean isQuotationOurs() {
        return quoted.protocol() == Ipv4Flyweight.PROTOCOL_TCP
            && own.isOwnIpv4(quoted.source())
            && !quoted.isFragment()
            && Ipv4Address.isHost(quoted.destination());
    }

    private int nextHopMtu() {
        final int told = received.nextHopMtu();
        return told != 0 ? told : plateauBelow(quoted.totalLength());
    }

    /** The next smaller MTU that networks really have, for routers that do not tell theirs (RFC 1191 section 7.1). */
    static int plateauBelow(final int packetLength) {
        if (packetLength > 32000) {
            return 32000;
        } else if (packetLength > 17914) {
            return 17914;
        } else if (packetLength > 8166) {
            return 8166;
        } else if (packetLength > 4352) {
            return 4352;
        } else if (packetLength > 2002) {
            return 2002;
        } else if (packetLength > 1492) {
            return 1492;
        } else if (packetLength > 1006) {
            return 1006;
        } else if (packetLength > 508) {
            return 508;
        }
        return packetLength > 296 ? 296 : MIN_MTU;
    }

    /** What an error's type and code mean (RFC 1122 section 3.2.2.1); null for a code that means nothing here. */
    static IcmpErrorKind kind(final int type, final int code) {
        if (type == IcmpFlyweight.TYPE_TIME_EXCEEDED) {
            return code <= 1 ? IcmpErrorKind.TIME_EXCEEDED : null;
        }
        return switch (code) {
            case 0, 1, 5, 6, 7, 8, 11, 12 -> IcmpErrorKind.HOST_UNREACHABLE;
            case IcmpFlyweight.CODE_PROTOCOL_UNREACHABLE -> IcmpErrorKind.PROTOCOL_UNREACHABLE;
            case IcmpFlyweight.CODE_PORT_UNREACHABLE -> IcmpErrorKind.PORT_UNREACHABLE;
            case IcmpFlyweight.CODE_FRAGMENTATION_NEEDED -> IcmpErrorKind.PACKET_TOO_BIG;
            case 9, 10, 13, 14, 15 -> IcmpErrorKind.ADMIN_PROHIBITED;
            default -> null;
        };
    }
}
