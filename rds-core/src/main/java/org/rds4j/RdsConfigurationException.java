package org.rds4j;

/** EINVAL: the {@link RdsContext} cannot be used as it is; the message names the key and what to write instead. */
public class RdsConfigurationException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param message names the key and says what to do.
     */
    public RdsConfigurationException(final String message) {
        super(Errno.EINVAL, message);
    }
}
