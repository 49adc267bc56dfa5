package org.rds4j.tcp.fuzz;

import java.util.Random;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/** A station that keeps to handshakes as far as it must and to nothing else. */
final class Attacker {
    static final int PORTS = 32;
    private static final int FIRST_PORT = 20_000;
    private static final int ISS = 1_000;
    private static final int WINDOW = 60_000;
    private static final int TCP = 6;
    private static final int TCP_SUM = 16;
    private static final int LARGEST_CRUMB = 20;
    /** What a connection without an option for it takes (RFC 9293 section 3.7.1). */
    private static final int SEGMENT = 536;
    /** Inside of the victim's window, and never where it goes on. */
    private static final int INSIDE = 30_000;
    private static final long MAPPED = 0xffff_0000_0000L;

    final FrameWriter writer = new FrameWriter();
    int frames;
    /** Segments with payload that are as small as a window of this station made them. */
    long crumbsHeard;
    private final Random random;
    private final boolean[] isOpen = new boolean[PORTS];
    private final int[] una = new int[PORTS];
    private final int[] next = new int[PORTS];
    /** The bystander's connection: its port, what the server sent last, and what it expects. */
    private int victimPort;
    private int victimInFlight;
    private int victimNext;

    Attacker(final Random random) {
        this.random = random;
    }

    /** The server sent something; what is for this station is remembered. */
    void hear(final long frame) {
        final long segment = frame + 34;
        if (NetworkOrder.getShort(frame + 12) != 0x0800 || NetworkOrder.getByte(frame + 23) != TCP) {
            return;
        }
        final int octets = NetworkOrder.getShort(frame + 16) - 20 - TcpHeaderFlyweight.headerLength(segment);
        final int index = TcpHeaderFlyweight.destinationPort(segment) - FIRST_PORT;
        if (NetworkOrder.getInt(frame + 30) == (int) HostileSuite.BYSTANDER_IP) {
            overhear(segment, octets);
        } else if (NetworkOrder.getInt(frame + 30) == (int) FuzzHost.PEER.low() && index >= 0 && index < PORTS) {
            hear(index, segment, octets);
        }
    }

    private void overhear(final long segment, final int octets) {
        victimPort = TcpHeaderFlyweight.destinationPort(segment);
        victimNext = TcpHeaderFlyweight.acknowledgement(segment);
        victimInFlight = octets > 0 ? TcpHeaderFlyweight.sequence(segment) : victimInFlight;
    }

    private void hear(final int index, final long segment, final int octets) {
        final int flags = TcpHeaderFlyweight.flags(segment);
        crumbsHeard += octets > 0 && octets <= LARGEST_CRUMB ? 1 : 0;
        if ((flags & TcpHeaderFlyweight.SYN) != 0) {
            isOpen[index] = true;
            una[index] = TcpHeaderFlyweight.sequence(segment) + 1;
            next[index] = una[index];
        } else if ((flags & TcpHeaderFlyweight.RST) == 0) {
            final int end = TcpHeaderFlyweight.sequence(segment) + octets;
            next[index] = end - next[index] > 0 ? end : next[index];
        }
    }

    /** Writes the next frame of an attack. */
    void send(final HostileSuite.Attack attack) {
        if (frames++ == 0) {
            writer.addNeighbourRequest(false);
            return;
        }
        switch (attack) {
            case SYN_FLOOD -> stranger(TcpHeaderFlyweight.SYN, FuzzHost.PORT, MAPPED | 0x0a00_0000L | random.nextInt(1 << 24));
            case RESETS -> reset();
            case STRAYS -> stranger(TcpHeaderFlyweight.ACK, 1 + random.nextInt(60_000), FuzzHost.PEER.low());
            case FRAGMENTS -> fragment();
            case FRAGMENTS_IPV6 -> fragmentIpv6();
            case ICMP_ECHO -> icmp(8);
            case ICMP_ERRORS -> icmp(3);
            case ARP_FLOOD -> arp();
            case ND_FLOOD -> solicitation();
            default -> onConnection(attack, random.nextInt(PORTS));
        }
    }

    private void stranger(final int flags, final int port, final long source) {
        header(flags, 1 + random.nextInt(65_535), port, random.nextInt(), random.nextInt(), WINDOW, 20);
        writer.addPacket(false, new IpAddress(0, source), TCP, 20, 0, TCP_SUM, 0);
    }

    /** One in two hopes for the window, the other knows it: there only the exact number may end the connection. */
    private void reset() {
        final int sequence = frames % 2 == 0 ? random.nextInt() : victimNext + INSIDE + random.nextInt(INSIDE / 2);
        header(TcpHeaderFlyweight.RST, victimPort, FuzzHost.PORT, sequence, 0, 0, 20);
        writer.addPacket(false, new IpAddress(0, HostileSuite.BYSTANDER_IP), TCP, 20, 0, TCP_SUM, 0);
    }

    private void header(
        final int flags, final int from, final int to, final int sequence, final int acknowledgement, final int window,
        final int headerLength) {
        TcpHeaderFlyweight.write(
            writer.transport(false), from, to, sequence, acknowledgement, headerLength, flags, window);
    }

    private void onConnection(final HostileSuite.Attack attack, final int index) {
        if (!isOpen[index]) {
            header(TcpHeaderFlyweight.SYN, FIRST_PORT + index, FuzzHost.PORT, ISS, 0, WINDOW, 24);
            TcpOptions.writeSackPermitted(writer.transport(false) + 20);
            writer.addPacket(false, FuzzHost.PEER, TCP, 24, 0, TCP_SUM, 0);
            return;
        }
        switch (attack) {
            case OVERLAPS -> segment(index, random.nextInt(3_000), 1 + random.nextInt(1_400), WINDOW);
            case CRUMBS_OUT_OF_ORDER -> segment(index, 1 + 2 * random.nextInt(30_000), 1, WINDOW);
            case TINY_WINDOW -> acknowledge(index, 1 + random.nextInt(LARGEST_CRUMB));
            case CLOSED_WINDOW -> acknowledge(index, 0);
            case SLOW_READER -> {
                una[index] += next[index] == una[index] ? 0 : 1;
                segment(index, 0, 0, WINDOW);
            }
            default -> sack(index);
        }
    }

    private void acknowledge(final int index, final int window) {
        una[index] = next[index];
        segment(index, 0, 0, window);
    }

    private void segment(final int index, final int offset, final int length, final int window) {
        header(TcpHeaderFlyweight.ACK, FIRST_PORT + index, FuzzHost.PORT, ISS + 1 + offset, una[index], window, 20);
        UnsafeApi.setMemory(writer.transport(false) + 20, length, (byte) frames);
        writer.addPacket(false, FuzzHost.PEER, TCP, 20 + length, 0, TCP_SUM, 0);
    }

    /** Blocks that begin and end anywhere and hold whole segments or none; now and then everything, so that more is sent. */
    private void sack(final int index) {
        una[index] = random.nextInt(8) == 0 ? next[index] : una[index];
        header(TcpHeaderFlyweight.ACK, FIRST_PORT + index, FuzzHost.PORT, ISS + 1, una[index], WINDOW, 56);
        long end = TcpOptions.writeSack(writer.transport(false) + 20, TcpOptions.MAX_SACK_BLOCKS);
        final int inFlight = Math.max(2, next[index] - una[index]);
        for (int i = 0; i < TcpOptions.MAX_SACK_BLOCKS; i++) {
            final int start = una[index] + 1 + random.nextInt(inFlight - 1);
            end = TcpOptions.writeSackBlock(end, start, start + 1 + random.nextInt(3 * SEGMENT));
        }
        writer.addPacket(false, FuzzHost.PEER, TCP, 56, 0, TCP_SUM, 0);
    }

    private void fragment() {
        final long transport = writer.transport(false);
        UnsafeApi.setMemory(transport, 64, (byte) frames);
        final long frame = writer.frame();
        writer.addPacket(false, FuzzHost.PEER, TCP, 64, 0, TCP_SUM, 0);
        NetworkOrder.putInt(frame + 18, (random.nextInt() & 0xffff_0000) | 0x2000 | random.nextInt(100));
        NetworkOrder.putShort(frame + 24, 0);
        NetworkOrder.putShort(frame + 24, InternetChecksum.fold(
            InternetChecksum.partialSum(frame + 14, 20)));
    }

    private void fragmentIpv6() {
        final long header = writer.transport(true);
        NetworkOrder.putInt(header, TCP << 24 | random.nextInt(100) << 3 | 1);
        NetworkOrder.putInt(header + 4, random.nextInt());
        UnsafeApi.setMemory(header + 8, 64, (byte) frames);
        writer.addPacket(true, FuzzHost.PEER6, 44, 72, 0, 8, 0);
    }

    private void icmp(final int type) {
        final long message = writer.transport(false);
        UnsafeApi.setMemory(message, 64, (byte) 0);
        NetworkOrder.putShort(message, type << 8 | (type == 3 ? random.nextInt(16) : 0));
        NetworkOrder.putInt(message + 4, random.nextInt(1_500));
        NetworkOrder.putInt(message + 8, 0x4500_0028);
        NetworkOrder.putInt(message + 16, 64 << 24 | TCP << 16);
        NetworkOrder.putInt(message + 20, (int) FuzzHost.ADDRESS.low());
        NetworkOrder.putInt(message + 24, (int) HostileSuite.BYSTANDER_IP);
        NetworkOrder.putShort(message + 28, FuzzHost.PORT);
        NetworkOrder.putShort(message + 30, victimPort);
        // a number that is hoped for, and in one of eight the right one
        NetworkOrder.putInt(message + 32, frames % 8 == 0 ? victimInFlight : random.nextInt());
        writer.addPacket(false, FuzzHost.PEER, 1, 64, 0, 2, 0);
    }

    /** A question for the server's address from one of all hosts that the link could have. */
    private void arp() {
        final long frame = writer.frame();
        writer.addNeighbourRequest(false);
        NetworkOrder.putInt(frame + 28, 0xc000_0200 | (4 + random.nextInt(250)));
    }

    private void solicitation() {
        final long frame = writer.frame();
        writer.addNeighbourRequest(true);
        NetworkOrder.putLong(frame + 30, random.nextLong());
        NetworkOrder.putShort(frame + 56, 0);
        NetworkOrder.putShort(frame + 56, InternetChecksum.fold(
            InternetChecksum.partialSum(58 + 32, frame + 22, 32 + 32)));
    }
}
