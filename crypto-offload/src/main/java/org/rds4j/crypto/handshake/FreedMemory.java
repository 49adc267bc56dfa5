package org.rds4j.crypto.handshake;

import org.agrona.UnsafeApi;

/**
 * Native memory that a library gave back with secrets in it. Conscrypt takes the octets that it exports from a session through
 * a block of the C heap that it frees as it is; until something else is written there they stay.
 */
final class FreedMemory {
    /**
     * Of glibc, for blocks of up to 128 octets: a thread keeps the seven that it freed last for itself, those after them lie on
     * a list of their own, the last one first. More than both for one block that was freed just now.
     */
    private static final int BLOCKS = 16;

    private FreedMemory() {
    }

    /**
     * Overwrites what the calling thread freed last with zeros: takes blocks of that length, so that the allocator hands it out
     * among them.
     *
     * @param length octets of the block.
     */
    static void wipe(final int length) {
        final long[] blocks = new long[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = UnsafeApi.allocateMemory(length);
            UnsafeApi.setMemory(blocks[i], length, (byte) 0);
        }
        for (final long block : blocks) {
            UnsafeApi.freeMemory(block);
        }
    }
}
