package org.rds4j.crypto.certificate;

import java.security.cert.CertificateException;

/** A peer's chain is not accepted. The message never holds more of the peer's text than its name, and that in printable form. */
public final class PeerRefusedException extends CertificateException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 200;

    private final PeerRefusal refusal;

    /**
     * A refusal.
     *
     * @param refusal why.
     * @param detail  what was found.
     */
    public PeerRefusedException(final PeerRefusal refusal, final String detail) {
        super(refusal.meaning() + " (" + detail + ")");
        this.refusal = refusal;
    }

    /**
     * Why.
     *
     * @return the refusal.
     */
    public PeerRefusal refusal() {
        return refusal;
    }

    /**
     * Text of a peer's, made fit for a line of a log: what is not printable ASCII becomes '?', and little of it is kept.
     *
     * @param text anything.
     * @return at most 200 characters.
     */
    public static String printable(final String text) {
        final String kept = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
        return kept.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
