package org.rds4j.driver;

import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.congestion.CongestionCounts;
import org.rds4j.socket.ReadySets;

/**
 * What a client and its driver share besides the sockets: a slot for a command, where an opened socket is, and signs of life.
 * All words in native byte order.
 * <pre>
 *      0 +---------------------------------------------------------------+
 *        | - | process (8) | heart-beat ms (8)                           |  written by the client
 *    128 +---------------------------------------------------------------+
 *        | request id (8) | kind (4) | slot (4) | port (4) | -           |  written by the client
 *    152 | address high (8) | address low (8)                            |
 *    256 +---------------------------------------------------------------+
 *        | request taken: id (8)                                         |  written by the driver
 *    384 +---------------------------------------------------------------+
 *        | socket opened: request id (8) | errno (4) | slot (4) | serial |  written by the driver
 *    512 +---------------------------------------------------------------+
 *        | datagrams refused for congestion (8) | that waited (8)        |  added to by the client's threads
 *    640 +---------------------------------------------------------------+
 *   4096 | which sockets became ready: ReadySets                         |  both sides
 *        +---------------------------------------------------------------+
 * </pre>
 * A request is made by writing its words and then a new id, above all before, once the one before was taken; so there is
 * nothing here that a client which dies could leave half done, and nothing of one client's that another could damage. The
 * engine answers in the socket's region; that a socket is open, which has no region for its client before, is answered here.
 */
final class ClientRegion {
    private static final int HEADER_LENGTH = 4096;

    private static final int PID_OFFSET = 8;
    private static final int HEARTBEAT_OFFSET = 16;
    private static final int REQUEST_OFFSET = 128;
    private static final int KIND_OFFSET = 136;
    private static final int SLOT_OFFSET = 140;
    private static final int PORT_OFFSET = 144;
    private static final int HIGH_OFFSET = 152;
    private static final int LOW_OFFSET = 160;
    private static final int TAKEN_OFFSET = 256;
    private static final int OPENED_OFFSET = 384;
    private static final int OPENED_ERRNO_OFFSET = 392;
    private static final int OPENED_SLOT_OFFSET = 396;
    private static final int OPENED_SERIAL_OFFSET = 400;
    private static final int CONGESTION_COUNTS_OFFSET = 512;

    private final UnsafeBuffer buffer;
    private final UnsafeBuffer sets;

    ClientRegion(final MemorySegment memory) {
        buffer = new UnsafeBuffer(memory.asSlice(0, HEADER_LENGTH).asByteBuffer());
        sets = new UnsafeBuffer(memory.asSlice(HEADER_LENGTH).asByteBuffer());
    }

    /** Octets of the region. */
    static int length(final int maxSockets) {
        return HEADER_LENGTH + ReadySets.length(maxSockets);
    }

    ReadySets readySets(final int maxSockets) {
        return new ReadySets(sets, maxSockets);
    }

    void attach(final long pid, final long epochMs) {
        buffer.putLong(PID_OFFSET, pid);
        beat(epochMs);
    }

    long pid() {
        return buffer.getLong(PID_OFFSET);
    }

    void beat(final long epochMs) {
        buffer.putLongRelease(HEARTBEAT_OFFSET, epochMs);
    }

    long heartbeatMs() {
        return buffer.getLongAcquire(HEARTBEAT_OFFSET);
    }

    CongestionCounts congestionCounts() {
        return new CongestionCounts(buffer, CONGESTION_COUNTS_OFFSET);
    }

    /** Whether the driver has taken every request so far. */
    boolean isTaken() {
        return buffer.getLongAcquire(TAKEN_OFFSET) == buffer.getLong(REQUEST_OFFSET);
    }

    /** Makes a request; answers its id. Only when the last one was taken. */
    long request(final int kind, final int slot, final long high, final long low, final int port) {
        final long id = buffer.getLong(REQUEST_OFFSET) + 1;
        buffer.putInt(KIND_OFFSET, kind);
        buffer.putInt(SLOT_OFFSET, slot);
        buffer.putInt(PORT_OFFSET, port);
        buffer.putLong(HIGH_OFFSET, high);
        buffer.putLong(LOW_OFFSET, low);
        buffer.putLongRelease(REQUEST_OFFSET, id);
        return id;
    }

    long requestId() {
        return buffer.getLongAcquire(REQUEST_OFFSET);
    }

    int requestKind() {
        return buffer.getInt(KIND_OFFSET);
    }

    int requestSlot() {
        return buffer.getInt(SLOT_OFFSET);
    }

    int requestPort() {
        return buffer.getInt(PORT_OFFSET);
    }

    long requestHigh() {
        return buffer.getLong(HIGH_OFFSET);
    }

    long requestLow() {
        return buffer.getLong(LOW_OFFSET);
    }

    void taken(final long id) {
        buffer.putLongRelease(TAKEN_OFFSET, id);
    }

    void opened(final long id, final int errno, final int slot, final long serial) {
        buffer.putInt(OPENED_ERRNO_OFFSET, errno);
        buffer.putInt(OPENED_SLOT_OFFSET, slot);
        buffer.putLong(OPENED_SERIAL_OFFSET, serial);
        buffer.putLongRelease(OPENED_OFFSET, id);
    }

    boolean isOpened(final long id) {
        return buffer.getLongAcquire(OPENED_OFFSET) == id;
    }

    int openedErrno() {
        return buffer.getInt(OPENED_ERRNO_OFFSET);
    }

    int openedSlot() {
        return buffer.getInt(OPENED_SLOT_OFFSET);
    }

    long openedSerial() {
        return buffer.getLong(OPENED_SERIAL_OFFSET);
    }
}
