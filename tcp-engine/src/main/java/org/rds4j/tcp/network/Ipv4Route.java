package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * The way to one IPv4 host. Never fragmented (DF), time to live 64. The header without options is three stores; its checksum
 * is the sum of the constant fields plus the three that vary, which costs less than telling the device to do it.
 */
final class Ipv4Route extends IpRoute {
    static final int TIME_TO_LIVE = 64;

    private static final int VERSION_AND_LENGTH = 0x4500;
    private static final int TTL_AND_TCP = (TIME_TO_LIVE << 8) | Ipv4Flyweight.PROTOCOL_TCP;
    private static final long LOW_INT = 0xffff_ffffL;

    private final int source;
    private final long timeToLiveWord;
    private int remote;
    private long addressSum;
    private long headerSum;
    private int identification;

    Ipv4Route(final NetworkInterface owner, final OwnAddress local, final int identification) {
        super(owner, local, EthernetFlyweight.TYPE_IPV4, Ipv4Flyweight.MIN_HEADER_LENGTH,
            owner.configuration().tuning().pathMtuFloorIpv4());
        this.source = (int) local.low;
        this.identification = identification;
        this.timeToLiveWord = ((long) TTL_AND_TCP << 48) | (source & LOW_INT);
    }

    @Override
    void lead(final long toHigh, final long toLow, final long byHigh, final long byLow) {
        super.lead(toHigh, toLow, byHigh, byLow);
        remote = (int) toLow;
        addressSum = (long) (source >>> 16) + (source & 0xffff) + (remote >>> 16) + (remote & 0xffff);
        headerSum = addressSum + VERSION_AND_LENGTH + Ipv4Flyweight.DONT_FRAGMENT + TTL_AND_TCP;
    }

    @Override
    void writeIpHeader(final long address, final int transportLength, final int trafficClass) {
        final int totalLength = Ipv4Flyweight.MIN_HEADER_LENGTH + transportLength;
        final int id = identification++ & 0xffff;
        final long checksum = InternetChecksum.fold(headerSum + trafficClass + totalLength + id);
        NetworkOrder.putLong(address, ((long) (VERSION_AND_LENGTH | trafficClass) << 48) | ((long) totalLength << 32)
            | ((long) id << 16) | Ipv4Flyweight.DONT_FRAGMENT);
        NetworkOrder.putLong(address + 8, timeToLiveWord | (checksum << 32));
        NetworkOrder.putInt(address + 16, remote);
    }

    @Override
    void onTrain(final int packets) {
        identification += packets - 1;
    }

    @Override
    public long pseudoHeaderSum(final int protocol, final int transportLength) {
        return addressSum + protocol + transportLength;
    }
}
