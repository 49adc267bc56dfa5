package org.rds4j.tcp.sequence;

/** SipHash-2-4 (Aumasson and Bernstein, 2012) over a message of 64-bit words. Reused; one thread. */
public final class SipHash {
    private final long key0;
    private final long key1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /**
     * A hash under a secret.
     *
     * @param key0 the key's first 8 octets, little-endian.
     * @param key1 the key's last 8 octets, little-endian.
     */
    public SipHash(final long key0, final long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /**
     * Begins a message.
     *
     * @return this.
     */
    public SipHash begin() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        return this;
    }

    /**
     * Takes 8 octets of the message.
     *
     * @param word the octets, little-endian.
     * @return this.
     */
    public SipHash add(final long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
        return this;
    }

    /**
     * Ends the message.
     *
     * @param tail   its last 0 to 7 octets, little-endian.
     * @param length of the whole message in octets.
     * @return the hash.
     */
    public long end(final long tail, final int length) {
        add(tail | ((long) length << 56));
        v2 ^= 0xff;
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
