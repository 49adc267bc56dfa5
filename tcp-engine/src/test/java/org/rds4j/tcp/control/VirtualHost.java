package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.Ipv4Address;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.wire.ArpFlyweight;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * One engine with its network layer on a virtual clock. Outside there are only IP packets: Ethernet headers are put on and taken
 * off here, and whatever neighbour the engine asks for answers at once, in no time.
 */
final class VirtualHost {
    private static final long START_NS = 1_000_000_000_000L;
    private static final long OWN_MAC = 0x02_00_00_00_00_01L;
    private static final long NEIGHBOUR_MAC = 0x02_00_00_00_00_02L;
    private static final int PREFIX = 8;
    private static final int MAX_FRAME = 65_535 + EthernetFlyweight.HEADER_LENGTH;

    final TcpEngine engine;
    final TcpCounters counters = TcpCounters.inMemory();
    final NetworkCounters networkCounters = NetworkCounters.allocate();
    final PacketTap tap = new PacketTap();
    private final NetworkLayer network;
    private final Sink sink = new Sink();
    private final EthernetFlyweight ethernet = new EthernetFlyweight();
    private final ArpFlyweight arp = new ArpFlyweight();
    private final ByteBuffer inbound = ByteBuffer.allocateDirect(MAX_FRAME);
    private final ArrayDeque<Packet> sent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> replies = new ArrayDeque<>();
    private long nowNs;

    VirtualHost(final TcpConfiguration configuration, final IpAddress local, final int mtu, final long seed, final long nowUs) {
        nowNs = START_NS + nowUs * 1000;
        final int address = local.ipv4();
        final int gateway = (address & 0xff) == 1 ? address + 1 : (address & 0xffff_ff00) | 1;
        final Random random = new Random(seed);
        network = new NetworkLayer(
            InterfaceConfiguration.of(OWN_MAC, Ipv4Address.format(address) + "/" + PREFIX, LinkCapabilities.plain(mtu, 32))
                .withGateway(Ipv4Address.format(gateway)),
            random, networkCounters);
        engine = new TcpEngine(configuration, network::route, random, counters);
        network.transport(engine);
        engine.onTime(nowNs);
    }

    long nowNs() {
        return nowNs;
    }

    long nowUs() {
        return (nowNs - START_NS) / 1000;
    }

    /** When TCP next has something to do, in the session's microseconds; Long.MAX_VALUE for never. */
    long nextTcpDeadlineUs() {
        return ceilUs(engine.nextDeadlineNs());
    }

    /** When anything next has something to do. */
    long nextDeadlineUs() {
        return ceilUs(Math.min(engine.nextDeadlineNs(), network.nextDeadlineNs()));
    }

    private static long ceilUs(final long ns) {
        return ns == Long.MAX_VALUE ? Long.MAX_VALUE : Math.ceilDiv(ns - START_NS, 1000L);
    }

    /** Moves the clock, expires what is due and sends what then may be sent. */
    void moveTo(final long us) {
        nowNs = Math.max(nowNs, START_NS + us * 1000);
        engine.onTime(nowNs);
        pump();
    }

    /** A packet arrives now. */
    void inject(final byte[] packet) {
        final long address = BufferUtil.address(inbound);
        ethernet.wrap(address, MAX_FRAME);
        ethernet.destination(OWN_MAC).source(NEIGHBOUR_MAC);
        ethernet.type(packet.length > 0 && packet[0] >> 4 == 6 ? 0x86dd : EthernetFlyweight.TYPE_IPV4);
        final int length = Math.min(packet.length, MAX_FRAME - EthernetFlyweight.HEADER_LENGTH);
        inbound.put(EthernetFlyweight.HEADER_LENGTH, packet, 0, length);
        tap.received(packet, nowUs());
        network.onFrame(address, EthernetFlyweight.HEADER_LENGTH + length, 0, nowNs);
        pump();
    }

    /** Everything that may be sent now leaves. */
    void pump() {
        boolean progress = true;
        while (progress) {
            progress = engine.pollControl(sink, nowNs) > 0;
            for (int lane = 0; lane < TcpEngine.LANES; lane++) {
                while (engine.emit(lane, sink, nowNs) > 0) {
                    progress = true;
                }
            }
            progress |= network.poll(sink, nowNs) > 0;
            while (!replies.isEmpty()) {
                final ByteBuffer reply = replies.poll();
                network.onFrame(BufferUtil.address(reply), reply.capacity(), 0, nowNs);
                engine.onTime(nowNs);
                progress = true;
            }
        }
    }

    boolean hasSent() {
        return !sent.isEmpty();
    }

    int sentCount() {
        return sent.size();
    }

    /** The oldest packet not taken yet, or null. */
    Packet takeSent() {
        return sent.poll();
    }

    private void onFrame(final long address, final int length) {
        ethernet.wrap(address, length);
        final long payload = address + EthernetFlyweight.HEADER_LENGTH;
        switch (ethernet.type()) {
            case EthernetFlyweight.TYPE_ARP -> answerArp(payload);
            case EthernetFlyweight.TYPE_IPV4 -> keep(payload, NetworkOrder.getShort(payload + 2));
            default -> throw new IllegalStateException("frame of type " + ethernet.type());
        }
    }

    private void keep(final long address, final int totalLength) {
        final byte[] octets = new byte[totalLength];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = UnsafeApi.getByte(address + i);
        }
        tap.sent(octets, nowUs());
        sent.add(new Packet(nowUs(), octets));
    }

    private void answerArp(final long address) {
        arp.wrap(address, ArpFlyweight.PACKET_LENGTH);
        if (arp.operation() != ArpFlyweight.OPERATION_REQUEST) {
            return;
        }
        final int asked = arp.targetAddress();
        final long asker = arp.senderMac();
        final int askerAddress = arp.senderAddress();
        final ByteBuffer reply = ByteBuffer.allocateDirect(EthernetFlyweight.MIN_FRAME_LENGTH);
        final long frame = BufferUtil.address(reply);
        ethernet.wrap(frame, EthernetFlyweight.MIN_FRAME_LENGTH);
        ethernet.destination(asker).source(NEIGHBOUR_MAC).type(EthernetFlyweight.TYPE_ARP);
        arp.wrap(frame + EthernetFlyweight.HEADER_LENGTH, ArpFlyweight.PACKET_LENGTH);
        arp.ipv4OverEthernet().operation(ArpFlyweight.OPERATION_REPLY).senderMac(NEIGHBOUR_MAC).senderAddress(asked)
            .targetMac(asker).targetAddress(askerAddress);
        replies.add(reply);
    }

    /** One frame at a time, looked at when it is complete. */
    private final class Sink implements FrameSink {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(MAX_FRAME + 64);
        private final long address = BufferUtil.address(memory);

        @Override
        public long claim(final int length) {
            return length <= MAX_FRAME ? address : 0;
        }

        @Override
        public void commit(final int length, final int flags) {
            onFrame(address, length);
        }

        @Override
        public void abort() {
            // the memory is simply used again
        }
    }
}
