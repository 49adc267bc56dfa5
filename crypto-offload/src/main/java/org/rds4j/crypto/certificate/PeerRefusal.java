package org.rds4j.crypto.certificate;

/** Why a peer is not accepted, each with what an operator can do. None of it is told to the peer. */
public enum PeerRefusal {
    /** It presented no certificate. */
    NO_CERTIFICATE("no-certificate", "it presented no certificate", "give it one of this cluster"),
    /** No chain of signatures leads to the bundle of its trust domain. */
    UNTRUSTED("untrusted", "its chain does not lead to the trust bundle",
        "add the authority that signed it to 'trust', or give it a certificate of an authority there"),
    /** A certificate of its chain is past its time. */
    EXPIRED("expired", "its certificate, or one of its chain, has expired",
        "renew it; if it is valid, compare the clocks of both hosts"),
    /** A certificate of its chain is before its time. */
    NOT_YET_VALID("not-yet-valid", "its certificate, or one of its chain, is not valid yet", "compare the clocks of both hosts"),
    /** Its own certificate is that of an authority. */
    AUTHORITY("authority", "it presented the certificate of an authority as its own", "give it a certificate with CA:FALSE"),
    /** Its certificate may not sign, or may sign certificates. */
    KEY_USAGE("key-usage", "the key usage of its certificate is not that of a node",
        "give it one with digitalSignature and without keyCertSign and cRLSign"),
    /** Its certificate is not for its role in TLS. */
    EXTENDED_KEY_USAGE("extended-key-usage", "its certificate is not for both roles in TLS",
        "give it one with extended key usage clientAuth and serverAuth"),
    /** Its certificate has no URI. */
    NO_NAME("no-name", "its certificate has no URI among its subject alternative names",
        "give it one with URI:spiffe://<trust domain>/<path>"),
    /** Its certificate has several URIs. */
    SEVERAL_NAMES("several-names", "its certificate has more than one URI among its subject alternative names",
        "give it one with exactly one"),
    /** Its URI is no name by the standard. */
    INVALID_NAME("invalid-name", "the URI of its certificate is no SPIFFE ID",
        "give it one with URI:spiffe://<trust domain>/<path>"),
    /** No bundle is known for its trust domain. */
    FOREIGN_DOMAIN("foreign-domain", "it is of a trust domain for which there is no bundle",
        "if it is meant to be a peer, name its bundle in 'federatedTrust' and its identity in 'peerList'"),
    /** Its certificate's serial number is on the list of those withdrawn. */
    REVOKED("revoked", "the serial number of its certificate is in the 'revoked' part of 'peerList'",
        "give it a new certificate if it is to be a peer again"),
    /** No entry of the list of peers is for its name. */
    NOT_LISTED("not-listed", "no entry of 'peerList' is for its identity", "add one if it is meant to be a peer"),
    /** Its name may not use its address. */
    ADDRESS("address", "'peerList' does not let its identity use its address",
        "add the address to its entry, or find out why the certificate is used there"),
    /** Its name may not use the lane. */
    LEVEL("level", "'peerList' does not let its identity use the service levels of the lane",
        "add a level of the lane to its entry, or send at another level");

    private final String label;
    private final String meaning;
    private final String remedy;

    PeerRefusal(final String label, final String meaning, final String remedy) {
        this.label = label;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /**
     * A word for names of counters.
     *
     * @return lower case with dashes.
     */
    public String label() {
        return label;
    }

    /**
     * What is wrong.
     *
     * @return a clause whose subject is the peer.
     */
    public String meaning() {
        return meaning;
    }

    /**
     * What to do.
     *
     * @return an imperative.
     */
    public String remedy() {
        return remedy;
    }
}
