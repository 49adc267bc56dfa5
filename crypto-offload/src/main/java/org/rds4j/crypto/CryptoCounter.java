package org.rds4j.crypto;

/** What the encryption module counts. Every refusal has a counter of its own; a counter only grows. */
public enum CryptoCounter {
    /** Records sealed. */
    RECORDS_SEALED("crypto-records-sealed", "records sealed"),
    /** Content octets sealed. */
    OCTETS_SEALED("crypto-octets-sealed", "content octets sealed, without header, type and tag"),
    /** Records opened. */
    RECORDS_OPENED("crypto-records-opened", "records opened and found authentic"),
    /** Content octets opened. */
    OCTETS_OPENED("crypto-octets-opened", "content octets opened, without header, type, padding and tag"),
    /** Seal refused: the key reached its hard limit. */
    SEAL_KEY_EXHAUSTED("crypto-seal-key-exhausted", "records not sealed: the key reached its hard limit"),
    /** Seal failed: content too long, the session dead or closed, or the cipher library refused. */
    SEAL_REFUSED("crypto-seal-refused", "records not sealed: content too long, session dead or closed, or the library refused"),
    /** Open failed: the tag does not fit. */
    OPEN_BAD_MAC("crypto-open-bad-mac", "records refused: bad_record_mac"),
    /** Open failed: longer than a record may be. */
    OPEN_OVERFLOW("crypto-open-overflow", "records refused: record_overflow"),
    /** Open failed: a type or message not expected here. */
    OPEN_UNEXPECTED("crypto-open-unexpected", "records refused: unexpected_message, or a KeyUpdate with an illegal_parameter"),
    /** Open failed: not a record at all. */
    OPEN_DECODE("crypto-open-decode", "records refused: decode_error"),
    /** Open refused: the peer has gone beyond the hard limit of its key. */
    OPEN_KEY_EXHAUSTED("crypto-open-key-exhausted", "records refused: the peer did not change its key at the hard limit"),
    /** Open refused: the session had failed or was closed before. */
    OPEN_REFUSED("crypto-open-refused", "records refused: session dead or closed"),
    /** Keys that reached their soft limit. */
    KEY_SOFT_LIMITS("crypto-key-soft-limits", "sealing keys that reached their soft limit"),
    /** Sealing keys replaced. */
    KEY_UPDATES_SENT("crypto-key-updates-sent", "sealing keys replaced, each by a KeyUpdate record sent"),
    /** Opening keys replaced. */
    KEY_UPDATES_RECEIVED("crypto-key-updates-received", "opening keys replaced, each by a KeyUpdate record received"),
    /** KeyUpdates that ask for one in return. */
    KEY_UPDATES_REQUESTED("crypto-key-updates-requested", "KeyUpdates received that ask this side to replace its key, too"),
    /** KeyUpdates that ask the peer. */
    KEY_UPDATES_ASKED("crypto-key-updates-asked", "KeyUpdates sent that ask the peer to replace its overdue key"),
    /** Handshakes begun. */
    HANDSHAKES_STARTED("crypto-handshakes-started", "handshakes begun"),
    /** Handshakes that gave a session. */
    HANDSHAKES_COMPLETED("crypto-handshakes-completed", "handshakes that ended in a session"),
    /** Of these, sessions of 256-bit keys. */
    HANDSHAKES_256("crypto-handshakes-256", "handshakes that ended in a session of AES-256-GCM"),
    /** Handshakes that failed. */
    HANDSHAKES_FAILED("crypto-handshakes-failed", "handshakes that failed, abandoned ones excluded"),
    /** Handshakes given up by the engine. */
    HANDSHAKES_ABANDONED("crypto-handshakes-abandoned", "handshakes given up before their end"),
    /** Jobs that the library threw an exception at. */
    JOBS_FAILED("crypto-jobs-failed", "jobs that could not be computed and were answered with an internal error"),
    /** Jobs computed by the engine thread itself. */
    JOBS_INLINE("crypto-jobs-inline", "records and handshake steps computed by the thread that submitted them"),
    /** Sessions whose keys were wiped. */
    SESSIONS_CLOSED("crypto-sessions-closed", "sessions closed and their keys wiped"),
    /** Jobs not accepted for want of a slot. */
    RING_FULL("crypto-ring-full", "jobs not accepted because the ring to the encryption thread was full");

    private final String label;
    private final String meaning;

    CryptoCounter(final String label, final String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * The counter's name in listings.
     *
     * @return lower case words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What the counter counts.
     *
     * @return one sentence.
     */
    public String meaning() {
        return meaning;
    }

    /** The counter's place in a {@link CryptoCounters}: the order of declaration. */
    @SuppressWarnings("EnumOrdinal") // the one place that turns a counter into an index, and nothing outlives the process
    int slot() {
        return ordinal();
    }
}
