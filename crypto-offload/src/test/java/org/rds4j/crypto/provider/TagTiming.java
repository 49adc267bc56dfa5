package org.rds4j.crypto.provider;

import java.util.Arrays;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.Memory;

/**
 * How much longer a refusal takes when a tag is wrong in its last octet than when it is in its first. Both take turns many
 * times, so what else the machine does meets both; the median of the differences is what counts.
 */
final class TagTiming {
    private static final int NONCE = 0;
    private static final int AAD = 16;
    private static final int TAG = 33;
    private static final int ROUNDS = 1_000;
    private static final int REFUSALS = 400;

    private final Memory memory = new Memory(64);
    private final byte[] tag;
    private final Aead aead;

    /** Makes a record whose ciphertext is a zero, which is also what a refusal leaves: so each refusal is of the same record. */
    TagTiming(final Aead aead) {
        this.aead = aead;
        seal(0);
        final byte keystream = memory.get(TAG - 1, 1)[0];
        seal(keystream);
        tag = memory.get(TAG, Aead.TAG_LENGTH);
        require(memory.get(TAG - 1, 1)[0] == 0 && open());
        memory.put(TAG - 1, new byte[1]);
    }

    private void seal(final int type) {
        final long base = memory.address();
        require(aead.seal(base + NONCE, base + AAD, base + TAG - 1, 0, (byte) type, base + TAG - 1));
    }

    private boolean open() {
        return aead.open(memory.address() + NONCE, memory.address() + AAD, memory.address() + TAG - 1, 1);
    }

    /** Nanoseconds, by the library alone. */
    double ofLibrary() {
        return median(false);
    }

    /** Nanoseconds, when octets are compared one after the other besides, up to the first that differs: what must be seen. */
    double ofLibraryAndALoop() {
        return median(true);
    }

    private double median(final boolean withLoop) {
        final double[] differences = new double[ROUNDS];
        for (int i = -ROUNDS / 2; i < ROUNDS; i++) {
            final boolean isLastFirst = (i & 1) == 0;
            final double one = refuse(isLastFirst ? Aead.TAG_LENGTH - 1 : 0, withLoop);
            final double other = refuse(isLastFirst ? 0 : Aead.TAG_LENGTH - 1, withLoop);
            differences[Math.max(i, 0)] = isLastFirst ? one - other : other - one;
        }
        Arrays.sort(differences);
        return differences[ROUNDS / 2];
    }

    private double refuse(final int wrongOctet, final boolean withLoop) {
        memory.put(TAG, tag);
        memory.flipBit((TAG + wrongOctet) * Byte.SIZE);
        int opened = 0;
        final long startNs = System.nanoTime();
        for (int i = 0; i < REFUSALS; i++) {
            opened += open() || (withLoop && isEqual()) ? 1 : 0;
        }
        final long endNs = System.nanoTime();
        require(opened == 0);
        return (endNs - startNs) / (double) REFUSALS;
    }

    private boolean isEqual() {
        for (int i = 0; i < Aead.TAG_LENGTH; i++) {
            if (UnsafeApi.getByte(memory.address() + TAG + i) != tag[i]) {
                return false;
            }
        }
        return true;
    }

    private static void require(final boolean holds) {
        if (!holds) {
            throw new IllegalStateException("the record is not what it must be");
        }
    }
}
