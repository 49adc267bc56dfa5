package org.rds4j.perf.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.perf.load.MessagePattern;

class FrameReaderTest {
    @ParameterizedTest
    @CsvSource({"16,1", "16,7", "16,100000", "64,68", "1380,1000", "1380,200000", "65536,1448", "65536,1000000",
        "1048576,65536", "1048576,4000000"})
    void shouldCutTheStreamIntoMessagesWhateverThePiecesInWhichItComes(final int size, final int piece) throws IOException {
        final int messages = Math.max(5, 300_000 / size);
        final FrameReader reader = new FrameReader(new Pieces(stream(size, messages), piece, 1), size);
        assertEquals(messages, readAll(reader, size));
    }

    @Test
    void shouldReadLargeMessagesAlsoFromAWireThatHandsOutWholeRecords() throws IOException {
        final int size = 1 << 20;
        final FrameReader reader = new FrameReader(new Pieces(stream(size, 7), 16384, 16384), size);
        assertEquals(7, readAll(reader, size));
    }

    @Test
    void shouldRefuseALengthBeyondTheLargest() throws IOException {
        final FrameReader reader = new FrameReader(new Pieces(stream(64, 1), 1000, 1), 63);
        assertTrue(reader.fill());
        assertThrows(IOException.class, reader::next);
    }

    @Test
    void shouldFindNothingWhileNothingHasCome() throws IOException {
        final FrameReader reader = new FrameReader(new Pieces(ByteBuffer.allocate(0), 1, 1), 64);
        assertFalse(reader.fill());
        assertFalse(reader.next());
    }

    private static int readAll(final FrameReader reader, final int size) throws IOException {
        int read = 0;
        while (reader.fill()) {
            while (reader.next()) {
                assertEquals(size, reader.length());
                assertTrue(MessagePattern.matches(reader.view(), reader.offset(), size, read), "message " + read);
                read++;
            }
        }
        return read;
    }

    private static ByteBuffer stream(final int size, final int messages) {
        final FrameBatch batch = new FrameBatch(size, messages);
        batch.renew();
        return batch.remaining().order(ByteOrder.nativeOrder());
    }

    /** A wire that hands out a stream in pieces of up to a length; with a slack, in whole pieces of that length or not at all. */
    private static final class Pieces implements Wire {
        private final ByteBuffer stream;
        private final int piece;
        private final int slack;
        private final Random random = new Random(4711);

        Pieces(final ByteBuffer stream, final int piece, final int slack) {
            this.stream = stream;
            this.piece = piece;
            this.slack = slack;
        }

        @Override
        public int read(final ByteBuffer into) {
            assertTrue(into.remaining() >= slack, "room " + into.remaining());
            final int most = slack > 1 ? piece : 1 + random.nextInt(piece);
            final int length = Math.min(Math.min(stream.remaining(), into.remaining()), most);
            into.put(stream.slice(stream.position(), length));
            stream.position(stream.position() + length);
            return length;
        }

        @Override
        public void write(final ByteBuffer from) {
            throw new AssertionError("nothing is written here");
        }

        @Override
        public boolean flush() {
            return true;
        }

        @Override
        public int slack() {
            return slack;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
