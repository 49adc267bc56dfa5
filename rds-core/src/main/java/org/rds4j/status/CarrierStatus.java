package org.rds4j.status;

import org.rds4j.RdsAddress;

/**
 * A TCP connection that carries a path, as of {@link StatusTable#CARRIERS}. Positions are those of the octet streams, whose
 * first octet is 0.
 *
 * @param local              address and port.
 * @param remote             address and port.
 * @param lane               0 to 15.
 * @param headerRemaining    octets missing of the header being received, 48 between messages.
 * @param dataRemaining      octets missing of the payload being received.
 * @param sentPosition       end of what was handed to TCP.
 * @param expectedPosition   where everything handed to TCP is acknowledged.
 * @param acknowledgedPosition end of what the peer acknowledged.
 * @param isSecure           whether records stand between RDS and TCP.
 * @param inFlightLength     octets sent and not acknowledged.
 * @param congestionWindow   octets.
 * @param smoothedRttNs      0 before the first sample.
 * @param retransmissions    segments sent again.
 */
public record CarrierStatus(
    RdsAddress local, RdsAddress remote, int lane, int headerRemaining, int dataRemaining, long sentPosition,
    long expectedPosition, long acknowledgedPosition, boolean isSecure, long inFlightLength, long congestionWindow,
    long smoothedRttNs, long retransmissions) {
    /** The path's words stand first, those of the connection after them. */
    static CarrierStatus read(final StatusRow row) {
        final int lane = row.number();
        final int headerRemaining = row.number();
        final int dataRemaining = row.number();
        return new CarrierStatus(
            row.address(), row.address(), lane, headerRemaining, dataRemaining, row.word(), row.word(), row.word(),
            row.word() != 0, row.word(), row.word(), row.word(), row.word());
    }
}
