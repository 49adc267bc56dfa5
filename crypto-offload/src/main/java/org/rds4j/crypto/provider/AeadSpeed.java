package org.rds4j.crypto.provider;

/**
 * What one provider takes for records of one size.
 *
 * @param provider that was measured.
 * @param size     octets of content.
 * @param sealNs   nanoseconds to seal one, in the best batch.
 * @param openNs   nanoseconds to open one, in the best batch.
 */
public record AeadSpeed(AeadProvider provider, int size, double sealNs, double openNs) {
    /**
     * Both directions of a record.
     *
     * @return nanoseconds.
     */
    double ns() {
        return sealNs + openNs;
    }
}
