package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.Ipv4Address;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.wire.MacAddress;

/**
 * One engine with its network layer on a virtual clock. Outside there are only IP packets: Ethernet headers are put on and taken
 * off here, and whatever neighbour the engine asks for answers at once, in no time.
 */
final class VirtualHost {
    private static final long START_NS = 1_000_000_000_000L;
    private static final String OWN_STATION = "02:00:00:00:00:01";
    private static final byte[] OWN_MAC = {2, 0, 0, 0, 0, 1};
    private static final byte[] NEIGHBOUR_MAC = {2, 0, 0, 0, 0, 2};
    private static final int PREFIX_IPV4 = 8;
    private static final int PREFIX_IPV6 = 64;
    private static final int LEAST_MTU_IPV6 = 1280;
    private static final String GATEWAY_IPV6 = "fe80::2";
    private static final int MAX_FRAME = 65_535 + Neighbours.HEADER_LENGTH;
    private static final int IPV6_HEADER_LENGTH = 40;

    final TcpEngine engine;
    final TcpCounters counters = TcpCounters.inMemory();
    final NetworkCounters networkCounters = NetworkCounters.allocate();
    final PacketTap tap = new PacketTap();
    private final NetworkLayer network;
    private final Sink sink = new Sink();
    private final Neighbours neighbours = new Neighbours(NEIGHBOUR_MAC);
    private final ByteBuffer inbound = ByteBuffer.allocateDirect(MAX_FRAME);
    private final ArrayDeque<Packet> sent = new ArrayDeque<>();
    private final ArrayDeque<byte[]> answers = new ArrayDeque<>();
    private long nowNs;

    VirtualHost(final Knobs knobs, final IpAddress ipv4, final IpAddress ipv6, final long nowUs) {
        nowNs = START_NS + nowUs * 1000;
        final Random random = new Random(knobs.seed);
        network = new NetworkLayer(interfaceOf(ipv4, ipv6, knobs), random, networkCounters);
        engine = new TcpEngine(knobs.configuration(), Routes.of(network), random, counters);
        network.transport(engine);
        engine.onTime(nowNs);
    }

    /** IPv6 takes an MTU of 1280; below that the interface speaks IPv4 alone. */
    private static InterfaceConfiguration interfaceOf(final IpAddress ipv4, final IpAddress ipv6, final Knobs knobs) {
        final int mtu = knobs.mtu;
        final int address = ipv4.ipv4();
        final int gateway = (address & 0xff) == 1 ? address + 1 : (address & 0xffff_ff00) | 1;
        final InterfaceConfiguration plain = InterfaceConfiguration
            .of(MacAddress.parse(OWN_STATION), Ipv4Address.format(address) + "/" + PREFIX_IPV4, LinkCapabilities.plain(mtu, 32))
            .withGateway(Ipv4Address.format(gateway))
            .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).probeAfterTimeouts(knobs.blackHoleTimeouts).build());
        return mtu < LEAST_MTU_IPV6 ? plain : plain.withAddress(ipv6 + "/" + PREFIX_IPV6).withGateway(GATEWAY_IPV6);
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
        final int length = Math.min(packet.length, MAX_FRAME - Neighbours.HEADER_LENGTH);
        final boolean isIpv6 = packet.length > 0 && packet[0] >> 4 == 6;
        final ByteBuffer frame = ByteBuffer.allocate(Neighbours.HEADER_LENGTH + length);
        frame.put(OWN_MAC).put(NEIGHBOUR_MAC).putShort((short) (isIpv6 ? Neighbours.TYPE_IPV6 : Neighbours.TYPE_IPV4))
            .put(packet, 0, length);
        tap.received(packet, nowUs());
        deliver(frame.array());
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
            while (!answers.isEmpty()) {
                deliver(answers.poll());
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
        final byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = UnsafeApi.getByte(address + i);
        }
        if (!Neighbours.isLinkTalk(frame)) {
            keep(frame);
            return;
        }
        final byte[] answer = neighbours.answer(frame);
        if (answer != null) {
            answers.add(answer);
        }
    }

    /** The packet of a frame, without the padding of short ones. */
    private void keep(final byte[] frame) {
        final int start = Neighbours.HEADER_LENGTH;
        final ByteBuffer header = ByteBuffer.wrap(frame, start, frame.length - start).slice();
        final int length = Neighbours.type(frame) == Neighbours.TYPE_IPV6
            ? IPV6_HEADER_LENGTH + (header.getShort(4) & 0xffff) : header.getShort(2) & 0xffff;
        final byte[] packet = new byte[length];
        header.get(packet);
        tap.sent(packet, nowUs());
        sent.add(new Packet(nowUs(), packet));
    }

    private void deliver(final byte[] frame) {
        inbound.put(0, frame);
        network.onFrame(BufferUtil.address(inbound), frame.length, 0, nowNs);
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
