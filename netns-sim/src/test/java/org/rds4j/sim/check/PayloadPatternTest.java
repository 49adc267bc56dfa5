package org.rds4j.sim.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PayloadPatternTest {
    private static final int LENGTH = 37;

    private final PayloadPattern pattern = new PayloadPattern(4);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[LENGTH + 2]);

    @Test
    void shouldFindEveryChangedBit() {
        pattern.fill(1, 2, 3, buffer, 1, LENGTH);
        for (int bit = 0; bit < LENGTH * Byte.SIZE; bit++) {
            final int index = 1 + bit / Byte.SIZE;
            buffer.putByte(index, (byte) (buffer.getByte(index) ^ 1 << bit % Byte.SIZE));
            assertEquals(bit / Byte.SIZE, pattern.firstMismatch(1, 2, 3, buffer, 1, LENGTH));
            buffer.putByte(index, (byte) (buffer.getByte(index) ^ 1 << bit % Byte.SIZE));
        }
        assertEquals(-1, pattern.firstMismatch(1, 2, 3, buffer, 1, LENGTH));
    }

    @Test
    void shouldWriteNothingBesideAndTheSameForEveryLength() {
        for (int length = 0; length <= LENGTH; length++) {
            buffer.setMemory(0, buffer.capacity(), (byte) 0x55);
            pattern.fill(1, 2, 3, buffer, 1, length);
            assertEquals(0x55, buffer.getByte(0));
            assertEquals(0x55, buffer.getByte(1 + length));
            pattern.fill(1, 2, 3, buffer, 1, LENGTH);
            assertEquals(-1, pattern.firstMismatch(1, 2, 3, buffer, 1, length));
        }
    }

    @Test
    void shouldTellMessagesApart() {
        pattern.fill(1, 2, 3, buffer, 0, LENGTH);
        assertEquals(0, pattern.firstMismatch(2, 1, 3, buffer, 0, LENGTH));
        assertEquals(0, pattern.firstMismatch(1, 2, 4, buffer, 0, LENGTH));
        assertEquals(0, new PayloadPattern(5).firstMismatch(1, 2, 3, buffer, 0, LENGTH));
    }
}
