package org.rds4j.carrier;

/** Takes received octets out of a carrier's memory. Called on the engine's thread from {@link ByteCarrier#receive}. */
@FunctionalInterface
public interface CarrierHandler {
    /**
     * Contiguous octets in the order they were sent. The memory is borrowed for the call.
     *
     * @param address of the first octet.
     * @param length  octets, at least 1.
     * @return how many were taken from the front; fewer than length is back-pressure: the carrier keeps the rest, stops
     * this {@code receive}, and offers them again, grown or not, on a later one.
     */
    int onBytes(long address, int length);
}
