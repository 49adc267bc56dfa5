package org.rds4j.dpdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Classic capture files, little endian, microseconds, Ethernet. */
final class PcapFile {
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;

    private PcapFile() {
    }

    static void write(final Path file, final List<byte[]> frames) throws IOException {
        int length = FILE_HEADER;
        for (final byte[] frame : frames) {
            length += RECORD_HEADER + frame.length;
        }
        final ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0).putInt(65_535).putInt(1);
        for (final byte[] frame : frames) {
            buffer.putInt(1).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
        }
        Files.write(file, buffer.array());
    }

    static List<byte[]> read(final Path file) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(FILE_HEADER);
        final List<byte[]> frames = new ArrayList<>();
        while (buffer.remaining() >= RECORD_HEADER) {
            final byte[] frame = new byte[buffer.getInt(buffer.position() + 8)];
            buffer.position(buffer.position() + RECORD_HEADER);
            buffer.get(frame);
            frames.add(frame);
        }
        return frames;
    }
}
