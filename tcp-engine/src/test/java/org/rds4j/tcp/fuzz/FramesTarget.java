package org.rds4j.tcp.fuzz;

import java.util.List;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.network.VlanTags;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Raw frames into a whole host of two interfaces, one of them tagged, with a listener and a connection that it dials itself:
 * Ethernet, VLAN tags, ARP, neighbour and router discovery, IPv4, IPv6, fragments, ICMP, TCP.
 * <p>
 * Each step is an octet of choices, and then a frame behind two octets of length, or the octets that time and the application
 * take. With the choice to mend, sums in the frame are made right, so that mutations get past them.
 */
public final class FramesTarget {
    private static final int MOST_STEPS = 64;
    private static final int ETHERNET = 14;
    private static final int TAG = 4;

    private final FuzzInput input;
    private final FrameWriter frames = new FrameWriter();
    private final FuzzHost host;

    private FramesTarget(final FuzzInput input) {
        this.input = input;
        final InterfaceConfiguration plain = InterfaceConfiguration.of(
            FuzzHost.MAC, FuzzHost.ADDRESS + "/24," + FuzzHost.ADDRESS6 + "/64",
            new LinkCapabilities(FuzzHost.MTU, 32, true, true, 0, true, true, false))
            .withGateway("192.0.2.254").withGateway("fe80::ff:fe00:3").withTables(8, 8)
            .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).reassemblyContexts(2).build());
        final InterfaceConfiguration tagged = plain.withVlan(VlanTags.of(5)).withTuning(
            NetworkTuning.builder().duplicateAddressProbes(1).reassemblyContexts(0).routerAdvertisements(true).build());
        host = new FuzzHost(
            List.of(plain, tagged),
            TcpConfiguration.datacenter().maxConnections(4).timeWaitCapacity(2).backlog(2).controlQueueLength(8)
                .maxSendRecords(64).sendBufferLength(4096).receiveBufferLength(4096).overhangLength(1024)
                .maxOutOfOrderRanges(4).build(), (remoteLow, segment, length) -> { });
    }

    /**
     * Runs a sequence of frames.
     *
     * @param data what comes in.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final FramesTarget run = new FramesTarget(new FuzzInput(data));
        run.frames.addNeighbourRequest(false);
        run.flush();
        run.host.dial(FuzzHost.PEER, 9_000, 5_000);
        run.host.pump();
        for (int step = 0; step < MOST_STEPS && run.input.hasMore(); step++) {
            run.step(run.input.octet());
        }
        run.flush();
        run.host.end();
    }

    private void step(final int what) {
        switch (what & 3) {
            case 0 -> host.advance(1_000L << (what >>> 2 & 31));
            case 1 -> host.owners.get((what >>> 2) % host.owners.size()).act(input.octet(), input.octet());
            default -> frame(what);
        }
        host.pump();
        host.check();
    }

    private void frame(final int what) {
        final int length = input.copy(frames.frame(), Math.min(input.twoOctets(), FuzzHost.MTU + 18));
        if ((what & 0x04) != 0) {
            mend(length);
        }
        final boolean isStripped = (what & 0x30) == 0x30;
        frames.add(length, isStripped ? FrameBurst.FLAG_VLAN : what >>> 3 & 0x0f & verdict(what));
        if (isStripped) {
            frames.burst().vlanTci(frames.burst().count() - 1, 5);
        }
        if ((what & 0x40) == 0 || !frames.hasRoom()) {
            flush();
        }
    }

    /** The device has an opinion on sums in one frame of two. */
    private static int verdict(final int what) {
        return (what & 0x80) != 0 ? 0x0f : 0;
    }

    private void flush() {
        host.receive(frames.burst());
        frames.burst().clear();
    }

    private void mend(final int length) {
        final long frame = frames.frame();
        int header = ETHERNET;
        for (int tags = 0; tags < 2 && header + TAG <= length && isTag(NetworkOrder.getShort(frame + header - 2)); tags++) {
            header += TAG;
        }
        final int room = length - header;
        if (room >= 20 && NetworkOrder.getShort(frame + header - 2) == 0x0800) {
            mendIpv4(frame + header, room);
        } else if (room >= 40 && NetworkOrder.getShort(frame + header - 2) == 0x86dd) {
            final int payload = Math.min(room - 40, NetworkOrder.getShort(frame + header + 4));
            mendTransport(
                NetworkOrder.getByte(frame + header + 6), frame + header + 40, payload, frame + header + 8, 32, true);
        }
    }

    private static boolean isTag(final int type) {
        return type == 0x8100 || type == 0x88a8;
    }

    private static void mendIpv4(final long packet, final int room) {
        final int headerLength = (NetworkOrder.getByte(packet) & 0xf) * 4;
        final int length = Math.min(room, NetworkOrder.getShort(packet + 2));
        if (headerLength < 20 || headerLength > length) {
            return;
        }
        NetworkOrder.putShort(packet + 10, 0);
        NetworkOrder.putShort(packet + 10, InternetChecksum.fold(InternetChecksum.partialSum(packet, headerLength)));
        final int protocol = NetworkOrder.getByte(packet + 9);
        mendTransport(protocol, packet + headerLength, length - headerLength, packet + 12, 8, false);
    }

    private static void mendTransport(
        final int protocol, final long transport, final int length, final long addresses, final int addressesLength,
        final boolean isIpv6) {
        final boolean isTcp = protocol == 6 && length >= 20;
        final boolean isIcmp = protocol == (isIpv6 ? 58 : 1) && length >= 4;
        if (isTcp || isIcmp) {
            final long field = transport + (isTcp ? 16 : 2);
            final long pseudo = isTcp || isIpv6
                ? InternetChecksum.partialSum(protocol + (long) length, addresses, addressesLength) : 0;
            NetworkOrder.putShort(field, 0);
            NetworkOrder.putShort(field, InternetChecksum.fold(InternetChecksum.partialSum(pseudo, transport, length)));
        }
    }
}
