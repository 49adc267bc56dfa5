package org.rds4j.status;

import org.rds4j.RdsAddress;

/**
 * A message in a queue, as of {@link StatusTable#RECEIVE}, {@link StatusTable#SEND} and {@link StatusTable#RETRANSMIT}.
 *
 * @param local    address and port on this host.
 * @param remote   address and port of the peer.
 * @param lane     it travels in.
 * @param sequence number on its path, 0 when it came from this host.
 * @param length   octets of payload.
 * @param flags    of its header.
 */
public record MessageStatus(RdsAddress local, RdsAddress remote, int lane, long sequence, int length, int flags) {
    static MessageStatus read(final StatusRow row) {
        return new MessageStatus(row.address(), row.address(), row.number(), row.word(), row.number(), row.number());
    }
}
