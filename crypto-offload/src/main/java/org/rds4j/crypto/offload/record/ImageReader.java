package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/** Reads a {@link StreamImage} across the places where its memory is not contiguous. */
final class ImageReader {
    private static final int MAX_RECORD = RecordHeaderFlyweight.MAX_CONTENT_LENGTH + RecordHeaderFlyweight.OVERHEAD;

    private final StreamImage image;
    private final ByteBuffer linearBuffer = ByteBuffer.allocateDirect(MAX_RECORD);
    private final long linear = BufferUtil.address(linearBuffer);

    ImageReader(final StreamImage image) {
        this.image = image;
    }

    /** Octets from here on that are contiguous, at most so many. */
    int piece(final int sequence, final int limit) {
        return Math.min(image.contiguous(sequence), limit);
    }

    long address(final int sequence) {
        return image.address(sequence);
    }

    int memoryKey(final int sequence) {
        return image.memoryKey(sequence);
    }

    /** How many pieces a range has, none longer than the limit. */
    int pieces(final int sequence, final int length, final int limit) {
        int count = 0;
        for (int done = 0; done < length; count++) {
            done += piece(sequence + done, Math.min(limit, length - done));
        }
        return count;
    }

    void copy(final int sequence, final int length, final long destination) {
        for (int done = 0; done < length;) {
            final int count = piece(sequence + done, length - done);
            UnsafeApi.copyMemory(image.address(sequence + done), destination + done, count);
            done += count;
        }
    }

    /** {@link ImageDigest} of a range. */
    long digest(final int sequence, final int length) {
        if (image.contiguous(sequence) >= length) {
            return ImageDigest.of(image.address(sequence), length);
        }
        copy(sequence, length, linear);
        return ImageDigest.of(linear, length);
    }
}
