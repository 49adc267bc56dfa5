package org.rds4j.tests.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The frames of a capture file in the order of capture. */
public final class PcapFile {
    private static final int FILE_HEADER_LENGTH = 24;

    private PcapFile() {
    }

    public static List<byte[]> frames(final Path file) {
        final ByteBuffer buffer;
        try {
            buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        final List<byte[]> frames = new ArrayList<>();
        buffer.position(FILE_HEADER_LENGTH);
        while (buffer.hasRemaining()) {
            buffer.getLong();
            final byte[] frame = new byte[buffer.getInt()];
            buffer.getInt();
            buffer.get(frame);
            frames.add(frame);
        }
        return frames;
    }
}
