package org.rds4j.crypto.offload.wqe;

/** The versions of TLS that static parameters know. */
public enum TlsVersion {
    /** TLS 1.2: the nonce's second part is read from the record. */
    TLS_1_2(2),
    /** TLS 1.3: the nonce is the IV XOR the record number. */
    TLS_1_3(3);

    private final int code;

    TlsVersion(final int code) {
        this.code = code;
    }

    /**
     * The number in the static parameters.
     *
     * @return 2 or 3.
     */
    public int code() {
        return code;
    }

    /**
     * The version of a number.
     *
     * @param code from static parameters.
     * @return the version, null when no version has the number.
     */
    public static TlsVersion of(final int code) {
        return code == TLS_1_2.code ? TLS_1_2 : code == TLS_1_3.code ? TLS_1_3 : null;
    }
}
