package org.rds4j.crypto.provider;

import java.util.Arrays;
import javax.crypto.SecretKey;

/** An AES key that can be wiped, which {@code SecretKeySpec} cannot. Says nothing of its octets. */
final class KeyOctets implements SecretKey {
    @java.io.Serial
    private static final long serialVersionUID = 1L;

    private final transient byte[] octets;

    KeyOctets(final byte[] octets) {
        this.octets = octets.clone();
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    /** A copy, as the interface demands. */
    @Override
    public byte[] getEncoded() {
        return octets.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(octets, (byte) 0);
    }
}
