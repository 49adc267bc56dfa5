package org.rds4j.perf.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePatternTest {
    private static final int OFFSET = 4;

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 23, 24, 31, 64, 1380, 65536})
    void shouldRecogniseItsOwnMessagesAndNoOthers(final int size) {
        final UnsafeBuffer buffer = message(size, 41);
        assertTrue(MessagePattern.matches(buffer, OFFSET, size, 41));
        assertFalse(MessagePattern.matches(buffer, OFFSET, size, 40));
        assertFalse(MessagePattern.matches(buffer, OFFSET, size, 42));
        MessagePattern.stamp(buffer, OFFSET, size, 42);
        assertTrue(MessagePattern.matches(buffer, OFFSET, size, 42));
    }

    @Test
    void shouldNoticeATailThatBelongsToAnotherMessage() {
        final UnsafeBuffer buffer = message(1380, 7);
        buffer.putBytes(OFFSET + 700, message(1380, 8), OFFSET + 700, 680);
        assertFalse(MessagePattern.matches(buffer, OFFSET, 1380, 7));
    }

    @Test
    void shouldNoticeABodyThatIsShifted() {
        final UnsafeBuffer buffer = message(1380, 7);
        final byte[] body = new byte[1000];
        buffer.getBytes(OFFSET + 100, body);
        buffer.putBytes(OFFSET + 101, body);
        int noticed = 0;
        for (int index = 0; index < 100; index++) {
            MessagePattern.stamp(buffer, OFFSET, 1380, index);
            noticed += MessagePattern.matches(buffer, OFFSET, 1380, index) ? 0 : 1;
        }
        assertTrue(noticed > 95, "noticed " + noticed);
    }

    @Test
    void shouldLookAtEveryWordOfTheBodySoonerOrLater() {
        int noticed = 0;
        for (int word = 8; word < 120; word += 8) {
            final UnsafeBuffer buffer = message(128, 0);
            buffer.putLong(OFFSET + word, ~buffer.getLong(OFFSET + word));
            noticed += isNoticed(buffer) ? 1 : 0;
        }
        assertEquals(14, noticed);
    }

    private static boolean isNoticed(final UnsafeBuffer buffer) {
        for (int index = 0; index < 64; index++) {
            MessagePattern.stamp(buffer, OFFSET, 128, index);
            if (!MessagePattern.matches(buffer, OFFSET, 128, index)) {
                return true;
            }
        }
        return false;
    }

    private static UnsafeBuffer message(final int size, final long index) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + size]);
        MessagePattern.fill(buffer, OFFSET, size);
        MessagePattern.stamp(buffer, OFFSET, size, index);
        return buffer;
    }
}
