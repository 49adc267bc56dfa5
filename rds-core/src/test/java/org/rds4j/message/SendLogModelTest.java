package org.rds4j.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.frame.RdsHeaderFlyweight;

/** Logs that share a small pool, beside plain lists, over random appends, chunks, acknowledgements, cancels and rewinds. */
class SendLogModelTest {
    private static final int LONGEST = 3_000;
    private static final int OWNERS = 4;
    private static final int PORTS = 3;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(LONGEST);
    private final long payload = BufferUtil.address(memory);

    /** A message as it should be on the wire. */
    private static final class Message {
        final long sequence;
        final int owner;
        final int port;
        final byte[] octets;
        boolean isOffered;
        boolean isCancelled;
        long end;
        /** Memory that the payload lies in, when it was lent. */
        ByteBuffer lent;

        Message(final long sequence, final int owner, final int port, final byte[] octets) {
            this.sequence = sequence;
            this.owner = owner;
            this.port = port;
            this.octets = octets;
        }
    }

    /** Octets a carrier may still read. */
    private static final class Chunk {
        final long address;
        final byte[] octets;
        final long end;

        Chunk(final long address, final byte[] octets, final long end) {
            this.address = address;
            this.octets = octets;
            this.end = end;
        }
    }

    private final class Model {
        private final SplittableRandom random;
        private final SendLog log;
        private final List<Message> messages = new ArrayList<>();
        private final List<Chunk> chunks = new ArrayList<>();
        private final List<Long> released = new ArrayList<>();
        private final List<Long> expected = new ArrayList<>();
        private final ReleaseHandler handler = (owner, length) -> released.add((long) owner << 32 | length);
        private long next = 2;
        private int offset;
        private long carrierPosition;
        private int cancelled;
        private int cancelledInPart;
        private final List<Long> returned = new ArrayList<>();
        private final List<Message> gone = new ArrayList<>();
        private int lentCount;

        Model(final SplittableRandom random, final LogPool pool) {
            this.random = random;
            this.log = new SendLog(pool, next);
        }

        void step() {
            final int choice = random.nextInt(100);
            if (choice < 32) {
                append();
            } else if (choice < 40) {
                appendLent();
            } else if (choice < 75) {
                chunk();
            } else if (choice < 92) {
                acknowledge();
            } else if (choice < 96) {
                cancel();
            } else if (choice < 98) {
                rewind();
            } else {
                dropOffered();
            }
            check();
        }

        private void append() {
            final int length = random.nextInt(random.nextInt(6) == 0 ? LONGEST : 200);
            for (int i = 0; i < length; i++) {
                UnsafeApi.putByte(payload + i, (byte) (next * 31 + i));
            }
            final int owner = 1 + random.nextInt(OWNERS);
            final int port = random.nextInt(PORTS);
            final boolean hasRoom = log.hasRoomFor(length);
            assertEquals(hasRoom, log.append(7, port, payload, length, owner, 5, 6));
            if (hasRoom) {
                final ByteBuffer octets = ByteBuffer.allocate(RdsHeaderFlyweight.LENGTH + length);
                octets.putLong(next).putLong(0).putInt(length).putShort((short) 7).putShort((short) port).putLong(0)
                    .putLong(5).putLong(6);
                for (int i = 0; i < length; i++) {
                    octets.put((byte) (next * 31 + i));
                }
                messages.add(new Message(next++, owner, port, octets.array()));
            }
        }

        private void appendLent() {
            final int length = 1 + random.nextInt(random.nextInt(3) == 0 ? LONGEST : 50);
            final ByteBuffer lent = ByteBuffer.allocateDirect(length);
            final ByteBuffer octets = ByteBuffer.allocate(RdsHeaderFlyweight.LENGTH + length);
            final int owner = 1 + random.nextInt(OWNERS);
            final int port = random.nextInt(PORTS);
            octets.putLong(next).putLong(0).putInt(length).putShort((short) 7).putShort((short) port).putLong(0).putLong(0)
                .putLong(0);
            for (int i = 0; i < length; i++) {
                lent.put(i, (byte) (next * 17 + i));
                octets.put((byte) (next * 17 + i));
            }
            final boolean hasRoom = log.hasRoomFor(0);
            assertEquals(hasRoom,
                log.appendLent(7, port, BufferUtil.address(lent), length, owner, returned::add, next));
            if (hasRoom) {
                final Message message = new Message(next++, owner, port, octets.array());
                message.lent = lent;
                messages.add(message);
                lentCount++;
            }
        }

        /** Lent memory comes back when its message has gone, neither before nor later; then it is used for something else. */
        private void checkReturned() {
            assertEquals(gone.stream().filter(message -> message.lent != null).map(message -> message.sequence).sorted().toList(),
                returned.stream().sorted().toList());
            for (final Message message : gone) {
                for (int i = 0; message.lent != null && i < message.lent.capacity(); i++) {
                    message.lent.put(i, (byte) 0x5a);
                }
            }
            gone.clear();
            returned.clear();
        }

        private void chunk() {
            assertEquals(offset < octetsKept(), log.hasUnsent());
            if (!log.hasUnsent()) {
                return;
            }
            final int most = RdsHeaderFlyweight.LENGTH + random.nextInt(1_000);
            final int length = log.prepareChunk(most);
            assertTrue(length > 0 && length <= most && length <= log.unsentLength(), "length " + length);
            final byte[] octets = read(log.chunkAddress(), length);
            assertTrue(Arrays.equals(stream(), offset, offset + length, octets, 0, length), "octets of the stream");
            if (random.nextInt(5) == 0) {
                return;
            }
            carrierPosition += length;
            chunks.add(new Chunk(log.chunkAddress(), octets, carrierPosition));
            log.onChunkTaken(carrierPosition);
            offset += length;
            int end = 0;
            for (final Message message : messages) {
                message.isOffered |= end < offset;
                end += message.octets.length;
                if (end <= offset && end > offset - length) {
                    message.end = carrierPosition;
                }
            }
        }

        private void acknowledge() {
            final long position = carrierPosition - random.nextInt(3) * (long) random.nextInt(2_000);
            log.onAcknowledged(position, handler);
            chunks.removeIf(chunk -> chunk.end <= position);
            while (!messages.isEmpty() && messages.get(0).octets.length <= offset && messages.get(0).end <= position) {
                release(messages.remove(0));
            }
        }

        private void release(final Message message) {
            gone.add(message);
            offset = Math.max(0, offset - message.octets.length);
            if (!message.isCancelled) {
                expect(message);
            }
        }

        private void expect(final Message message) {
            expected.add((long) message.owner << 32 | message.octets.length - RdsHeaderFlyweight.LENGTH);
        }

        private void cancel() {
            final int owner = 1 + random.nextInt(OWNERS);
            final int port = random.nextBoolean() ? SendLog.ANY_PORT : random.nextInt(PORTS);
            final int before = cancelled;
            int begin = 0;
            for (final Message message : List.copyOf(messages)) {
                if (message.owner == owner && (port == SendLog.ANY_PORT || message.port == port) && !message.isCancelled) {
                    message.isCancelled = true;
                    cancelled++;
                    expect(message);
                    if (begin >= offset) {
                        gone.add(message);
                        messages.remove(message);
                        continue;
                    }
                    cancelledInPart += begin + message.octets.length > offset ? 1 : 0;
                }
                begin += message.octets.length;
            }
            assertEquals(cancelled - before, log.cancel(owner, port, handler));
        }

        private void rewind() {
            messages.stream().filter(message -> message.isCancelled).forEach(gone::add);
            messages.removeIf(message -> message.isCancelled);
            int marked = 0;
            for (final Message message : messages) {
                if (message.isOffered) {
                    message.octets[RdsHeaderFlyweight.FLAGS_OFFSET] = RdsHeaderFlyweight.FLAG_RETRANSMITTED;
                    marked++;
                }
            }
            offset = 0;
            carrierPosition = 0;
            chunks.clear();
            assertEquals(marked, log.rewind());
        }

        private void dropOffered() {
            int dropped = 0;
            while (offset == 0 && !messages.isEmpty() && messages.get(0).isOffered) {
                release(messages.remove(0));
                dropped++;
            }
            assertEquals(dropped, log.dropOffered(Long.MAX_VALUE, handler));
        }

        private int octetsKept() {
            return messages.stream().mapToInt(message -> message.octets.length).sum();
        }

        private byte[] stream() {
            final ByteBuffer stream = ByteBuffer.allocate(octetsKept());
            messages.forEach(message -> stream.put(message.octets));
            return stream.array();
        }

        void check() {
            assertEquals(expected, released);
            expected.clear();
            released.clear();
            checkReturned();
            assertEquals(messages.size(), log.messageCount());
            assertEquals(next, log.nextSequence());
            assertEquals(messages.isEmpty() ? next : messages.get(0).sequence, log.firstSequence());
            assertEquals(offset, log.unacknowledgedLength());
            assertEquals(octetsKept() - offset, log.unsentLength());
            assertEquals(messages.isEmpty(), log.isEmpty());
            assertEquals(messages.isEmpty(), log.heldLength() == 0);
            assertEquals(messages.stream().anyMatch(message -> message.isOffered), log.hasOffered());
            int begin = 0;
            int unsent = 0;
            long firstUnsent = next;
            for (final Message message : messages) {
                begin += message.octets.length;
                if (begin > offset && unsent++ == 0) {
                    firstUnsent = message.sequence;
                }
            }
            assertEquals(unsent, log.unsentCount());
            assertEquals(firstUnsent, log.firstUnsentSequence());
            for (final Chunk chunk : chunks) {
                assertTrue(Arrays.equals(chunk.octets, read(chunk.address, chunk.octets.length)), "a carrier may read it");
            }
            checkVisits();
        }

        /** In looks of random length, as tools do. */
        private void checkVisits() {
            final List<Long> seen = new ArrayList<>();
            long from = 0;
            while (from < next) {
                final int most = 1 + random.nextInt(10);
                final int before = seen.size();
                from = log.forEach(from, next, (sequence, source, port, flags, length) -> {
                    if (seen.size() == before + most) {
                        return false;
                    }
                    seen.add(sequence);
                    return true;
                });
            }
            assertEquals(messages.stream().filter(message -> !message.isCancelled).map(message -> message.sequence).toList(),
                seen);
        }
    }

    private static byte[] read(final long address, final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = UnsafeApi.getByte(address + i);
        }
        return octets;
    }

    @ParameterizedTest
    @CsvSource({"1, 1024", "2, 1024", "3, 256", "4, 256", "5, 4096", "6, 512", "7, 128"})
    void shouldDoAsAPlainListDoes(final long seed, final int blockLength) {
        final SplittableRandom random = new SplittableRandom(seed);
        final LogPool pool = new LogPool(64 << 10, blockLength, LONGEST, 30_000);
        final List<Model> models = List.of(new Model(random, pool), new Model(random, pool), new Model(random, pool));
        for (int i = 0; i < 12_000; i++) {
            models.get(random.nextInt(models.size())).step();
            assertEquals(pool.length(), pool.freeLength() + models.stream().mapToLong(model -> model.log.heldLength()).sum());
        }
        for (final Model model : models) {
            assertTrue(model.cancelled > 100 && model.cancelledInPart > 3, "cancelled " + model.cancelled);
            assertTrue(model.next > 700, "appended " + model.next);
            assertTrue(model.lentCount > 50, "lent " + model.lentCount);
        }
    }
}
