package org.rds4j.crypto.offload.queue;

/**
 * Where a send queue and its completion queue are.
 *
 * @param number             of the send queue, 24 bits.
 * @param ring               address of the ring of elements.
 * @param blocks             units of 64 octets in it, a power of two.
 * @param doorbell           address of the big-endian counter of units written.
 * @param register           address of 8 octets of the device that start it reading.
 * @param completions        address of the ring of completions.
 * @param completionEntries  of 64 octets in it, a power of two.
 * @param completionDoorbell address of the big-endian counter of completions read.
 */
public record QueueMemory(
    int number,
    long ring,
    int blocks,
    long doorbell,
    long register,
    long completions,
    int completionEntries,
    long completionDoorbell) {
    /** Checks what arithmetic relies on. */
    public QueueMemory {
        if (Integer.bitCount(blocks) != 1 || blocks < 8 || blocks > 1 << 15 || Integer.bitCount(completionEntries) != 1) {
            throw new IllegalArgumentException(
                "rings of " + blocks + " units and " + completionEntries + " completions are not powers of two from 8 to 32768");
        }
    }
}
