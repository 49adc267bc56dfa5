package org.rds4j.socket;

/** What control commands mean for a socket's datagrams on their way out. Engine thread. */
public interface SendControl {
    /**
     * A socket is about to be forgotten, with its rings.
     *
     * @param socket still in the tables.
     */
    void beforeClose(EngineSocket socket);

    /**
     * Gives up a socket's datagrams to a destination.
     *
     * @param socket that sent them.
     * @param high   bits 127..64 of the destination.
     * @param low    bits 63..0 of the destination.
     * @param port   of the destination.
     * @return false when a thread is about to submit one: the command must come again.
     */
    boolean cancel(EngineSocket socket, long high, long low, int port);
}
