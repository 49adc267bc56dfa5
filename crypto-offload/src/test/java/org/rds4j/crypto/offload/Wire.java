package org.rds4j.crypto.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.model.PacketSink;

/** The far end of the cable: keeps every packet, checks checksums on its own. */
public final class Wire implements PacketSink {
    public static final int HEADER_LENGTH = 66;
    private static final int IP = 14;
    private static final int TCP = 34;

    private final List<byte[]> frames = new ArrayList<>();
    private int room = Integer.MAX_VALUE;

    @Override
    public int room() {
        return room;
    }

    @Override
    public void onPacket(final long address, final int length) {
        final byte[] frame = new byte[length];
        new UnsafeBuffer(address, length).getBytes(0, frame);
        frames.add(frame);
        room--;
    }

    public void room(final int packets) {
        room = packets;
    }

    public int count() {
        return frames.size();
    }

    /** What follows so many octets of a packet. */
    public byte[] frame(final int packet, final int offset) {
        return Arrays.copyOfRange(frames.get(packet), offset, frames.get(packet).length);
    }

    public byte[] frame(final int packet) {
        return frames.get(packet).clone();
    }

    public void clear() {
        frames.clear();
    }

    public int sequence(final int packet) {
        return getInt(frames.get(packet), TCP + 4);
    }

    public byte[] payload(final int packet) {
        return Arrays.copyOfRange(frames.get(packet), HEADER_LENGTH, frames.get(packet).length);
    }

    /** All packets hold what the stream has at their places, and are whole in themselves. */
    public void assertSlicesOf(final byte[] stream, final int firstSequence) {
        for (int i = 0; i < frames.size(); i++) {
            final int from = sequence(i) - firstSequence;
            final byte[] payload = payload(i);
            assertTrue(from >= 0 && from + payload.length <= stream.length, "packet " + i + " at " + from);
            assertArrayEquals(Arrays.copyOfRange(stream, from, from + payload.length), payload, "packet " + i);
            assertChecksums(i);
        }
    }

    /** The payloads one after the other. */
    public byte[] payloads() {
        final byte[] all = new byte[frames.stream().mapToInt(frame -> frame.length - HEADER_LENGTH).sum()];
        int offset = 0;
        for (int i = 0; i < frames.size(); i++) {
            final byte[] payload = payload(i);
            System.arraycopy(payload, 0, all, offset, payload.length);
            offset += payload.length;
        }
        return all;
    }

    public void assertChecksums(final int packet) {
        final byte[] frame = frames.get(packet);
        final int length = frame.length - IP;
        assertEquals(length, getShort(frame, IP + 2), "total length");
        assertEquals(0xffff, fold(sum(frame, IP, 20)), "IP checksum");
        final long pseudo = sum(frame, IP + 12, 8) + 6 + (length - 20);
        assertEquals(0xffff, fold(pseudo + sum(frame, TCP, length - 20)), "TCP checksum");
    }

    /** Ethernet, IPv4 and TCP with timestamps, for a segment of one packet. */
    public static void writeHeader(final Memory memory, final int offset, final int sequence, final int length) {
        final byte[] header = HexDump.octets(HEADER_LENGTH, """
            0000: 0c 42 a1 00 00 02 0c 42 a1 00 00 01 08 00 45 00
            0010: 00 00 00 00 40 00 40 06 00 00 c0 a8 01 01 c0 a8
            0020: 01 02 3e 8e c3 50 00 00 00 00 00 00 00 01 80 18
            0030: 00 40 00 00 00 00 01 01 08 0a 00 00 00 01 00 00
            0040: 00 02
            """);
        putInt(header, TCP + 4, sequence);
        final int total = HEADER_LENGTH - IP + length;
        header[IP + 2] = (byte) (total >> 8);
        header[IP + 3] = (byte) total;
        memory.put(offset, header);
    }

    /** The checksums of a frame of {@link #writeHeader} with its payload. */
    public static void writeChecksums(final Memory frame, final int length) {
        putShort(frame, IP + 10, ~fold(sum(frame.get(0, length), IP, 20)));
        putShort(frame, TCP + 16, ~fold(segmentSum(frame.get(0, length))));
    }

    public static boolean isIntact(final byte[] frame) {
        return fold(segmentSum(frame)) == 0xffff && fold(sum(frame, IP, 20)) == 0xffff;
    }

    private static long segmentSum(final byte[] frame) {
        return sum(frame, IP + 12, 8) + 6 + (frame.length - TCP) + sum(frame, TCP, frame.length - TCP);
    }

    private static void putShort(final Memory frame, final int offset, final int value) {
        frame.put(offset, new byte[] {(byte) (value >> 8), (byte) value});
    }

    private static void putInt(final byte[] octets, final int offset, final int value) {
        for (int i = 0; i < 4; i++) {
            octets[offset + i] = (byte) (value >>> (24 - 8 * i));
        }
    }

    private static int getInt(final byte[] octets, final int offset) {
        return (getShort(octets, offset) << 16) | getShort(octets, offset + 2);
    }

    private static int getShort(final byte[] octets, final int offset) {
        return ((octets[offset] & 0xff) << 8) | (octets[offset + 1] & 0xff);
    }

    public static long sum(final byte[] octets, final int offset, final int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (i & 1) == 0 ? (octets[offset + i] & 0xff) << 8 : octets[offset + i] & 0xff;
        }
        return sum;
    }

    public static int fold(final long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }
}
