package org.rds4j.status;

import org.rds4j.RdsAddress;

/**
 * A bound socket, as of {@link StatusTable#SOCKETS}.
 *
 * @param bound                address and port.
 * @param connected            default destination, or null.
 * @param sendBufferLength     SO_SNDBUF: octets of payload.
 * @param receiveBufferLength  SO_RCVBUF: octets of unread payload above which the port is congested.
 * @param id                   tells the socket from all others that are open.
 * @param unacknowledgedLength octets of payload queued or unacknowledged.
 * @param unreadLength         octets of the receive ring in use.
 * @param receiveRingLength    octets of the receive ring.
 */
public record SocketStatus(
    RdsAddress bound, RdsAddress connected, long sendBufferLength, long receiveBufferLength, long id,
    long unacknowledgedLength, long unreadLength, long receiveRingLength) {
    static SocketStatus read(final StatusRow row) {
        return new SocketStatus(
            row.address(), row.addressOrNull(), row.word(), row.word(), row.word(), row.word(), row.word(),
            row.word());
    }
}
