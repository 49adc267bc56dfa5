package org.rds4j.tcp;

/** Decides about connections that a listener has completed. Called on the engine's thread. */
@FunctionalInterface
public interface TcpAcceptor {
    /**
     * The handshake of an inbound connection is complete. {@link TcpHandler#onConnected} follows at once on the handler
     * returned. The connection may be given its lane and settings here; it may not be closed, aborted or released.
     *
     * @param connection established; belongs to the acceptor's side from now on, until it calls
     *                   {@link TcpConnection#release()}. If null is returned it still belongs to the engine.
     * @return who is told what happens to it, or null to refuse it with a reset.
     */
    TcpHandler onAccept(TcpConnection connection);

    /**
     * Whether another connection can be taken now: the room left in the owner's accept queue. Asked before a handshake
     * completes. While it says no, the acknowledgement that would complete one is dropped and the handshake kept: our SYN-ACK is
     * sent again, and the peer's acknowledgement comes back with it.
     *
     * @return true, unless the owner has a bound and has reached it.
     */
    default boolean isReady() {
        return true;
    }
}
