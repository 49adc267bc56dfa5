package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.Icmpv6Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;

/** Builds ICMPv6 messages with the headers around them in the control queue. */
final class Icmpv6Writer {
    private final LinkHeader link;
    private final ControlQueue queue;
    private final NetworkCounters counters;
    private final Ipv6Flyweight ipv6 = new Ipv6Flyweight();
    private final Icmpv6Flyweight message = new Icmpv6Flyweight();
    private long frame;
    private long addressSum;

    Icmpv6Writer(final LinkHeader link, final ControlQueue queue, final NetworkCounters counters) {
        this.link = link;
        this.queue = queue;
        this.counters = counters;
    }

    /** Opens a packet to a station and writes its headers; null when the queue is full. */
    Icmpv6Flyweight open(
        final long station, final long fromHigh, final long fromLow, final long toHigh, final long toLow,
        final int trafficClass, final int hopLimit, final int length, final long nowNs) {
        final int headers = link.length() + Ipv6Flyweight.HEADER_LENGTH;
        frame = queue.at(nowNs).claim(headers + length);
        if (frame == 0) {
            return null;
        }
        link.write(frame, station, EthernetFlyweight.TYPE_IPV6);
        ipv6.wrap(frame + link.length(), Ipv6Flyweight.HEADER_LENGTH);
        ipv6.first(trafficClass, length, Ipv6Flyweight.NEXT_ICMP, hopLimit);
        ipv6.source(fromHigh, fromLow).destination(toHigh, toLow);
        addressSum = Ipv6Flyweight.addressSum(fromHigh, fromLow)
            + Ipv6Flyweight.addressSum(toHigh, toLow);
        message.wrap(frame + headers, length);
        return message;
    }

    /** Closes the packet with its checksum and queues it. */
    void close(final NetworkCounter counter) {
        message.computeChecksum(addressSum);
        final int written = link.length() + Ipv6Flyweight.HEADER_LENGTH + message.length();
        queue.commit(link.pad(frame, written), link.flags());
        counters.increment(counter);
    }
}
