package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * The way to one IPv4 host. Ethernet and IPv4 header are 34 octets without options, kept as four 64-bit words and a half
 * word, so that a packet's headers are five stores. Never fragmented (DF), time to live 64; the header checksum is the sum
 * of the constant fields plus the three that vary, which costs less than telling the device to do it.
 */
final class Ipv4Route implements NetworkRoute {
    static final int HEADERS_LENGTH = EthernetFlyweight.HEADER_LENGTH + Ipv4Flyweight.MIN_HEADER_LENGTH;
    static final int TIME_TO_LIVE = 64;

    private static final int VERSION_AND_LENGTH = 0x4500;
    private static final int TTL_AND_TCP = (TIME_TO_LIVE << 8) | Ipv4Flyweight.PROTOCOL_TCP;
    private static final long LOW_INT = 0xffff_ffffL;

    private final ArpEngine arp;
    private final long ownMac;
    private final int local;
    private final int remote;
    private final int nextHop;
    private final int maxTransportLength;
    private final long addressSum;
    private final long headerSum;
    private final long addressWord;
    private Neighbour neighbour;
    private long linkedMac;
    private long macWord;
    private long typeWord;
    private int identification;
    private long openAddress;

    Ipv4Route(
        final InterfaceConfiguration configuration,
        final ArpEngine arp,
        final int remote,
        final int nextHop,
        final int identification) {
        this.arp = arp;
        this.ownMac = configuration.mac();
        this.local = configuration.address();
        this.remote = remote;
        this.nextHop = nextHop;
        this.identification = identification;
        this.maxTransportLength = configuration.mtu() - Ipv4Flyweight.MIN_HEADER_LENGTH;
        this.addressSum = (long) (local >>> 16) + (local & 0xffff) + (remote >>> 16) + (remote & 0xffff);
        this.headerSum = addressSum + VERSION_AND_LENGTH + Ipv4Flyweight.DONT_FRAGMENT + TTL_AND_TCP;
        this.addressWord = ((local & LOW_INT) << 16) | (remote >>> 16);
    }

    @Override
    public long localHigh() {
        return 0;
    }

    @Override
    public long localLow() {
        return Ipv4Address.mappedLow(local);
    }

    @Override
    public long remoteHigh() {
        return 0;
    }

    @Override
    public long remoteLow() {
        return Ipv4Address.mappedLow(remote);
    }

    @Override
    public int maxTransportLength() {
        return maxTransportLength;
    }

    @Override
    public boolean isResolved(final long nowNs) {
        if (!hasNeighbour()) {
            neighbour = arp.neighbour(nextHop, nowNs);
        }
        return neighbour != null && arp.use(neighbour, nowNs);
    }

    /** False when the slot of the neighbour was given to another meanwhile. */
    private boolean hasNeighbour() {
        return neighbour != null && neighbour.address == nextHop;
    }

    @Override
    public long claim(final FrameSink sink, final int transportLength) {
        if (!hasNeighbour() || neighbour.mac == 0) {
            return 0;
        }
        openAddress = sink.claim(Math.max(HEADERS_LENGTH + transportLength, EthernetFlyweight.MIN_FRAME_LENGTH));
        return openAddress == 0 ? 0 : openAddress + HEADERS_LENGTH;
    }

    @Override
    public int commit(final FrameSink sink, final int transportLength, final int trafficClass, final int flags) {
        if (neighbour.mac != linkedMac) {
            link(neighbour.mac);
        }
        writeHeaders(Ipv4Flyweight.MIN_HEADER_LENGTH + transportLength, trafficClass & 0xff);
        final int written = HEADERS_LENGTH + transportLength;
        final int padding = EthernetFlyweight.MIN_FRAME_LENGTH - written;
        if (padding > 0) {
            UnsafeApi.setMemory(openAddress + written, padding, (byte) 0);
        }
        final int length = Math.max(written, EthernetFlyweight.MIN_FRAME_LENGTH);
        sink.commit(length, flags);
        return length;
    }

    @Override
    public boolean carriesTrains() {
        return true;
    }

    @Override
    public int commitTrain(final SegmentSink sink, final SegmentTrain train, final int trafficClass) {
        if (neighbour.mac != linkedMac) {
            link(neighbour.mac);
        }
        train.network(EthernetFlyweight.HEADER_LENGTH, HEADERS_LENGTH, addressSum + Ipv4Flyweight.PROTOCOL_TCP);
        writeHeaders(
            train.headersLength() - EthernetFlyweight.HEADER_LENGTH + train.payloadLength(), trafficClass & 0xff);
        identification += train.count() - 1;
        sink.commitTrain(train);
        return train.frameOctets();
    }

    private void link(final long mac) {
        linkedMac = mac;
        macWord = (mac << 16) | (ownMac >>> 32);
        typeWord = (ownMac << 32) | ((long) EthernetFlyweight.TYPE_IPV4 << 16) | VERSION_AND_LENGTH;
    }

    private void writeHeaders(final int totalLength, final int trafficClass) {
        final int id = identification++ & 0xffff;
        final long checksum = InternetChecksum.fold(headerSum + trafficClass + totalLength + id);
        NetworkOrder.putLong(openAddress, macWord);
        NetworkOrder.putLong(openAddress + 8, typeWord | trafficClass);
        NetworkOrder.putLong(openAddress + 16, ((long) totalLength << 48) | ((long) id << 32)
            | ((long) Ipv4Flyweight.DONT_FRAGMENT << 16) | TTL_AND_TCP);
        NetworkOrder.putLong(openAddress + 24, (checksum << 48) | addressWord);
        NetworkOrder.putShort(openAddress + 32, remote);
    }

    @Override
    public long pseudoHeaderSum(final int protocol, final int transportLength) {
        return addressSum + protocol + transportLength;
    }

    @Override
    public void confirm(final long nowNs) {
        if (hasNeighbour()) {
            arp.confirm(neighbour, nowNs);
        }
    }
}
