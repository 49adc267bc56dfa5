package org.rds4j.crypto.certificate;

/** A PEM file is missing, unreadable or not what it should be; the message names the file and says what to do. */
public final class PemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A problem with a file.
     *
     * @param message names the file and the remedy.
     */
    public PemException(final String message) {
        super(message);
    }

    /**
     * A problem with a file, found by something below.
     *
     * @param message names the file and the remedy.
     * @param cause   what was found.
     */
    public PemException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
