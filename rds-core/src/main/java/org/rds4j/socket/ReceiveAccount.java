package org.rds4j.socket;

import org.rds4j.congestion.LocalCongestion;

/**
 * What a socket was given and has not read yet, by octets of payload; it says when the socket's port becomes congested, and when
 * it ceases to be. Congested: more than SO_RCVBUF is unread, or the ring is full. Over: less than half of that is unread and
 * nothing waits for room in the ring, here or at a carrier (Linux's rds_recv_rcvbuf_delta). Engine thread only.
 */
final class ReceiveAccount {
    private final SocketRegion region;
    private final LocalCongestion congestion;
    private long delivered;
    private long consumed;
    private int port;
    private boolean isCongested;
    /** Since {@link #pollRelief} was asked last: who is refused tries again in each duty cycle, until there is room. */
    private boolean isRefused;

    ReceiveAccount(final SocketRegion region, final LocalCongestion congestion) {
        this.region = region;
        this.congestion = congestion;
    }

    void bind(final int boundPort) {
        port = boundPort;
    }

    boolean isCongested() {
        return isCongested;
    }

    /** Octets of payload unread, as far as known. */
    long unread() {
        consumed = region.consumedLength();
        return delivered - consumed;
    }

    /** A datagram was queued. */
    void onDelivered(final int length, final boolean isRingFull) {
        delivered += length;
        if (isRingFull || (!isCongested && delivered - consumed > region.receiveBufferLength()
            && unread() > region.receiveBufferLength())) {
            begin();
        }
    }

    /** There was no room for a datagram at all. */
    void onRefused() {
        isRefused = true;
        begin();
    }

    private void begin() {
        if (!isCongested) {
            isCongested = true;
            congestion.set(port);
        }
    }

    /**
     * Looks whether the application has read enough; for a congested port.
     *
     * @return true if the port is congested no more.
     */
    boolean pollRelief(final boolean isRingFull) {
        final boolean wasRefused = isRefused;
        isRefused = false;
        if (wasRefused || isRingFull || 2 * unread() >= region.receiveBufferLength()) {
            return false;
        }
        end();
        return true;
    }

    /** The socket closes. */
    void end() {
        if (isCongested) {
            isCongested = false;
            congestion.clear(port);
        }
    }
}
