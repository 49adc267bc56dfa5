package org.rds4j.crypto.certificate;

import java.util.regex.Pattern;

/**
 * The name of a peer: {@code spiffe://<trust domain>/<path>}, by the rules of the SPIFFE-ID standard. There are no wildcards,
 * no percent-encoding, no port, query or fragment: two names are the same when their octets are.
 *
 * @param trustDomain letters a-z, digits, '.', '-' and '_', at most 255.
 * @param path        with its leading slash; segments of letters, digits, '.', '-' and '_', none of them empty, '.' or '..'.
 */
public record SpiffeId(String trustDomain, String path) {
    /** Most octets of a whole name. */
    public static final int MAX_LENGTH = 2048;

    private static final String SCHEME = "spiffe://";
    private static final int MAX_TRUST_DOMAIN = 255;
    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]+");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)+");
    private static final Pattern DOTS = Pattern.compile("/\\.{1,2}(/|$)");

    /** Checks every rule of the standard. */
    public SpiffeId {
        require(isTrustDomain(trustDomain), "its trust domain is not 1 to 255 of a-z, 0-9, '.', '-' and '_'");
        require(!path.isEmpty(), "it names a trust domain and nobody in it");
        require(PATH.matcher(path).matches() && !DOTS.matcher(path).find(),
            "its path has a segment that is empty, '.', '..', or not of letters, digits, '.', '-' and '_'");
        require(SCHEME.length() + trustDomain.length() + path.length() <= MAX_LENGTH,
            "it is longer than " + MAX_LENGTH + " octets");
    }

    /**
     * Reads a name.
     *
     * @param uri as in a certificate.
     * @return the name.
     * @throws IllegalArgumentException when it breaks a rule, which the message tells; the name itself is not repeated.
     */
    public static SpiffeId parse(final String uri) {
        require(uri.startsWith(SCHEME), "it does not begin with " + SCHEME);
        require(uri.length() <= MAX_LENGTH, "it is longer than " + MAX_LENGTH + " octets");
        final int slash = uri.indexOf('/', SCHEME.length());
        return slash < 0 ? new SpiffeId(uri.substring(SCHEME.length()), "")
            : new SpiffeId(uri.substring(SCHEME.length(), slash), uri.substring(slash));
    }

    /**
     * Whether a text may name a trust domain.
     *
     * @param text anything.
     * @return true for 1 to 255 of a-z, 0-9, '.', '-' and '_'.
     */
    public static boolean isTrustDomain(final String text) {
        return text.length() <= MAX_TRUST_DOMAIN && TRUST_DOMAIN.matcher(text).matches();
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The name as it stands in a certificate. */
    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
