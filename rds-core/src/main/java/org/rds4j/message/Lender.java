package org.rds4j.message;

/** Who lent the memory of a payload to a {@link SendLog}. Engine thread. */
@FunctionalInterface
public interface Lender {
    /**
     * The log, and whoever read for it, will not touch the payload again: it was acknowledged, dropped or cancelled.
     *
     * @param token as given when the message was appended.
     */
    void onReturned(long token);
}
