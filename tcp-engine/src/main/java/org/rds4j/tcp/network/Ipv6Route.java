package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * The way to one IPv6 host: no extension headers, hop limit 64. The flow label is a seeded hash of the ports, the same for all
 * segments of a connection (RFC 6437 section 3).
 */
final class Ipv6Route extends IpRoute {
    private static final int HOP_LIMIT = 64;
    private static final int FLOW_LABEL_SHIFT = 44;

    private final long localSum;
    private final long flowSeed;
    private long addressSum;

    Ipv6Route(final NetworkInterface owner, final OwnAddress local, final long flowSeed) {
        super(owner, local, EthernetFlyweight.TYPE_IPV6, Ipv6Flyweight.HEADER_LENGTH, Ipv6Flyweight.MIN_MTU);
        this.localSum = Ipv6Flyweight.addressSum(local.high, local.low);
        this.flowSeed = flowSeed | 1;
    }

    @Override
    void lead(final long toHigh, final long toLow, final long byHigh, final long byLow) {
        super.lead(toHigh, toLow, byHigh, byLow);
        addressSum = localSum + Ipv6Flyweight.addressSum(toHigh, toLow);
    }

    @Override
    void writeIpHeader(final long address, final int transportLength, final int trafficClass) {
        final long ports = NetworkOrder.getInt(address + Ipv6Flyweight.HEADER_LENGTH);
        final int flowLabel = (int) ((ports * flowSeed) >>> FLOW_LABEL_SHIFT);
        NetworkOrder.putLong(address,
            Ipv6Flyweight.firstWord(trafficClass, flowLabel, transportLength, TcpHeaderFlyweight.PROTOCOL, HOP_LIMIT));
        NetworkOrder.putLong(address + Ipv6Flyweight.SOURCE_OFFSET, localHigh());
        NetworkOrder.putLong(address + Ipv6Flyweight.SOURCE_OFFSET + 8, localLow());
        NetworkOrder.putLong(address + Ipv6Flyweight.DESTINATION_OFFSET, remoteHigh());
        NetworkOrder.putLong(address + Ipv6Flyweight.DESTINATION_OFFSET + 8, remoteLow());
    }

    @Override
    public long pseudoHeaderSum(final int protocol, final int transportLength) {
        return Ipv6Flyweight.pseudoHeaderSum(addressSum, transportLength, protocol);
    }
}
