package org.rds4j.crypto.offload.record;

/**
 * Memory that a device writes a context's state to.
 *
 * @param address   of 64 octets, aligned to 64.
 * @param memoryKey of the octets.
 */
public record Readback(long address, int memoryKey) {
}
