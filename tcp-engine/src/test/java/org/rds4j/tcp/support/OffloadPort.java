package org.rds4j.tcp.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;

/**
 * A NIC that offloads, played on byte arrays and written from the rules alone, so that it can be compared with the stack's own
 * code: it cuts super-segments, fills in checksums, says what it thinks of received ones, records what goes onto the wire, and
 * loses or changes frames when told.
 */
public final class OffloadPort extends ForwardingPort {
    /** What the device says of every transport checksum: its own opinion, or always the same. */
    public enum Verdict { HONEST, UNKNOWN, NONE, GOOD, BAD }

    public final List<byte[]> wire = new ArrayList<>();
    public IntPredicate lost = n -> false;
    public IntPredicate corrupted = n -> false;
    public IntPredicate marked = n -> false;
    public Verdict verdict = Verdict.HONEST;
    public int superSegments;
    public int marks;
    public IntConsumer onSuperSegment = length -> { };
    private final LinkCapabilities capabilities;
    private final FrameBurst one = new FrameBurst(1);

    public OffloadPort(final LinkPort port, final boolean checksums, final int segmentation) {
        super(port);
        final LinkCapabilities plain = port.capabilities();
        this.capabilities = new LinkCapabilities(
            plain.mtu(), plain.maxBurst(), checksums, checksums, segmentation, false, false, false);
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        final int count = super.receiveBurst(frames);
        for (int i = 0; i < count && capabilities.receiveChecksum(); i++) {
            frames.flags(i, opinion(octets(frames, i)));
        }
        return count;
    }

    private int opinion(final byte[] frame) {
        if (!isTcp(frame)) {
            return 0;
        }
        final boolean isRight = tcpSum(frame) == 0xffff;
        final int l4 = switch (verdict) {
            case UNKNOWN -> 0;
            case NONE -> FrameBurst.FLAG_L4_CHECKSUM_NONE;
            case GOOD -> FrameBurst.FLAG_L4_CHECKSUM_GOOD;
            case BAD -> FrameBurst.FLAG_L4_CHECKSUM_BAD;
            case HONEST -> isRight ? FrameBurst.FLAG_L4_CHECKSUM_GOOD : FrameBurst.FLAG_L4_CHECKSUM_BAD;
        };
        return l4 | (isIpv4(frame) ? FrameBurst.FLAG_IP_CHECKSUM_GOOD : 0);
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        final int count = frames.count();
        int i = 0;
        while (i < count) {
            final int first = i;
            byte[] whole = octets(frames, i);
            while ((frames.flags(i) & FrameBurst.FLAG_CONTINUES) != 0) {
                whole = join(whole, octets(frames, ++i));
            }
            i++;
            for (final byte[] frame : cut(whole, frames.flags(first), frames.segmentSize(first))) {
                put(checksummed(frame, frames.flags(first)));
            }
        }
        release(frames);
        return count;
    }

    private void put(final byte[] frame) {
        wire.add(frame);
        final int number = wire.size();
        final boolean isTcp = isTcp(frame);
        if (lost.test(number)) {
            return;
        }
        final byte[] sent = frame.clone();
        if (isTcp && isIpv4(sent) && (sent[15] & 3) != 0 && marked.test(number)) {
            marks++;
            sent[15] |= 3;
            w16(sent, 24, 0);
            w16(sent, 24, ~sum(sent, 14, 20, 0));
        }
        if (isTcp && corrupted.test(number)) {
            sent[sent.length - 1] ^= 0x10;
        }
        if (allocate(one, 1) == 1) {
            for (int i = 0; i < sent.length; i++) {
                UnsafeApi.putByte(one.address(0) + i, sent[i]);
            }
            one.length(0, sent.length);
            super.transmitBurst(one);
            release(one);
        }
    }

    private List<byte[]> cut(final byte[] whole, final int flags, final int size) {
        if ((flags & FrameBurst.FLAG_SEGMENT) == 0) {
            return List.of(whole);
        }
        superSegments++;
        onSuperSegment.accept(whole.length);
        final int tcp = tcpOffset(whole);
        final int headers = tcp + ((whole[tcp + 12] >> 4) & 0xf) * 4;
        final int segments = (whole.length - headers + size - 1) / size;
        final List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            final int from = headers + i * size;
            final byte[] payload = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + size));
            final byte[] frame = join(Arrays.copyOf(whole, headers), payload);
            if (isIpv4(frame)) {
                w16(frame, 16, frame.length - 14);
                w16(frame, 18, u16(whole, 18) + i);
            } else {
                w16(frame, 18, frame.length - tcp);
            }
            final int sequence = (u16(whole, tcp + 4) << 16) + u16(whole, tcp + 6) + i * size;
            w16(frame, tcp + 4, sequence >>> 16);
            w16(frame, tcp + 6, sequence);
            frame[tcp + 13] &= (byte) ((i + 1 < segments ? ~0x09 : -1) & (i > 0 ? ~0x80 : -1));
            final int pseudo = u16(whole, tcp + 16) + frame.length - tcp;
            w16(frame, tcp + 16, (pseudo & 0xffff) + (pseudo >>> 16));
            frames.add(frame);
        }
        return frames;
    }

    /** The pseudo-header's sum stands in the TCP field, with the length of the segment but for super-segments. */
    private byte[] checksummed(final byte[] frame, final int flags) {
        if (isIpv4(frame) && (flags & FrameBurst.FLAG_COMPUTE_IP_CHECKSUM) != 0) {
            w16(frame, 24, 0);
            w16(frame, 24, ~sum(frame, 14, 20, 0));
        }
        if ((flags & FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM) != 0) {
            final int tcp = tcpOffset(frame);
            w16(frame, tcp + 16, ~sum(frame, tcp, tcpLength(frame), 0)); // over the field too, which holds the pseudo-header's
        }
        return frame;
    }

    private static int tcpSum(final byte[] frame) {
        final int length = tcpLength(frame);
        final int addresses = isIpv4(frame) ? 8 : 32;
        final int tcp = tcpOffset(frame);
        return sum(frame, tcp, length, sum(frame, tcp - addresses, addresses, 6 + length));
    }

    private static boolean isTcp(final byte[] frame) {
        return isIpv4(frame) ? frame[23] == 6 : u16(frame, 12) == 0x86dd && frame[20] == 6;
    }

    private static boolean isIpv4(final byte[] frame) {
        return u16(frame, 12) == 0x0800;
    }

    /** Where the TCP header begins: neither family has options here. */
    private static int tcpOffset(final byte[] frame) {
        return isIpv4(frame) ? 34 : 54;
    }

    private static int tcpLength(final byte[] frame) {
        return isIpv4(frame) ? u16(frame, 16) - 20 : u16(frame, 18);
    }

    private static int sum(final byte[] frame, final int from, final int length, final int start) {
        int sum = start;
        for (int i = 0; i < length; i++) {
            sum += (frame[from + i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    public static int u16(final byte[] frame, final int offset) {
        return ((frame[offset] & 0xff) << 8) | (frame[offset + 1] & 0xff);
    }

    private static void w16(final byte[] frame, final int offset, final int value) {
        frame[offset] = (byte) (value >>> 8);
        frame[offset + 1] = (byte) value;
    }

    private static byte[] join(final byte[] first, final byte[] second) {
        final byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] octets(final FrameBurst frames, final int index) {
        final byte[] octets = new byte[frames.length(index)];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = UnsafeApi.getByte(frames.address(index) + i);
        }
        return octets;
    }
}
