package org.rds4j;

/** EINVAL, EMSGSIZE, EOPNOTSUPP, EFAULT or ENOPROTOOPT: an argument does not serve. */
public class RdsArgumentException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     */
    public RdsArgumentException(final Errno errno, final String message) {
        super(errno, message);
    }
}
