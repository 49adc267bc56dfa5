package org.rds4j;

import org.agrona.DirectBuffer;

/** Receives datagrams from {@link RdsSocket#poll} on the polling thread. */
@FunctionalInterface
public interface DatagramHandler {
    /**
     * One datagram, where it lies in the socket's memory. Buffer and info are borrowed for the call: copy what is to be kept.
     *
     * @param buffer holding the payload.
     * @param offset of the first octet.
     * @param length octets of payload, 0 or more.
     * @param info   who sent it.
     */
    void onDatagram(DirectBuffer buffer, int offset, int length, DatagramInfo info);
}
