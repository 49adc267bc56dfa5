package org.rds4j.crypto.provider;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Times one provider at records of one size: a batch of them is sealed, each from a place of its own to another, and opened
 * there, as records of a path lie in its log and in its TCP ring. By the system's clock, as it is the machine that is timed. One
 * thread at a time.
 */
public final class AeadMeter implements AutoCloseable {
    private static final byte TYPE = 23;
    private static final int KEY_LENGTH = 16;
    private static final int NONCE_SPACE = 16;
    private static final int CACHE_LINE = 64;
    private static final int TRAILER = 1 + Aead.TAG_LENGTH;

    private final AeadProvider provider;
    private final int size;
    private final int count;
    private final int stride;
    private final int head;
    private final ByteBuffer memory;
    private final Aead aead;

    /**
     * A meter whose memory has been touched.
     *
     * @param provider usable.
     * @param size     octets of content of each record.
     * @param count    records of a batch, 2 or more.
     */
    public AeadMeter(final AeadProvider provider, final int size, final int count) {
        this.provider = provider;
        this.size = size;
        this.count = count;
        this.stride = (size + TRAILER + CACHE_LINE - 1) & -CACHE_LINE;
        this.head = count * NONCE_SPACE + CACHE_LINE;
        this.memory = BufferUtil.allocateDirectAligned(head + 2 * count * stride, CACHE_LINE);
        for (int i = 0; i < count; i++) {
            UnsafeApi.putInt(nonce(i), i);
        }
        this.aead = provider.newAead(new byte[KEY_LENGTH]);
    }

    /**
     * What is timed.
     *
     * @return as given.
     */
    public AeadProvider provider() {
        return provider;
    }

    /**
     * Octets of content of a record.
     *
     * @return as given.
     */
    public int size() {
        return size;
    }

    /**
     * Records of a batch.
     *
     * @return as given.
     */
    public int count() {
        return count;
    }

    /**
     * Seals the batch.
     *
     * @return nanoseconds that it took.
     * @throws IllegalStateException when the provider refuses.
     */
    public long seal() {
        boolean isGood = true;
        final long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            isGood &= aead.seal(nonce(i), aad(), content(i), size, TYPE, record(i));
        }
        return elapsedNs(startNs, isGood);
    }

    /**
     * Opens the batch that was sealed last.
     *
     * @return nanoseconds that it took.
     * @throws IllegalStateException when the provider refuses, or nothing was sealed since the last call.
     */
    public long open() {
        boolean isGood = true;
        final long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            isGood &= aead.open(nonce(i), aad(), record(i), size + 1);
        }
        return elapsedNs(startNs, isGood);
    }

    /** Frees the key. Idempotent. */
    @Override
    public void close() {
        aead.close();
    }

    private long nonce(final int index) {
        return BufferUtil.address(memory) + (long) index * NONCE_SPACE;
    }

    private long aad() {
        return nonce(count);
    }

    private long content(final int index) {
        return BufferUtil.address(memory) + head + (long) index * stride;
    }

    private long record(final int index) {
        return content(count + index);
    }

    private long elapsedNs(final long startNs, final boolean isGood) {
        final long elapsedNs = System.nanoTime() - startNs;
        if (!isGood) {
            throw new IllegalStateException(provider.name() + " refused a record of " + size + " octets");
        }
        return elapsedNs;
    }
}
