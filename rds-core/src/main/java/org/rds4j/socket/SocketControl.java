package org.rds4j.socket;

import org.rds4j.congestion.CongestionMaps;

/**
 * How a socket asks for what only the engine can do, whether the engine lives in this process or in another. Commands are
 * answered in the socket's region. Thread safe.
 */
public interface SocketControl {
    /** Answer of a command that found no room; try again. */
    long NOT_NOW = -1;

    /**
     * Asks for a command.
     *
     * @param kind one of {@link EngineCommand}.
     * @param slot of the socket.
     * @param high bits 127..64 of an address.
     * @param low  bits 63..0 of an address.
     * @param port that goes with the address.
     * @return the correlation id of the answer, above 0; or {@link #NOT_NOW}.
     */
    long command(int kind, int slot, long high, long low, int port);

    /**
     * Has a socket closed that its application is done with, at once or when there is room for the command.
     *
     * @param slot of the socket; named once.
     */
    void giveUp(int slot);

    /**
     * What hosts said of their ports.
     *
     * @return to be read.
     */
    CongestionMaps congestion();

    /**
     * Where sockets of this engine are noted as ready.
     *
     * @return those of this process.
     */
    ReadySets readySets();

    /**
     * Whether the engine has ended, as far as is known here: no command will be answered any more.
     *
     * @return true when it is over.
     */
    boolean isClosed();
}
