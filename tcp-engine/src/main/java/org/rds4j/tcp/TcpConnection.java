package org.rds4j.tcp;

import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionFactory;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.receive.ReceiveWatcher;

/**
 * One TCP connection as its owner sees it. Used on the engine's thread only, but for the memory behind claims and received
 * runs, which another thread may read and write between two calls of the owner.
 * <p>
 * <b>Streams.</b> Each direction is a stream of octets numbered from 0 by 64-bit positions, held in an off-heap ring with an
 * overhang of {@link #overhangLength()} octets behind its end, so that any run of up to that many octets can be
 * addressed linearly.
 * <p>
 * <b>Ownership.</b> Memory and object go back to the engine's pools with {@link #release()} and not before, however
 * the connection ends.
 */
public interface TcpConnection {
    /**
     * The peer's address.
     *
     * @return bits 127..64.
     */
    long remoteHigh();

    /**
     * The peer's address.
     *
     * @return bits 63..0; IPv4 as {@code ::ffff:a.b.c.d}.
     */
    long remoteLow();

    /**
     * The peer's port.
     *
     * @return 1..65535.
     */
    int remotePort();

    /**
     * The local address.
     *
     * @return bits 127..64.
     */
    long localHigh();

    /**
     * The local address.
     *
     * @return bits 63..0.
     */
    long localLow();

    /**
     * The local port.
     *
     * @return 1..65535.
     */
    int localPort();

    /**
     * Where the connection stands.
     *
     * @return the state; stays TIME_WAIT or CLOSED after the end.
     */
    TcpState state();

    /**
     * Whether {@link TcpHandler#onClosed} is due or has been called, so that {@link #release()} is allowed.
     *
     * @return true once the connection is over.
     */
    boolean isClosed();

    /**
     * Who is told what happens.
     *
     * @param handler replaces the present one from the next call on.
     */
    void handler(TcpHandler handler);

    /**
     * The egress lane.
     *
     * @return 0..15.
     */
    int lane();

    /**
     * Moves the connection to another lane; from now on {@link TcpEngine#emit} serves it there.
     *
     * @param lane 0..15.
     */
    void lane(int lane);

    /**
     * The differentiated services code point of its packets.
     *
     * @return 0..63.
     */
    int dscp();

    /**
     * Sets the differentiated services code point.
     *
     * @param dscp 0..63.
     */
    void dscp(int dscp);

    /**
     * Switches Nagle's algorithm (in Minshall's form) off or on. Off is the default unless configured otherwise.
     *
     * @param noDelay true to send small segments at once.
     */
    void noDelay(boolean noDelay);

    /**
     * Corks the connection: segments smaller than the largest wait until they are full, the cork is taken out or the direction
     * closed, or {@link TcpConfiguration#corkNs()} have passed. Unlike Nagle's algorithm it does not look at what is
     * unacknowledged, and it holds whether or not that is switched off.
     *
     * @param cork true to hold partial segments, false to let them go.
     */
    void cork(boolean cork);

    /**
     * Sets the user timeout (RFC 9293 section 3.9.1, RFC 5482): the longest that data may stay unacknowledged, or a window
     * closed.
     *
     * @param timeoutNs nanoseconds, 0 for none (then the retry counts decide).
     */
    void userTimeout(long timeoutNs);

    /**
     * Settles keepalive for this connection (RFC 9293 section 3.8.4). What the peer has been silent already counts.
     *
     * @param idleNs     nanoseconds of silence before the first probe, 0 for no keepalive.
     * @param intervalNs nanoseconds between probes.
     * @param probes     unanswered probes that end the connection, at least 2.
     */
    void keepalive(long idleNs, long intervalNs, int probes);

    /**
     * Limits the segments of this connection in both directions: what is sent, and, before the SYN has left, what is announced
     * (RFC 9293 section 3.7.1).
     *
     * @param octets 1 to 65535, options not counted.
     */
    void maxSegmentSize(int octets);

    /**
     * How often the SYN is sent again before the attempt to connect is given up. Fewer than are configured end it then and there,
     * {@link TcpConfiguration#synTimeoutNs()} or not.
     *
     * @param retries 0 to 255.
     */
    void synRetries(int retries);

    /**
     * How long the connection stays in FIN-WAIT-2 once it has been closed.
     *
     * @param timeoutNs nanoseconds, more than 0 and at most 2^53.
     */
    void finWait2(long timeoutNs);

    /**
     * Acknowledges the next segments at once, and what waits for an acknowledgement now.
     *
     * @param segments how many; 0 delays acknowledgements from now on.
     */
    void quickAcks(int segments);

    /**
     * Keeps back the acknowledgement of what the owner has not made sure of: nothing at or behind a position is acknowledged,
     * though it is received as ever, until a later position is named. What was kept back of an acknowledgement that has left goes
     * at once then. An owner who names the last octet but one of what it is about to check keeps the peer's clock running, and a
     * peer that lets go of what is acknowledged has the whole until the check is done. At first there is no such position.
     *
     * @param position of the stream received, not below any named before.
     */
    void acknowledgeUpTo(long position);

    /**
     * Has somebody learn which copy of an octet becomes part of the receive stream, from the next segment on.
     *
     * @param watcher retained until the connection is released; null for nobody.
     */
    void receiveWatcher(ReceiveWatcher watcher);

    /**
     * The sequence number that an octet of the receive stream has on the wire.
     *
     * @param position of the octet.
     * @return 32 bits.
     */
    int receiveSequence(long position);

    /**
     * Settles how much of the receive ring is in use, so how large a window is announced at most. What was announced is not taken
     * back. From now on it is not tuned.
     *
     * @param octets 1 or more, cut to the ring's length.
     */
    void receiveLimit(int octets);

    /**
     * Chooses the congestion control of this connection, before it has sent data. Makes an object.
     *
     * @param factory of the algorithm, see {@link org.rds4j.tcp.congestion.CongestionAlgorithm}.
     * @throws IllegalStateException if data was sent.
     */
    void congestionControl(CongestionFactory factory);

    /**
     * The congestion control of this connection, to be read only.
     *
     * @return the algorithm in force.
     */
    CongestionControl congestionControl();

    /**
     * Whether both sides understand explicit congestion notification (RFC 3168).
     *
     * @return true from the handshake on if it was negotiated.
     */
    boolean usesEcn();

    /**
     * Octets of the overhang behind each ring, which is also the longest single claim.
     *
     * @return the configured length.
     */
    int overhangLength();

    /**
     * Takes room at the end of the send stream. Several claims may be open; they are committed in order. The memory is the
     * caller's until it commits, and may be filled by another thread.
     *
     * @param length 1 to {@link #overhangLength()}.
     * @return position of the first octet, or -1 when there is no room now or the direction is closed.
     */
    long claimSend(int length);

    /**
     * Where a claimed position lies.
     *
     * @param position inside an open claim.
     * @return its address, linear for {@link #overhangLength()} octets, of which the claimed ones may be written.
     */
    long sendAddress(long position);

    /**
     * Hands the oldest claimed octets to TCP, which may send them from now on.
     *
     * @param length octets, at most what is claimed and not committed; a claim that crosses the ring's end must be
     *               committed in one piece.
     */
    void commitSend(int length);

    /**
     * Copies octets into the send stream. Not allowed while a claim is open.
     *
     * @param address of the octets, borrowed for the call.
     * @param length  how many.
     * @return octets taken, 0 to length.
     */
    int send(long address, int length);

    /**
     * As {@link #send}, of octets after which more are to come soon: the segment that ends with them carries no PSH (RFC 9293
     * section 3.9.1.2). To hold a partial segment back too there is {@link #cork(boolean)}.
     *
     * @param address of the octets, borrowed for the call.
     * @param length  how many.
     * @return octets taken, 0 to length.
     */
    int sendMore(long address, int length);

    /**
     * Has a segment end with what was committed so far: nothing that is sent later goes into it, and it carries PSH. At most
     * 64 such ends are kept until they are acknowledged. The first call of a connection makes an object.
     *
     * @return false if there are too many; then the segment may go on.
     */
    boolean endSegment();

    /**
     * Has segments with payload leave by a sink of this connection's, as one that knows their octets without reading them. Each
     * comes as a {@link org.rds4j.tcp.link.SegmentTrain}, a single one as a train of one whose room was not asked for. Segments
     * without payload leave as ever, so the order between the two is not kept. The first call of a connection makes an object.
     *
     * @param sink retained; null for none.
     * @return false when frames of this connection need tags, so that nothing has changed.
     */
    boolean payloadSink(SegmentSink sink);

    /**
     * Keeps octets of the send stream where they are although the peer has acknowledged them, as somebody else reads that memory.
     * They count as room in use.
     *
     * @param position of the first octet to be kept, not below any named before and not above what is acknowledged;
     *                 {@link Long#MAX_VALUE}, as at first, keeps none.
     * @return false when there is no memory for the stream, so that nothing has changed.
     */
    boolean retainSend(long position);

    /**
     * End of what was committed.
     *
     * @return a stream position.
     */
    long sendCommitted();

    /**
     * End of what the peer has acknowledged.
     *
     * @return a stream position.
     */
    long acknowledgedPosition();

    /**
     * Octets that can be claimed now.
     *
     * @return free octets of the send ring; 0 when the direction is closed.
     */
    int sendSpace();

    /**
     * End of what has arrived in order.
     *
     * @return a stream position.
     */
    long receivedPosition();

    /**
     * End of what the owner has consumed.
     *
     * @return a stream position.
     */
    long consumedPosition();

    /**
     * Longest run that can be addressed linearly from a position on.
     *
     * @param position between consumed and received.
     * @return octets, 0 at the received position.
     */
    int contiguousLength(long position);

    /**
     * Where a run of received octets lies. A run that crosses the ring's end is made linear first, once: asking again for
     * the run, or for a part of it, gives the same memory. The caller may overwrite the run in place; nothing else is written
     * there until it is consumed. Runs that the caller overwrites must not overlap partly.
     *
     * @param position between consumed and received.
     * @param length   at most {@link #contiguousLength(long)}.
     * @return address of the run, valid until the run is consumed or the connection released.
     */
    long receiveAddress(long position, int length);

    /**
     * Gives received octets back to the window.
     *
     * @param toPosition between consumed and received; everything below is free for new data.
     */
    void consume(long toPosition);

    /**
     * Half close: a FIN follows everything claimed so far, once that is committed. Receiving goes on. An attempt to connect
     * that the peer has not answered is given up, as by {@link #abort()} (RFC 9293 section 3.10.4).
     */
    void closeSend();

    /**
     * Full, orderly close: a FIN follows everything claimed so far, once that is committed; data that arrives from now on is
     * answered with a reset. If received octets are unread now, the connection is reset at once, as by
     * {@link #abort()} (RFC 2525 section 2.17).
     */
    void close();

    /** Resets the connection at once: a RST leaves by {@link TcpEngine#pollControl}. No-op on a closed connection. */
    void abort();

    /**
     * Gives object and memory back to the engine; the reference must not be used afterwards.
     *
     * @throws IllegalStateException if the connection is not closed.
     */
    void release();

    /**
     * Smoothed round-trip time (RFC 6298).
     *
     * @return nanoseconds, 0 before the first sample.
     */
    long smoothedRttNs();

    /**
     * Round-trip time variation (RFC 6298).
     *
     * @return nanoseconds.
     */
    long rttVariationNs();

    /**
     * The retransmission timeout in force, backoff included.
     *
     * @return nanoseconds.
     */
    long retransmissionTimeoutNs();

    /**
     * The congestion window.
     *
     * @return octets.
     */
    long congestionWindow();

    /**
     * The slow start threshold.
     *
     * @return octets.
     */
    long slowStartThreshold();

    /**
     * The window the peer announced.
     *
     * @return octets.
     */
    long sendWindow();

    /**
     * Octets believed to be in the network: sent, and neither acknowledged, sacked nor held for lost (the pipe of RFC 6675).
     *
     * @return octets.
     */
    long bytesInFlight();

    /**
     * The window announced to the peer and not used up.
     *
     * @return octets.
     */
    long receiveWindow();

    /**
     * Most payload octets of one segment.
     *
     * @return SMSS less the options carried (RFC 6691).
     */
    int maxSegmentSize();

    /**
     * Segments sent again since the connection was opened.
     *
     * @return a count.
     */
    long retransmissions();
}
