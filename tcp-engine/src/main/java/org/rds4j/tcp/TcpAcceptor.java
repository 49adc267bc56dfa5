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
}
