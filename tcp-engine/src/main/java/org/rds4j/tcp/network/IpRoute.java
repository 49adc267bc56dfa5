package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** What the ways to IPv4 and IPv6 hosts have in common: the next hop, the link header, the path MTU. */
abstract class IpRoute extends KeptRoute {
    private final NetworkInterface owner;
    private final LinkHeader link;
    private final OwnAddress local;
    private long remoteHigh;
    private long remoteLow;
    private long nextHopHigh;
    private long nextHopLow;
    private final int type;
    private final int ipHeaderLength;
    private final int headersLength;
    private final PathMtu pathMtu;
    private Neighbour neighbour;
    private long openAddress;

    /** A route that leads nowhere yet. */
    IpRoute(
        final NetworkInterface owner, final OwnAddress local, final int type, final int ipHeaderLength, final int mtuFloor) {
        this.owner = owner;
        this.link = owner.link();
        this.local = local;
        this.type = type;
        this.ipHeaderLength = ipHeaderLength;
        this.headersLength = link.length() + ipHeaderLength;
        this.pathMtu = new PathMtu(owner.configuration().mtu(), mtuFloor, owner.configuration().tuning());
    }

    @Override
    void lead(final long toHigh, final long toLow, final long byHigh, final long byLow) {
        remoteHigh = toHigh;
        remoteLow = toLow;
        nextHopHigh = byHigh;
        nextHopLow = byLow;
        pathMtu.reset();
    }

    /** Writes the IP header of a packet. */
    abstract void writeIpHeader(long address, int transportLength, int trafficClass);

    @Override
    public final int interfaceId() {
        return owner.id();
    }

    @Override
    public final long localHigh() {
        return local.high;
    }

    @Override
    public final long localLow() {
        return local.low;
    }

    @Override
    public final long remoteHigh() {
        return remoteHigh;
    }

    @Override
    public final long remoteLow() {
        return remoteLow;
    }

    @Override
    public final PathMtu pathMtu() {
        return pathMtu;
    }

    @Override
    public final int maxTransportLength() {
        return pathMtu.mtu() - ipHeaderLength;
    }

    @Override
    public final int linkTransportLength() {
        return pathMtu.linkMtu() - ipHeaderLength;
    }

    @Override
    public final int overheadLength() {
        return headersLength;
    }

    @Override
    public final boolean isResolved(final long nowNs) {
        if (!local.isUsable()) {
            return false;
        }
        if (!hasNeighbour()) {
            neighbour = owner.neighbours().neighbour(nextHopHigh, nextHopLow, nowNs);
        }
        return neighbour != null && owner.neighbours().use(neighbour, nowNs);
    }

    /** False when the slot of the neighbour was given to another meanwhile. */
    private boolean hasNeighbour() {
        return neighbour != null && neighbour.is(nextHopHigh, nextHopLow);
    }

    @Override
    public final long claim(final FrameSink sink, final int transportLength) {
        if (!hasNeighbour() || neighbour.mac == 0) {
            return 0;
        }
        openAddress = sink.claim(Math.max(headersLength + transportLength, link.minFrameLength()));
        return openAddress == 0 ? 0 : openAddress + headersLength;
    }

    @Override
    public final int commit(final FrameSink sink, final int transportLength, final int trafficClass, final int flags) {
        link.write(openAddress, neighbour.mac, type);
        writeIpHeader(openAddress + link.length(), transportLength, trafficClass & 0xff);
        final int length = link.pad(openAddress, headersLength + transportLength);
        sink.commit(length, flags | link.flags());
        return length;
    }

    /** Trains are for frames without tags, which every device that cuts understands. */
    @Override
    public final boolean carriesTrains() {
        return link.length() == EthernetFlyweight.HEADER_LENGTH && link.flags() == 0;
    }

    @Override
    public final int commitTrain(final SegmentSink sink, final SegmentTrain train, final int trafficClass) {
        link.write(openAddress, neighbour.mac, type);
        train.network(link.length(), headersLength, pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, 0));
        writeIpHeader(
            openAddress + link.length(), train.headersLength() - headersLength + train.payloadLength(), trafficClass & 0xff);
        onTrain(train.count());
        sink.commitTrain(train);
        return train.frameOctets();
    }

    /** One header was written for so many packets. */
    void onTrain(final int packets) {
        // IPv6 does not number packets.
    }

    @Override
    public final void confirm(final long nowNs) {
        pathMtu.onTime(nowNs);
        if (hasNeighbour()) {
            owner.neighbours().confirm(neighbour, nowNs);
        }
    }
}
