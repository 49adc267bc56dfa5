package org.rds4j;

import org.agrona.DirectBuffer;

/**
 * One piece of a datagram that is gathered from several places.
 *
 * @param buffer holding the piece; borrowed for the call.
 * @param offset of its first octet.
 * @param length octets of the piece, 0 or more.
 */
public record DirectBufferVector(DirectBuffer buffer, int offset, int length) {
}
