package org.rds4j.message;

/** Hears which messages a {@link SendLog} no longer keeps. Engine thread. */
@FunctionalInterface
public interface ReleaseHandler {
    /**
     * A message was acknowledged or dropped.
     *
     * @param owner  as given when it was appended.
     * @param length octets of its payload.
     */
    void onReleased(int owner, int length);
}
