package org.rds4j.sim.capture;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;

/**
 * Writes the frames of a link to a classic pcap file with nanosecond time stamps, either as they were sent or as they
 * arrived. A failing disk does not disturb the simulation: the first error is thrown by {@link #close}. Not thread safe.
 * <pre>
 *   file:   magic a1b23c4d | version 2.4 | 0 | 0 | snap length | link type 1 (Ethernet)      24 octets, big-endian
 *   frame:  seconds | nanoseconds | octets captured | octets of the frame | ...              16 octets and the frame
 * </pre>
 */
public final class PcapTap implements FrameTap, AutoCloseable {
    private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    private static final int LINK_TYPE_ETHERNET = 1;
    private static final int MAX_LENGTH = 262_144;
    private static final int RECORD_LENGTH = 16;
    private static final long NS_PER_S = 1_000_000_000L;

    private final VirtualClock clock;
    private final boolean asSent;
    private final OutputStream out;
    private final byte[] record = new byte[RECORD_LENGTH + MAX_LENGTH];
    private final ByteBuffer recordView = ByteBuffer.wrap(record).order(ByteOrder.BIG_ENDIAN);
    private IOException firstError;

    private PcapTap(final Path file, final VirtualClock clock, final boolean asSent) throws IOException {
        this.clock = clock;
        this.asSent = asSent;
        out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        recordView.putInt(MAGIC_NANOSECONDS).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0)
            .putInt(MAX_LENGTH).putInt(LINK_TYPE_ETHERNET);
        out.write(record, 0, recordView.position());
    }

    /**
     * Captures frames as they enter the wire, those included that are lost later.
     *
     * @param file  created or overwritten.
     * @param clock of the world.
     * @return to be put on a link, and closed in the end.
     * @throws IOException when the file cannot be written.
     */
    public static PcapTap ofSent(final Path file, final VirtualClock clock) throws IOException {
        return new PcapTap(file, clock, true);
    }

    /**
     * Captures frames as they leave the wire, duplicates and injected ones included.
     *
     * @param file  created or overwritten.
     * @param clock of the world.
     * @return to be put on a link, and closed in the end.
     * @throws IOException when the file cannot be written.
     */
    public static PcapTap ofDelivered(final Path file, final VirtualClock clock) throws IOException {
        return new PcapTap(file, clock, false);
    }

    @Override
    public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        if (asSent) {
            write(address, length);
        }
        return true;
    }

    @Override
    public void onLeaving(final Side from, final long address, final int length, final long nowNs) {
        if (!asSent) {
            write(address, length);
        }
    }

    private void write(final long address, final int length) {
        final long epochNs = clock.epochNs();
        recordView.clear().putInt((int) (epochNs / NS_PER_S)).putInt((int) (epochNs % NS_PER_S)).putInt(length).putInt(length);
        UnsafeApi.copyMemory(null, address, record, BufferUtil.ARRAY_BASE_OFFSET + (long) RECORD_LENGTH, length);
        try {
            out.write(record, 0, RECORD_LENGTH + length);
        } catch (final IOException error) {
            firstError = firstError == null ? error : firstError;
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (firstError != null) {
            throw firstError;
        }
    }
}
