package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.socket.CompletionRing;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketRegion;
import org.rds4j.status.RdsCounter;

/**
 * Memory that an application in another process shares with the engine may hold anything. The engine closes such a socket,
 * counts it, frees its port, and serves the others as before.
 */
@Timeout(60)
class CorruptRegionTest {
    private static final int RING_LENGTH = 64 << 10;
    private static final int BLOCKS = 2;
    private static final int BLOCK_LENGTH = 32 << 10;
    private static final int PORT = 4000;
    private static final int LEVELS = 0b0011_1111;
    private static final long CORRELATION_ID = 77;
    private static final int NOBODYS_PORT = 6000;
    private static final int COOKIES_READ_OFFSET = 1024 + 64;

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final RegionLayout layout = new RegionLayout(RING_LENGTH, RING_LENGTH, BLOCKS, BLOCK_LENGTH);
    private final MemorySegment memory = Arena.ofAuto().allocate(layout.length(), 4096);
    private final UnsafeBuffer octets = new UnsafeBuffer(memory.asByteBuffer());
    private final SocketRegion region = new SocketRegion(layout, memory, LEVELS);
    private final List<String> received = new ArrayList<>();
    private RdsSocket peer;
    private RdsSocket neighbour;
    private int slot;

    /** What stands in a submitted record. */
    private record Submitted(int type, long high, long low, int level, int length, int room, int block) {
        static Submitted sound(final RdsAddress to) {
            return new Submitted(DatagramRecord.TYPE_INLINE, to.high(), to.low(), 0, 5, 5, 0);
        }

        Submitted type(final int other) {
            return new Submitted(other, high, low, level, length, room, block);
        }

        Submitted to(final RdsAddress other) {
            return new Submitted(type, other.high(), other.low(), level, length, room, block);
        }

        Submitted level(final int other) {
            return new Submitted(type, high, low, other, length, room, block);
        }

        Submitted length(final int other) {
            return new Submitted(type, high, low, level, other, room, block);
        }

        Submitted block(final int other) {
            return new Submitted(DatagramRecord.TYPE_BLOCK, high, low, level, length, 4, other);
        }

        Submitted room(final int other) {
            return new Submitted(type, high, low, level, length, other, block);
        }
    }

    /** What an unsound application does to its memory. */
    enum Damage {
        UNKNOWN_TYPE { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().type(9));
        } },
        PAYLOAD_LONGER_THAN_RECORD { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().length(6));
        } },
        NEGATIVE_PAYLOAD { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().length(-1));
        } },
        BLOCK_THAT_IS_NOT { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().block(BLOCKS));
        } },
        NEGATIVE_BLOCK { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().block(-1));
        } },
        PAYLOAD_LONGER_THAN_BLOCK { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().block(1).length(BLOCK_LENGTH + 1));
        } },
        BLOCK_RECORD_WITHOUT_BLOCK { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().block(1).room(0));
        } },
        LENT_AREA_THAT_IS_NOT { @Override void on(final CorruptRegionTest test) {
            test.lend(BLOCKS, 0, 5);
        } },
        NEGATIVE_LENT_AREA { @Override void on(final CorruptRegionTest test) {
            test.lend(-1, 0, 5);
        } },
        LENT_MEMORY_OF_ANOTHER_PROCESS { @Override void on(final CorruptRegionTest test) {
            test.lend(SocketRegion.MAX_BLOCKS, 0, 5);
        } },
        LENT_BEYOND_ITS_BLOCK { @Override void on(final CorruptRegionTest test) {
            test.lend(0, 1, BLOCK_LENGTH);
        } },
        LENT_BEFORE_ITS_BLOCK { @Override void on(final CorruptRegionTest test) {
            test.lend(0, -1, 5);
        } },
        LENT_TO_THE_END_OF_NUMBERS { @Override void on(final CorruptRegionTest test) {
            test.lend(0, Integer.MAX_VALUE, Integer.MAX_VALUE);
        } },
        NOTHING_LENT { @Override void on(final CorruptRegionTest test) {
            test.lend(0, 0, 0);
        } },
        LENT_RECORD_WITHOUT_AREA { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().type(DatagramRecord.TYPE_LENT).room(8));
        } },
        MORE_LENT_THAN_COOKIES_FIT { @Override void on(final CorruptRegionTest test) {
            for (int i = 0; i <= CompletionRing.CAPACITY; i++) {
                test.lend(NOBODYS_PORT, 0, 0, 5);
                test.network.step();
            }
        } },
        COOKIES_READ_AHEAD_OF_THE_ENGINE { @Override void on(final CorruptRegionTest test) {
            test.octets.putLong(COOKIES_READ_OFFSET, 1);
            test.lend(NOBODYS_PORT, 0, 0, 5);
        } },
        LEVEL_NOT_PERMITTED { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().level(6));
        } },
        NO_LEVEL { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().level(32));
        } },
        MULTICAST_DESTINATION { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().to(RdsAddress.parse("224.0.0.1")));
        } },
        OTHER_FAMILY { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound().to(RdsAddress.parse("2001:db8::1")));
        } },
        RECORD_SHORTER_THAN_A_HEADER { @Override void on(final CorruptRegionTest test) {
            test.record(0, 1, DatagramRecord.TYPE_INLINE);
        } },
        RECORD_BEYOND_THE_RING { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound());
            test.record(0, RING_LENGTH + 8, DatagramRecord.TYPE_INLINE);
        } },
        LONGEST_RECORD { @Override void on(final CorruptRegionTest test) {
            test.submit(test.sound());
            test.record(0, Integer.MAX_VALUE, DatagramRecord.TYPE_INLINE);
        } },
        PADDING_BEYOND_THE_RING { @Override void on(final CorruptRegionTest test) {
            test.record(0, RING_LENGTH + 8, -1);
        } },
        LONGEST_PADDING { @Override void on(final CorruptRegionTest test) {
            test.record(0, Integer.MAX_VALUE, -1);
        } },
        READ_AHEAD_OF_THE_ENGINE { @Override void on(final CorruptRegionTest test) {
            test.readPosition(1L << 40);
            test.fillReceiveRing();
        } },
        READ_BEFORE_THE_BEGINNING { @Override void on(final CorruptRegionTest test) {
            test.readPosition(-RING_LENGTH);
            test.fillReceiveRing();
        } };

        abstract void on(CorruptRegionTest test);
    }

    @BeforeEach
    void open() {
        slot = one.engine.proxy().directory().register(region);
        region.receiveBufferLength(1 << 30);
        command(EngineCommand.OPEN, 0);
        command(EngineCommand.BIND, PORT);
        peer = two.socket(5000);
        neighbour = one.socket(4001);
        neighbour.connect(peer.localAddress());
    }

    private void command(final int kind, final int port) {
        final RdsAddress at = one.address;
        assertTrue(one.engine.proxy().forward(kind, slot, at.high(), at.low(), port, CORRELATION_ID + kind));
        network.until(() -> region.hasResponse(CORRELATION_ID + kind));
        assertEquals(0, region.responseErrno());
    }

    private Submitted sound() {
        return Submitted.sound(two.address);
    }

    private void submit(final Submitted datagram) {
        final int length = DatagramRecord.HEADER_LENGTH + datagram.room();
        final int index = region.submitRing().tryClaim(DatagramRecord.TYPE_INLINE, length);
        final UnsafeBuffer ring = (UnsafeBuffer) region.submitRing().buffer();
        DatagramRecord.write(ring, index, datagram.high(), datagram.low(), 5000, datagram.level(), datagram.length(), 0);
        if (datagram.room() >= Integer.BYTES) {
            ring.putInt(index + DatagramRecord.HEADER_LENGTH, datagram.block());
        }
        ring.putInt(index - Integer.BYTES, datagram.type());
        region.submitRing().commit(index);
    }

    private void lend(final int area, final int offset, final int length) {
        lend(5000, area, offset, length);
    }

    private void lend(final int port, final int area, final int offset, final int length) {
        final int index = region.submitRing().tryClaim(DatagramRecord.TYPE_LENT, DatagramRecord.LENT_RECORD_LENGTH);
        final UnsafeBuffer ring = (UnsafeBuffer) region.submitRing().buffer();
        DatagramRecord.write(ring, index, two.address.high(), two.address.low(), port, 0, length, 0);
        DatagramRecord.lent(ring, index, area, offset, 1);
        region.submitRing().commit(index);
    }

    /** The engine's word that the memory can be unmapped. */
    @Test
    void shouldBeReleasedWhenNobodyReadsALentPayloadAnyMore() {
        network.maxTransfer = 0;
        region.submitBlocks().take();
        lend(0, 0, BLOCK_LENGTH);
        network.until(() -> one.count(RdsCounter.SEND_QUEUED) == 1);
        network.maxTransfer = 200;
        network.until(() -> two.count(RdsCounter.CONN_UP) == 1);
        network.steps(20);
        command(EngineCommand.CLOSE, 0);
        network.steps(10);
        assertFalse(region.isReleased(), "the carrier reads it");
        network.maxTransfer = 1 << 20;
        network.until(region::isReleased);
    }

    /** Whatever stands there as a record of the submit ring. */
    private void record(final int index, final int length, final int type) {
        final UnsafeBuffer ring = (UnsafeBuffer) region.submitRing().buffer();
        ring.putInt(RecordDescriptor.typeOffset(index), type);
        ring.putIntRelease(RecordDescriptor.lengthOffset(index), length);
    }

    private void readPosition(final long position) {
        final UnsafeBuffer ring = (UnsafeBuffer) region.receiveRing().buffer();
        ring.putLongRelease(RING_LENGTH + RingBufferDescriptor.HEAD_POSITION_OFFSET, position);
    }

    /** Sends more than the ring holds: the engine has to look how far it was read. */
    private void fillReceiveRing() {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[1000]);
        for (int i = 0; i < 2 * RING_LENGTH / 1000; i++) {
            peer.offer(one.address.withPort(PORT), payload, 0, 1000);
            network.step();
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void shouldCloseTheSocketAndServeTheOthers(final Damage damage) {
        damage.on(this);
        network.until(region::isBroken);
        assertEquals(1, one.count(RdsCounter.REGION_CORRUPT));
        assertEquals(SocketRegion.STATE_CLOSED, region.state());
        assertFalse(region.isReleased());
        final RdsSocket successor = one.socket(PORT);
        assertTrue(one.engine.proxy().forward(EngineCommand.CLOSE, slot, 0, 0, 0, CORRELATION_ID));
        network.until(region::isReleased);
        neighbour.offer(new UnsafeBuffer("still".getBytes(StandardCharsets.US_ASCII)), 0, 5);
        network.until(() -> peer.poll((buffer, offset, length, info) ->
            received.add(buffer.getStringWithoutLengthAscii(offset, length)), 1) > 0);
        assertEquals(List.of("still"), received);
        assertFalse(successor.isClosed());
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 16, -1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void shouldBindToNoPortThatIsNone(final int port) {
        final SocketRegion other = new SocketRegion(layout, Arena.ofAuto().allocate(layout.length(), 4096), LEVELS);
        slot = one.engine.proxy().directory().register(other);
        for (int kind : new int[] {EngineCommand.OPEN, EngineCommand.BIND}) {
            assertTrue(one.engine.proxy().forward(kind, slot, one.address.high(), one.address.low(), port, kind));
            network.until(() -> other.hasResponse(kind));
        }
        assertEquals(Errno.EINVAL.number(), other.responseErrno());
    }

    /** As of a socket that an application has written to before the engine opened it. */
    @ParameterizedTest
    @ValueSource(longs = {4096, -4096, Long.MAX_VALUE, Long.MIN_VALUE})
    void shouldCloseASocketThatWasDamagedBeforeItWasOpen(final long position) {
        final MemorySegment early = Arena.ofAuto().allocate(layout.length(), 4096);
        final SocketRegion other = new SocketRegion(layout, early, LEVELS);
        for (final AtomicBuffer ring : List.of(other.submitRing().buffer(), other.receiveRing().buffer())) {
            ring.putLong(RING_LENGTH + RingBufferDescriptor.HEAD_POSITION_OFFSET, position);
            ring.putLong(RING_LENGTH + RingBufferDescriptor.TAIL_POSITION_OFFSET, position / 2);
        }
        slot = one.engine.proxy().directory().register(other);
        for (int kind : new int[] {EngineCommand.OPEN, EngineCommand.BIND}) {
            assertTrue(one.engine.proxy().forward(kind, slot, one.address.high(), one.address.low(), 4002, kind));
            network.until(() -> other.hasResponse(kind));
            assertEquals(0, other.responseErrno());
        }
        network.steps(10);
        assertTrue(one.engine.proxy().forward(EngineCommand.CLOSE, slot, 0, 0, 0, CORRELATION_ID));
        network.until(other::isReleased);
        one.socket(4002);
    }

    @Test
    void shouldCarryWhatASoundApplicationSubmits() {
        submit(sound());
        network.until(() -> peer.poll((buffer, offset, length, info) -> received.add(info.source().toString()), 1) > 0);
        assertEquals(List.of("10.0.0.1:4000"), received);
        assertEquals(0, one.count(RdsCounter.REGION_CORRUPT));
    }

    @Test
    void shouldNotBelieveItsOwnPositions() {
        final UnsafeBuffer submit = (UnsafeBuffer) region.submitRing().buffer();
        final UnsafeBuffer receive = (UnsafeBuffer) region.receiveRing().buffer();
        submit.putLong(RING_LENGTH + RingBufferDescriptor.HEAD_POSITION_OFFSET, Long.MIN_VALUE);
        receive.putLong(RING_LENGTH + RingBufferDescriptor.TAIL_POSITION_OFFSET, Long.MAX_VALUE);
        receive.putLong(RING_LENGTH + RingBufferDescriptor.HEAD_CACHE_POSITION_OFFSET, Long.MAX_VALUE);
        peer.offer(one.address.withPort(PORT), new UnsafeBuffer(new byte[3]), 0, 3);
        network.until(() -> region.receiveRing().read((type, buffer, index, length) ->
            received.add("length " + DatagramRecord.length(buffer, index))) > 0);
        assertEquals(List.of("length 3"), received);
        assertEquals(0, one.count(RdsCounter.REGION_CORRUPT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCloseASocketWhoseApplicationDiedInTheMiddleOfASend(final boolean hasLength) {
        region.submitRing().tryClaim(DatagramRecord.TYPE_INLINE, 100);
        if (!hasLength) {
            record(0, 0, 0);
        }
        submit(sound());
        for (int i = 0; i < 1000; i++) {
            network.step();
        }
        assertEquals(0, peer.poll((buffer, offset, length, info) -> received.add("overtaken"), 1));
        command(EngineCommand.CLOSE, 0);
        assertTrue(region.isReleased());
        one.socket(PORT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldStandWhateverStandsThere(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000 && !region.isBroken(); i++) {
            final int offset = random.nextInt((int) layout.denseLength() / Long.BYTES) * Long.BYTES;
            octets.putLong(offset, random.nextInt(3) == 0 ? random.nextInt(200) : random.nextLong());
            peer.offer(one.address.withPort(PORT), octets, offset & 0xfff, random.nextInt(2000));
            network.step();
        }
        assertTrue(one.engine.proxy().forward(EngineCommand.CLOSE, slot, 0, 0, 0, 1));
        network.until(region::isReleased);
        one.socket(PORT);
    }
}
