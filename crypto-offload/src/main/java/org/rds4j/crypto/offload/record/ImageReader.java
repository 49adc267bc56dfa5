package org.rds4j.crypto.offload.record;

import org.agrona.UnsafeApi;

/** Reads a {@link StreamImage} across the places where its memory is not contiguous. */
final class ImageReader {
    private static final int STRIPE = 32;
    private static final long PRIME_1 = 0x9e3779b185ebca87L;
    private static final long PRIME_2 = 0xc2b2ae3d27d4eb4fL;

    private final StreamImage image;

    ImageReader(final StreamImage image) {
        this.image = image;
    }

    int octet(final int sequence) {
        return UnsafeApi.getByte(image.address(sequence)) & 0xff;
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

    /** A hash of a range, the same however its memory is cut: it finds changes by mistake, not by intent. */
    long digest(final int sequence, final int length) {
        long a = PRIME_1 + length;
        long b = PRIME_2;
        long c = ~PRIME_1;
        long d = ~PRIME_2;
        int done = 0;
        for (; done + STRIPE <= length; done += STRIPE) {
            final int at = sequence + done;
            final boolean isWhole = image.contiguous(at) >= STRIPE;
            final long address = image.address(at);
            a = mix(a, isWhole ? UnsafeApi.getLong(address) : gather(at));
            b = mix(b, isWhole ? UnsafeApi.getLong(address + 8) : gather(at + 8));
            c = mix(c, isWhole ? UnsafeApi.getLong(address + 16) : gather(at + 16));
            d = mix(d, isWhole ? UnsafeApi.getLong(address + 24) : gather(at + 24));
        }
        for (; done < length; done++) {
            a = mix(a, octet(sequence + done));
        }
        return mix(mix(mix(a, b), c), d);
    }

    private long gather(final int sequence) {
        long word = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            word = (word << 8) | octet(sequence + i);
        }
        return word;
    }

    private static long mix(final long hash, final long word) {
        return Long.rotateLeft((hash ^ word) * PRIME_1, 31) * PRIME_2;
    }
}
