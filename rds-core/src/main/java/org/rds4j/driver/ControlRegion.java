package org.rds4j.driver;

import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.socket.RegionLayout;

/**
 * What a driver says of itself to its clients, who can only read it. All words in native byte order.
 * <pre>
 *      0 +---------------------------------------------------------------+
 *        | version (4) | prefix length (4)                               |  written once
 *     16 | process (8)                   | instance (8)                  |
 *     32 | address high (8)              | address low (8)               |
 *     48 | permitted levels (4)          | SO_SNDBUF (4)                 |
 *     56 | submit ring, receive ring, blocks, block: lengths (4 each)    |
 *     72 | hosts of the congestion maps (4)  | sockets (4)               |
 *    128 +---------------------------------------------------------------+
 *        | heart-beat, ms since 1970 (8)                                 |  written now and then
 *    136 +---------------------------------------------------------------+
 * </pre>
 */
final class ControlRegion {
    /** Octets of the region. */
    static final int LENGTH = 4096;
    /** Version of this layout, of {@link ClientRegion} and of the socket's region; a client reads no other. */
    static final int VERSION = 3;

    private static final int VERSION_OFFSET = 0;
    private static final int PREFIX_OFFSET = 4;
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

    private final UnsafeBuffer buffer;

    ControlRegion(final MemorySegment memory) {
        buffer = new UnsafeBuffer(memory.asSlice(0, LENGTH).asByteBuffer());
    }

    /** Says everything about the driver; before any client is there. */
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
}
