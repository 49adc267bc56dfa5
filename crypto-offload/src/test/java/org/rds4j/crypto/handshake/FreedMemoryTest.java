package org.rds4j.crypto.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.UnsafeApi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreedMemoryTest {
    private static final int LENGTH = 64;
    /** What an allocator writes itself into a block that is free. */
    private static final int LINKS = 16;
    private static final byte SECRET = 0x5c;
    /** Another thread may have taken the block meanwhile. */
    private static final int ATTEMPTS = 5;

    /** With the block alone, and with more of them than a thread keeps for itself. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 12})
    void shouldOverwriteTheBlockThatWasFreedLast(final int freedBefore) {
        int left = LENGTH;
        for (int attempt = 0; attempt < ATTEMPTS && left > 0; attempt++) {
            left = leftAfterWiping(freedBefore);
        }
        assertEquals(0, left, "octets");
    }

    private static int leftAfterWiping(final int freedBefore) {
        final long[] others = new long[freedBefore];
        for (int i = 0; i < freedBefore; i++) {
            others[i] = UnsafeApi.allocateMemory(LENGTH);
        }
        final long block = UnsafeApi.allocateMemory(LENGTH);
        UnsafeApi.setMemory(block, LENGTH, SECRET);
        for (final long other : others) {
            UnsafeApi.freeMemory(other);
        }
        UnsafeApi.freeMemory(block);
        FreedMemory.wipe(LENGTH);
        int left = 0;
        for (int i = LINKS; i < LENGTH; i++) {
            left += UnsafeApi.getByte(block + i) == SECRET ? 1 : 0; // it is not ours any more, and mapped all the same
        }
        return left;
    }
}
