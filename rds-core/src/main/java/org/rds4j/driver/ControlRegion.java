package org.rds4j.driver;

import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.socket.RegionLayout;

/**
 * What a driver says of itself to whoever may open its directory, and the door at which clients knock. All words in native
 * byte order.
 * <pre>
 *      0 +---------------------------------------------------------------+
 *        | magic (8, last to be written) | version (4) | prefix length   |  written once
 *     16 | process (8)                   | instance (8)                  |
 *     32 | address high (8)              | address low (8)               |
 *     48 | permitted levels (4)          | SO_SNDBUF (4)                 |
 *     56 | submit ring, receive ring, blocks, block: lengths (4 each)    |
 *     72 | hosts of the congestion maps (4)  | sockets (4)               |
 *    128 +---------------------------------------------------------------+
 *        | heart-beat, ms since 1970 (8) | ended (4)                     |  written by the driver
 *    256 +---------------------------------------------------------------+
 *        | door: ticket (8), 0 while it is free                          |  taken by clients, one at a time
 *    384 +---------------------------------------------------------------+
 *        | answered ticket (8) | errno (4) | client number (4)           |  written by the driver
 *    512 +---------------------------------------------------------------+
 * </pre>
 * A client puts a ticket, any number of its own, into the free door, waits for the answer to it and frees the door. A client
 * that dies meanwhile leaves the door to the driver.
 */
final class ControlRegion {
    /** Octets of the region. */
    static final int LENGTH = 4096;
    /** Version of this layout, of {@link ClientRegion} and of the socket's region; a client reads no other. */
    static final int VERSION = 2;

    private static final long MAGIC = 0x0052_5644_4134_5344L;
    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int PREFIX_OFFSET = 12;
    private static final int PID_OFFSET = 16;
    private static final int INSTANCE_OFFSET = 24;
    private static final int HIGH_OFFSET = 32;
    private static final int LOW_OFFSET = 40;
    private static final int LEVELS_OFFSET = 48;
    private static final int SEND_BUFFER_OFFSET = 52;
    private static final int SUBMIT_OFFSET = 56;
    private static final int RECEIVE_OFFSET = 60;
    private static final int BLOCKS_OFFSET = 64;
    private static final int BLOCK_LENGTH_OFFSET = 68;
    private static final int HOSTS_OFFSET = 72;
    private static final int SOCKETS_OFFSET = 76;
    private static final int HEARTBEAT_OFFSET = 128;
    private static final int ENDED_OFFSET = 136;
    private static final int DOOR_OFFSET = 256;
    private static final int ANSWERED_OFFSET = 384;
    private static final int ERRNO_OFFSET = 392;
    private static final int NUMBER_OFFSET = 396;

    private final UnsafeBuffer buffer;

    ControlRegion(final MemorySegment memory) {
        buffer = new UnsafeBuffer(memory.asSlice(0, LENGTH).asByteBuffer());
    }

    /** Says everything about the driver; clients find it from now on. */
    void publish(
        final RdsContext context, final int permittedLevels, final int congestionHosts, final long instance) {
        final RegionLayout layout = RegionLayout.of(context);
        buffer.putInt(VERSION_OFFSET, VERSION);
        buffer.putInt(PREFIX_OFFSET, context.prefixLength());
        buffer.putLong(PID_OFFSET, ProcessHandle.current().pid());
        buffer.putLong(INSTANCE_OFFSET, instance);
        buffer.putLong(HIGH_OFFSET, context.localAddress().high());
        buffer.putLong(LOW_OFFSET, context.localAddress().low());
        buffer.putInt(LEVELS_OFFSET, permittedLevels);
        buffer.putInt(SEND_BUFFER_OFFSET, context.sendBufferLength());
        buffer.putInt(SUBMIT_OFFSET, layout.submitRingLength());
        buffer.putInt(RECEIVE_OFFSET, layout.receiveRingLength());
        buffer.putInt(BLOCKS_OFFSET, layout.blockCount());
        buffer.putInt(BLOCK_LENGTH_OFFSET, layout.blockLength());
        buffer.putInt(HOSTS_OFFSET, congestionHosts);
        buffer.putInt(SOCKETS_OFFSET, context.maxSockets());
        buffer.putLongRelease(MAGIC_OFFSET, MAGIC);
    }

    boolean isPublished() {
        return buffer.getLongAcquire(MAGIC_OFFSET) == MAGIC;
    }

    int version() {
        return buffer.getInt(VERSION_OFFSET);
    }

    int prefixLength() {
        return buffer.getInt(PREFIX_OFFSET);
    }

    long pid() {
        return buffer.getLong(PID_OFFSET);
    }

    long instance() {
        return buffer.getLong(INSTANCE_OFFSET);
    }

    RdsAddress address() {
        return RdsAddress.of(buffer.getLong(HIGH_OFFSET), buffer.getLong(LOW_OFFSET), 0);
    }

    int permittedLevels() {
        return buffer.getInt(LEVELS_OFFSET);
    }

    int congestionHosts() {
        return buffer.getInt(HOSTS_OFFSET);
    }

    int maxSockets() {
        return buffer.getInt(SOCKETS_OFFSET);
    }

    int sendBufferLength() {
        return buffer.getInt(SEND_BUFFER_OFFSET);
    }

    RegionLayout layout() {
        return new RegionLayout(buffer.getInt(SUBMIT_OFFSET), buffer.getInt(RECEIVE_OFFSET), buffer.getInt(BLOCKS_OFFSET),
            buffer.getInt(BLOCK_LENGTH_OFFSET));
    }

    void beat(final long epochMs) {
        buffer.putLongRelease(HEARTBEAT_OFFSET, epochMs);
    }

    long heartbeatMs() {
        return buffer.getLongAcquire(HEARTBEAT_OFFSET);
    }

    /** The driver is over, in good order or not. */
    void end() {
        buffer.putIntRelease(ENDED_OFFSET, 1);
    }

    boolean isEnded() {
        return buffer.getIntAcquire(ENDED_OFFSET) != 0;
    }

    /** A client's: takes the door, if it is free. */
    boolean knock(final long ticket) {
        return buffer.compareAndSetLong(DOOR_OFFSET, 0, ticket);
    }

    /** The client that has the door frees it; the driver, one that nobody frees. */
    void leave(final long ticket) {
        buffer.compareAndSetLong(DOOR_OFFSET, ticket, 0);
    }

    /** Who is at the door; 0 for nobody. */
    long ticket() {
        return buffer.getLongAcquire(DOOR_OFFSET);
    }

    void answer(final long ticket, final int errno, final int number) {
        buffer.putInt(ERRNO_OFFSET, errno);
        buffer.putInt(NUMBER_OFFSET, number);
        buffer.putLongRelease(ANSWERED_OFFSET, ticket);
    }

    boolean isAnswered(final long ticket) {
        return buffer.getLongAcquire(ANSWERED_OFFSET) == ticket;
    }

    int answerErrno() {
        return buffer.getInt(ERRNO_OFFSET);
    }

    int answerNumber() {
        return buffer.getInt(NUMBER_OFFSET);
    }
}
