package org.rds4j.socket;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.RdsContext;
import org.rds4j.RdsAddress;
import org.rds4j.frame.DirectMemory;

/**
 * The memory one socket shares with its engine; the only way between them besides commands. It belongs to this process, or is
 * mapped by the engine's and the application's. The engine believes nothing that stands there: {@link SubmitReader} and
 * {@link ReceiveWriter} keep its own positions elsewhere and check what they find.
 * <pre>
 *      0 +---------------------------------------------------------------+
 *        | state (see STATE_)                | port                      |  written by the engine
 *      8 | bound address high                                            |
 *     16 | bound address low                                             |
 *    128 +---------------------------------------------------------------+
 *        | response: correlation id                                      |  written by the engine
 *    136 | errno (0 done)                    | value                     |
 *    256 +---------------------------------------------------------------+
 *        | payload octets ever submitted                                 |  added to by application threads
 *    320 | SO_SNDBUF                         | port                      |  written by the application, for tools
 *    328 | default destination high                                      |
 *    336 | default destination low                                       |
 *    384 +---------------------------------------------------------------+
 *        | payload octets ever acknowledged                              |  written by the engine
 *    512 +---------------------------------------------------------------+
 *        | states of submit blocks, 4 octets each (see BlockPool)        |  both sides
 *    768 | states of receive blocks, 4 octets each                       |
 *   1024 +---------------------------------------------------------------+
 *        | completions of lent payloads (see CompletionRing)             |  both sides
 *   3200 +---------------------------------------------------------------+
 *        | events the poller waits for       | SO_RCVBUF                 |  written by the application, seldom
 *   3328 +---------------------------------------------------------------+
 *        | payload octets ever read                                      |  written by the application with each datagram
 *   3456 +---------------------------------------------------------------+
 *        | free                                                          |
 *   4096 +---------------------------------------------------------------+
 *        | submit ring: many application threads to the engine           |  records: DatagramRecord
 *        +---------------------------------------------------------------+
 *        | receive ring: the engine to one application thread            |
 *        +---------------------------------------------------------------+
 *        | in shared memory, blocks: of submit, then of receive          |
 *        +---------------------------------------------------------------+
 * </pre>
 * What one side writes with each datagram and the other reads with each lies in lines of its own (decision 104).
 * All words in native byte order; {@link RegionLayout} has the lengths. Payload up to an eighth of a ring lies in the ring: one
 * copy in, one copy out or none.
 */
public final class SocketRegion {
    /** State: made, not bound. */
    public static final int STATE_OPEN = 0;
    /** State: has an address and port. */
    public static final int STATE_BOUND = 1;
    /** State: closed by either side. */
    public static final int STATE_CLOSED = 2;
    /** State: the process of the engine is gone; written by the application's own. */
    public static final int STATE_LOST = 3;
    /** Most blocks per direction that the layout has states for. */
    public static final int MAX_BLOCKS = 64;

    private static final int STATE_OFFSET = 0;
    private static final int PORT_OFFSET = 4;
    private static final int HIGH_OFFSET = 8;
    private static final int LOW_OFFSET = 16;
    private static final int SEND_BUFFER_OFFSET = 320;
    private static final int CONNECTED_PORT_OFFSET = 324;
    private static final int CONNECTED_HIGH_OFFSET = 328;
    private static final int CONNECTED_LOW_OFFSET = 336;
    private static final int RESPONSE_CORRELATION_OFFSET = 128;
    private static final int RESPONSE_ERRNO_OFFSET = 136;
    private static final int RESPONSE_VALUE_OFFSET = 140;
    private static final int SUBMITTED_OFFSET = 256;
    private static final int ACKNOWLEDGED_OFFSET = 384;
    private static final int CONSUMED_OFFSET = 3328;
    private static final int RECEIVE_BUFFER_OFFSET = 3204;
    private static final int SUBMIT_BLOCKS_OFFSET = 512;
    private static final int RECEIVE_BLOCKS_OFFSET = 768;
    private static final int COMPLETIONS_OFFSET = 1024;
    private static final int WANTED_EVENTS_OFFSET = 3200;
    private static final int ALIGNMENT = 128;
    private static final int EVERY_LEVEL = 0xffff;

    private final UnsafeBuffer header;
    private final ManyToOneRingBuffer submitRing;
    private final OneToOneRingBuffer receiveRing;
    private final BlockPool submitBlocks;
    private final BlockPool receiveBlocks;
    private final LentAreas lentAreas;
    private final CompletionRing completions;
    private final boolean isShared;
    private final int permittedLevels;
    private ReadySets readySets;
    private volatile boolean isBroken;
    private volatile boolean isReleased;
    private boolean isToRelease;
    /** What any thread of the application saw last, an older number at worst. */
    private long knownAcknowledged;
    private int lentPayloads;

    /**
     * A fresh region of this process.
     *
     * @param context gives the lengths.
     */
    public SocketRegion(final RdsContext context) {
        final RegionLayout layout = RegionLayout.of(context);
        final int submitLength = layout.submitMemoryLength();
        final int receiveLength = layout.receiveMemoryLength();
        final int headerLength = RegionLayout.HEADER_LENGTH;
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(headerLength + submitLength + receiveLength, ALIGNMENT);
        header = new UnsafeBuffer(memory, 0, headerLength);
        submitRing = new ManyToOneRingBuffer(new UnsafeBuffer(memory, headerLength, submitLength));
        receiveRing = new OneToOneRingBuffer(new UnsafeBuffer(memory, headerLength + submitLength, receiveLength));
        // The application may wait for memory, the engine must not.
        submitBlocks = new BlockPool(
            header, SUBMIT_BLOCKS_OFFSET, layout.blockCount(), layout.blockLength(), ByteBuffer::allocateDirect);
        receiveBlocks = new BlockPool(
            header, RECEIVE_BLOCKS_OFFSET, layout.blockCount(), layout.blockLength(), DirectMemory.ofProcess()::allocate);
        lentAreas = new LentAreas(submitBlocks);
        completions = new CompletionRing(header, COMPLETIONS_OFFSET);
        isShared = false;
        permittedLevels = EVERY_LEVEL;
    }

    /**
     * A region in memory that processes share.
     *
     * @param layout          of the memory.
     * @param memory          mapped; retained. Zero where the region is fresh.
     * @param permittedLevels service levels that the application may use, bit n for level n; the engine enforces it.
     */
    public SocketRegion(final RegionLayout layout, final MemorySegment memory, final int permittedLevels) {
        header = part(memory, 0, RegionLayout.HEADER_LENGTH);
        submitRing = new ManyToOneRingBuffer(part(memory, layout.submitRingOffset(), layout.submitMemoryLength()));
        receiveRing = new OneToOneRingBuffer(part(memory, layout.receiveRingOffset(), layout.receiveMemoryLength()));
        final UnsafeBuffer[] submit = new UnsafeBuffer[layout.blockCount()];
        final UnsafeBuffer[] receive = new UnsafeBuffer[layout.blockCount()];
        for (int i = 0; i < layout.blockCount(); i++) {
            submit[i] = part(memory, layout.submitBlockOffset(i), layout.blockLength());
            receive[i] = part(memory, layout.receiveBlockOffset(i), layout.blockLength());
        }
        submitBlocks = new BlockPool(header, SUBMIT_BLOCKS_OFFSET, submit);
        receiveBlocks = new BlockPool(header, RECEIVE_BLOCKS_OFFSET, receive);
        lentAreas = new LentAreas(submitBlocks);
        completions = new CompletionRing(header, COMPLETIONS_OFFSET);
        isShared = true;
        this.permittedLevels = permittedLevels;
    }

    private static UnsafeBuffer part(final MemorySegment memory, final long offset, final int length) {
        return new UnsafeBuffer(memory.asSlice(offset, length).asByteBuffer());
    }

    /**
     * Memory of one region with every block in use.
     *
     * @param context gives the lengths.
     * @return octets.
     */
    public static long length(final RdsContext context) {
        return RegionLayout.HEADER_LENGTH + context.submitRingLength() + context.receiveBufferLength()
            + 2L * RingBufferDescriptor.TRAILER_LENGTH + 2L * context.largeBlocks() * context.maxMessageLength();
    }

    /**
     * Service levels that the engine takes from this region.
     *
     * @return bit n for level n.
     */
    int permittedLevels() {
        return permittedLevels;
    }

    /**
     * Names where the engine notes the socket as ready; before it knows the region.
     *
     * @param sets of the application's process.
     */
    public void readySets(final ReadySets sets) {
        readySets = sets;
    }

    ReadySets readySets() {
        return readySets;
    }

    /**
     * Sets what the socket's poller is to be told of; application.
     *
     * @param events of {@link SocketEvents}; 0 for nothing.
     */
    public void wantedEvents(final int events) {
        header.putIntVolatile(WANTED_EVENTS_OFFSET, events);
    }

    int wantedEvents() {
        return header.getIntVolatile(WANTED_EVENTS_OFFSET);
    }

    /**
     * Whether a send would find room; application. A datagram too long for the ring wants a block besides, of which all may be
     * taken, or the process may have no memory outside its heap for one more.
     *
     * @return true while what is unacknowledged is below SO_SNDBUF and the submit ring at most half full.
     */
    public boolean isWritable() {
        return unacknowledgedLength() < sendBufferLength() && submitRing.size() <= submitRing.capacity() / 2;
    }

    /** The engine has closed the socket of its own, for what it found here. */
    void broken() {
        isBroken = true;
    }

    /**
     * Whether the engine has closed the socket because of what it found here; its slot waits for CLOSE.
     *
     * @return true once it has.
     */
    public boolean isBroken() {
        return isBroken;
    }

    /** The engine will not touch the memory again, except for payloads that are lent; its last word on this region. */
    void release() {
        isToRelease = true;
        isReleased = lentPayloads == 0;
    }

    /** A send log reads a payload where it lies; engine. */
    void onLent() {
        lentPayloads++;
    }

    /** A send log does not read a payload any more; engine. */
    void onReturned() {
        lentPayloads--;
        isReleased = isToRelease && lentPayloads == 0;
    }

    /**
     * Payloads that send logs read where they lie; engine.
     *
     * @return how many.
     */
    int lentPayloads() {
        return lentPayloads;
    }

    /**
     * Memory that datagrams may be sent from without a copy.
     *
     * @return the areas.
     */
    public LentAreas lentAreas() {
        return lentAreas;
    }

    /**
     * Which lent payloads nobody reads any more.
     *
     * @return the ring.
     */
    public CompletionRing completions() {
        return completions;
    }

    /**
     * Whether the engine may be in another process, which reads only what lies in this region.
     *
     * @return true when the memory is mapped.
     */
    public boolean isShared() {
        return isShared;
    }

    /**
     * Whether the engine has let go of the memory, so that it can be unmapped.
     *
     * @return true once it has.
     */
    public boolean isReleased() {
        return isReleased;
    }

    /**
     * Datagrams on their way to the engine.
     *
     * @return the ring.
     */
    public ManyToOneRingBuffer submitRing() {
        return submitRing;
    }

    /**
     * Datagrams on their way to the application.
     *
     * @return the ring.
     */
    public OneToOneRingBuffer receiveRing() {
        return receiveRing;
    }

    /**
     * Blocks of long datagrams on their way to the engine: applications take, the engine frees.
     *
     * @return the pool.
     */
    public BlockPool submitBlocks() {
        return submitBlocks;
    }

    /**
     * Blocks of long datagrams on their way to the application: the engine takes, the application frees.
     *
     * @return the pool.
     */
    public BlockPool receiveBlocks() {
        return receiveBlocks;
    }

    /**
     * The socket's state.
     *
     * @return one of the {@code STATE_} values.
     */
    public int state() {
        return header.getIntAcquire(STATE_OFFSET);
    }

    /** Marks the socket closed; either side. */
    public void closed() {
        header.putIntRelease(STATE_OFFSET, STATE_CLOSED);
    }

    /** Marks the socket lost with the process of its engine; application. */
    public void lost() {
        header.putIntRelease(STATE_OFFSET, STATE_LOST);
    }

    /**
     * Marks the socket bound; engine.
     *
     * @param high bits 127..64 of the address.
     * @param low  bits 63..0 of the address.
     * @param port bound to.
     */
    public void bound(final long high, final long low, final int port) {
        header.putLong(HIGH_OFFSET, high);
        header.putLong(LOW_OFFSET, low);
        header.putInt(PORT_OFFSET, port);
        header.putIntRelease(STATE_OFFSET, STATE_BOUND);
    }

    /**
     * Where the socket is bound.
     *
     * @return address and port, or null when it is not bound.
     */
    public RdsAddress boundAddress() {
        if (state() != STATE_BOUND) {
            return null;
        }
        return RdsAddress.of(header.getLong(HIGH_OFFSET), header.getLong(LOW_OFFSET), header.getInt(PORT_OFFSET));
    }

    /**
     * Notes SO_SNDBUF for tools; application.
     *
     * @param length octets of payload.
     */
    public void sendBufferLength(final int length) {
        header.putInt(SEND_BUFFER_OFFSET, length);
    }

    /**
     * SO_SNDBUF as noted by the application.
     *
     * @return octets of payload.
     */
    public int sendBufferLength() {
        return header.getInt(SEND_BUFFER_OFFSET);
    }

    /**
     * Sets SO_RCVBUF; application.
     *
     * @param length octets of unread payload above which the port is congested.
     */
    public void receiveBufferLength(final int length) {
        header.putIntRelease(RECEIVE_BUFFER_OFFSET, length);
    }

    /**
     * SO_RCVBUF.
     *
     * @return octets of unread payload above which the port is congested.
     */
    public int receiveBufferLength() {
        return header.getIntAcquire(RECEIVE_BUFFER_OFFSET);
    }

    /**
     * Notes payload as read; the application's receiving thread.
     *
     * @param length octets of payload.
     */
    public void consumed(final int length) {
        header.putLongRelease(CONSUMED_OFFSET, header.getLong(CONSUMED_OFFSET) + length);
    }

    /**
     * What was ever read.
     *
     * @return octets of payload.
     */
    public long consumedLength() {
        return header.getLongAcquire(CONSUMED_OFFSET);
    }

    /**
     * Notes the default destination for tools; application.
     *
     * @param high bits 127..64 of the address.
     * @param low  bits 63..0 of the address.
     * @param port of the destination.
     */
    public void connected(final long high, final long low, final int port) {
        header.putLong(CONNECTED_HIGH_OFFSET, high);
        header.putLong(CONNECTED_LOW_OFFSET, low);
        header.putIntRelease(CONNECTED_PORT_OFFSET, port);
    }

    /**
     * Upper half of the default destination's address.
     *
     * @return bits 127..64, 0 when there is none.
     */
    public long connectedHigh() {
        return header.getLong(CONNECTED_HIGH_OFFSET);
    }

    /**
     * Lower half of the default destination's address.
     *
     * @return bits 63..0, 0 when there is none.
     */
    public long connectedLow() {
        return header.getLong(CONNECTED_LOW_OFFSET);
    }

    /**
     * Port of the default destination.
     *
     * @return 0 to 65535.
     */
    public int connectedPort() {
        return header.getIntAcquire(CONNECTED_PORT_OFFSET);
    }

    /**
     * Answers a command; engine.
     *
     * @param correlationId of the command.
     * @param errno         number of the error, 0 when done.
     * @param value         result, as the port bound to.
     */
    public void respond(final long correlationId, final int errno, final int value) {
        header.putInt(RESPONSE_ERRNO_OFFSET, errno);
        header.putInt(RESPONSE_VALUE_OFFSET, value);
        header.putLongRelease(RESPONSE_CORRELATION_OFFSET, correlationId);
    }

    /**
     * Whether a command has been answered.
     *
     * @param correlationId of the command.
     * @return true once the answer is there.
     */
    public boolean hasResponse(final long correlationId) {
        return header.getLongAcquire(RESPONSE_CORRELATION_OFFSET) == correlationId;
    }

    /**
     * Error of the last answer.
     *
     * @return its number, 0 for none.
     */
    public int responseErrno() {
        return header.getInt(RESPONSE_ERRNO_OFFSET);
    }

    /**
     * Value of the last answer.
     *
     * @return the result.
     */
    public int responseValue() {
        return header.getInt(RESPONSE_VALUE_OFFSET);
    }

    /**
     * Takes payload into the send buffer's account, as Linux does: accepted while what is queued or unacknowledged stays
     * below the limit, so that the last datagram may overshoot. Any application thread.
     *
     * @param length octets of payload.
     * @param limit  SO_SNDBUF.
     * @return false when the send buffer is full.
     */
    public boolean reserve(final int length, final int limit) {
        long submitted;
        do {
            submitted = header.getLongVolatile(SUBMITTED_OFFSET);
            if (submitted - knownAcknowledged >= limit && submitted - lookAcknowledged() >= limit) {
                return false;
            }
        } while (!header.compareAndSetLong(SUBMITTED_OFFSET, submitted, submitted + length));
        return true;
    }

    /** The engine writes the word for each datagram: looked at only where what was seen last does not do. */
    private long lookAcknowledged() {
        knownAcknowledged = header.getLongAcquire(ACKNOWLEDGED_OFFSET);
        return knownAcknowledged;
    }

    /**
     * Takes a reservation back, when the datagram found no room in the ring. Any application thread.
     *
     * @param length octets of payload reserved.
     */
    public void unreserve(final int length) {
        header.getAndAddLong(SUBMITTED_OFFSET, -length);
    }

    /**
     * Gives payload octets back to the send buffer: acknowledged by the peer's host, or given up. Engine.
     *
     * @param length octets of payload.
     */
    public void acknowledged(final int length) {
        header.putLongRelease(ACKNOWLEDGED_OFFSET, header.getLong(ACKNOWLEDGED_OFFSET) + length);
    }

    /**
     * What counts against SO_SNDBUF now.
     *
     * @return payload octets queued or unacknowledged.
     */
    public long unacknowledgedLength() {
        final long acknowledged = header.getLongAcquire(ACKNOWLEDGED_OFFSET);
        return header.getLongVolatile(SUBMITTED_OFFSET) - acknowledged;
    }
}
