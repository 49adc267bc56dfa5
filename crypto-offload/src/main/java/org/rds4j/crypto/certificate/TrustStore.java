package org.rds4j.crypto.certificate;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whose word a node takes for whom: a bundle for each trust domain. A peer's chain is judged by the bundle of the domain it
 * presents and by no other, so that the authority of one domain cannot vouch for names of another.
 *
 * @param bundles by trust domain.
 */
public record TrustStore(Map<String, TrustBundle> bundles) {
    /** Copies the map and checks its keys. */
    public TrustStore {
        bundles = Collections.unmodifiableMap(new TreeMap<>(bundles));
        for (final String domain : bundles.keySet()) {
            if (!SpiffeId.isTrustDomain(domain)) {
                throw new IllegalArgumentException("'" + domain + "' is no trust domain: a-z, 0-9, '.', '-' and '_'");
            }
        }
    }

    /**
     * A store of one domain.
     *
     * @param domain its name.
     * @param bundle its authorities.
     * @return the store.
     */
    public static TrustStore of(final String domain, final TrustBundle bundle) {
        return new TrustStore(Map.of(domain, bundle));
    }

    /**
     * The bundle of a domain.
     *
     * @param domain its name.
     * @return the bundle, or null when there is none.
     */
    public TrustBundle bundle(final String domain) {
        return bundles.get(domain);
    }
}
