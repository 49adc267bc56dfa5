package org.rds4j.crypto.offload.record;

import org.agrona.UnsafeApi;

/** A hash of a record's octets: it finds changes by mistake, not by intent. */
final class ImageDigest {
    private static final int STRIPE = 32;
    private static final long PRIME_1 = 0x9e3779b185ebca87L;
    private static final long PRIME_2 = 0xc2b2ae3d27d4eb4fL;

    private ImageDigest() {
    }

    static long of(final long address, final int length) {
        long a = PRIME_1 + length;
        long b = PRIME_2;
        long c = ~PRIME_1;
        long d = ~PRIME_2;
        int done = 0;
        for (; done + STRIPE <= length; done += STRIPE) {
            final long at = address + done;
            a = mix(a, UnsafeApi.getLong(at));
            b = mix(b, UnsafeApi.getLong(at + 8));
            c = mix(c, UnsafeApi.getLong(at + 16));
            d = mix(d, UnsafeApi.getLong(at + 24));
        }
        for (; done < length; done++) {
            a = mix(a, UnsafeApi.getByte(address + done) & 0xff);
        }
        return mix(mix(mix(a, b), c), d);
    }

    private static long mix(final long hash, final long word) {
        return Long.rotateLeft((hash ^ word) * PRIME_1, 31) * PRIME_2;
    }
}
