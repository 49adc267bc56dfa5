package org.rds4j.crypto.record;

/** Why a record was not sealed or not opened, with the TLS alert that says so to the peer (RFC 8446 section 6.2). */
public enum RecordError {
    /** Nothing is wrong. */
    NONE(0),
    /** Not a record: wrong version, too short to hold type and tag, or its length differs from what was given. */
    DECODE_ERROR(50),
    /** Longer than a record may be. */
    RECORD_OVERFLOW(22),
    /** The tag is wrong. */
    BAD_RECORD_MAC(20),
    /** A content type or message that must not come here, or no content type at all. */
    UNEXPECTED_MESSAGE(10),
    /** A message holds a value that it must not. */
    ILLEGAL_PARAMETER(47),
    /** The key may protect no further record. */
    KEY_EXHAUSTED(80),
    /** The content is longer than a record holds. */
    CONTENT_TOO_LONG(80),
    /** The cipher library refused. */
    INTERNAL_ERROR(80),
    /** The session was closed. */
    CLOSED(0);

    private final int alert;

    RecordError(final int alert) {
        this.alert = alert;
    }

    /**
     * The alert that tells the peer.
     *
     * @return the AlertDescription, 0 when there is nothing to tell.
     */
    public int alert() {
        return alert;
    }
}
