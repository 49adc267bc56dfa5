package org.rds4j.carrier;

import org.rds4j.status.StatusPage;

/**
 * An ordered, reliable stream of octets to one peer and back: TCP, with or without records around it. Made by the node,
 * used by one engine on the engine's thread only; nothing here blocks, throws or allocates.
 * <p>
 * A carrier is <i>up</i> from {@code RdsEngine.onCarrierUp} until {@code RdsEngine.onCarrierDown}, which comes exactly
 * once, for whatever reason the stream ended: the peer's close, an error, {@link #close()} or {@link #abort()}.
 */
public interface ByteCarrier {
    /** Answer of {@link #offer} when the chunk was not taken. */
    long NOT_NOW = -1;

    /**
     * Hands over a chunk to be sent after everything offered before; all of it is taken or nothing.
     * The memory is <b>retained</b>: it must stay unchanged until {@link #acknowledgedPosition()} has reached the returned
     * position, or the carrier is down and {@linkplain #isDrained() drained}, because another thread may read it later.
     *
     * @param address of the first octet.
     * @param length  octets, 1 to {@link #maxChunkLength()}.
     * @return the carrier's position just after this chunk, above 0 and above every earlier one; or {@link #NOT_NOW}.
     */
    long offer(long address, int length);

    /**
     * Longest chunk {@link #offer} takes (16384 where chunks become records).
     *
     * @return octets, fixed for the life of the carrier, at least 48.
     */
    int maxChunkLength();

    /**
     * Whether to make the next chunk now: {@link #offer} would take a full one, and waiting a little to batch more into
     * it would not pay. A secure carrier answers false while several records are in flight, so that datagrams batch up
     * under load, and true at once for a lone datagram.
     *
     * @return true when a chunk should be offered.
     */
    boolean isReady();

    /**
     * The peer's host has everything before this position: its TCP acknowledged it. Positions are those of
     * {@link #offer}. Stays readable, and final, once the carrier is down.
     *
     * @return the position, never falling; 0 at first.
     */
    long acknowledgedPosition();

    /**
     * Hands received octets, in order, to the handler until none is left or the handler takes fewer than offered. Also
     * works while closing and after the carrier went down: what was acknowledged to the peer must reach the handler.
     *
     * @param handler takes the octets.
     * @return how many octets it took in all.
     */
    int receive(CarrierHandler handler);

    /**
     * Names who hears of events from now on; before that nobody does. Afterwards the carrier need be asked only after one.
     *
     * @param watcher as long as the carrier lives.
     */
    void watcher(CarrierWatcher watcher);

    /**
     * Who was named last.
     *
     * @return the watcher, or null when nobody was.
     */
    CarrierWatcher watcher();

    /** Closes in good order: what was offered is still sent, then the end of the stream; receiving goes on. Idempotent. */
    void close();

    /** Ends the stream at once (RST). Octets received before it stay readable. Idempotent. */
    void abort();

    /**
     * Ends the stream at once, and nobody will read what it received: for a carrier that is not wanted. It is drained as soon
     * as it is down and no thread uses its memory. Idempotent.
     */
    void discard();

    /**
     * Writes what tools want to know of the connection: local address and port, remote address and port, end of what was
     * handed over, where all of that will be acknowledged, end of what is acknowledged, whether records stand between, octets
     * in flight, congestion window, smoothed round-trip time, segments sent again. A carrier that is no TCP connection writes
     * nothing.
     *
     * @param page at a row with room for these words.
     * @return false when nothing was written.
     */
    default boolean status(final StatusPage page) {
        return false;
    }

    /**
     * This host's port.
     *
     * @return 1 to 65535, or 0 when the carrier is no TCP connection.
     */
    default int localPort() {
        return 0;
    }

    /**
     * The peer's port, by which a dialer may tell the index of the path.
     *
     * @return 1 to 65535, or 0 when the carrier is no TCP connection.
     */
    default int remotePort() {
        return 0;
    }

    /**
     * Whether the carrier has come to its end: it is down, {@link #receive} has nothing more to hand out and will never
     * have, {@link #acknowledgedPosition()} is final, and no thread reads offered memory any more.
     *
     * @return true when the engine may forget the carrier.
     */
    boolean isDrained();
}
