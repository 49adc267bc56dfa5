package org.rds4j.tcp;

/**
 * What a connection tells its owner. Every call comes on the engine's thread.
 * <p>
 * Calls are made after a segment or timer has been processed completely, in the order in which they stand here, so a
 * handler may call any method of the connection or the engine. Methods of the connection never call the handler back, with
 * one exception: {@link TcpConnection#abort()} (and {@link TcpConnection#close()} where it resets) calls {@link #onClosed}
 * before it returns. After {@code onClosed} nothing more is called for that connection.
 */
public interface TcpHandler {
    /**
     * The connection is established; data may be sent.
     *
     * @param connection that is established.
     */
    void onConnected(TcpConnection connection);

    /**
     * The peer acknowledged octets: {@link TcpConnection#acknowledgedPosition()} moved and send space was freed. Called for
     * every advance.
     *
     * @param connection whose send stream advanced.
     */
    void onAcknowledged(TcpConnection connection);

    /**
     * New in-order octets stand between {@link TcpConnection#consumedPosition()} and
     * {@link TcpConnection#receivedPosition()}. They may be consumed now or later.
     *
     * @param connection that received.
     */
    void onReceivable(TcpConnection connection);

    /**
     * The peer closed its direction: {@link TcpConnection#receivedPosition()} is final.
     *
     * @param connection that received the FIN.
     */
    void onPeerClosed(TcpConnection connection);

    /**
     * The peer has left {@link TcpConfiguration#unresponsiveRetries()} retransmissions in a row unanswered (R1 of RFC 9293
     * section 3.8.3). The engine goes on trying; the owner may look for another way. Called once for each run of retries.
     *
     * @param connection whose peer is silent.
     */
    default void onUnresponsive(final TcpConnection connection) {
    }

    /**
     * The connection is over. Positions and received octets stay readable, and claimed memory writable, until the owner
     * calls {@link TcpConnection#release()}, which it must, here or later.
     *
     * @param connection that ended.
     * @param reason     why.
     */
    void onClosed(TcpConnection connection, CloseReason reason);
}
