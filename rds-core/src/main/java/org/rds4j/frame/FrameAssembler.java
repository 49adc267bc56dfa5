package org.rds4j.frame;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Finds RDS messages in a stream of octets that is cut anywhere. A message that is contiguous where it arrived is handed on
 * there; one in pieces is put together in memory that grows with what has arrived, never by what its header claims.
 * Engine thread only.
 */
public final class FrameAssembler {
    /** What stopped the last {@link #onBytes}, or nothing. */
    public enum Status {
        /** Nothing: all octets were taken. */
        OPEN,
        /** The handler had no room. */
        BLOCKED_BY_HANDLER,
        /** Reassembly memory ran out. */
        BLOCKED_BY_MEMORY,
        /** A header claimed more than the longest message: the stream is of no more use. */
        TOO_LONG
    }

    private static final int HEADER_LENGTH = RdsHeaderFlyweight.LENGTH;

    private final int maxLength;
    private final int maxMapLength;
    private final ReassemblyPool pool;
    private final FrameHandler handler;
    private final ArrivalTimes times;
    private final ByteBuffer headerMemory = ByteBuffer.allocateDirect(HEADER_LENGTH);
    private final long header = BufferUtil.address(headerMemory);
    private Status status = Status.OPEN;
    private int headerFilled;
    private int bodyLength;
    private int bodyFilled;
    private ReassemblyBuffer body;
    private long headerNs;
    private long startNs;

    /**
     * An assembler at the start of a stream.
     *
     * @param maxLength longest payload accepted; a congestion map may be as long as one is.
     * @param pool      memory for messages in pieces.
     * @param handler   takes the messages.
     * @param times     told of each message that is handed on, when anyone wants to know.
     */
    public FrameAssembler(
        final int maxLength, final ReassemblyPool pool, final FrameHandler handler, final ArrivalTimes times) {
        this.times = times;
        this.maxLength = maxLength;
        this.maxMapLength = Math.max(maxLength, RdsHeaderFlyweight.MAP_LENGTH);
        this.pool = pool;
        this.handler = handler;
    }

    /**
     * What stopped the last {@link #onBytes}.
     *
     * @return the status.
     */
    public Status status() {
        return status;
    }

    /**
     * Whether a message has begun and not ended.
     *
     * @return true when a reset would discard something.
     */
    public boolean isPartial() {
        return headerFilled > 0;
    }

    /**
     * Octets missing of the header of the message being received.
     *
     * @return 48 between messages, 0 inside a payload.
     */
    public int headerRemaining() {
        return HEADER_LENGTH - headerFilled;
    }

    /**
     * Octets missing of the payload of the message being received, as far as its header is known.
     *
     * @return 0 or more.
     */
    public int bodyRemaining() {
        return headerFilled < HEADER_LENGTH ? 0 : bodyLength - bodyFilled;
    }

    /** Forgets a partly received message, for the start of another stream. */
    public void reset() {
        headerFilled = 0;
        bodyFilled = 0;
        status = Status.OPEN;
        headerNs = 0;
        startNs = 0;
        releaseBody();
    }

    private void releaseBody() {
        if (body != null) {
            pool.release(body);
            body = null;
        }
    }

    /**
     * Takes the next octets of the stream.
     *
     * @param address of the first octet; borrowed for the call.
     * @param length  octets.
     * @return how many were taken; fewer than length only with a {@link #status()} that says why. The rest must be offered
     * again first.
     */
    public int onBytes(final long address, final int length) {
        status = Status.OPEN;
        int taken = 0;
        while (taken < length && status == Status.OPEN) {
            taken += headerFilled == 0 && length - taken >= HEADER_LENGTH
                ? takeInPlace(address + taken, length - taken)
                : takePiece(address + taken, length - taken);
        }
        return taken;
    }

    /** At least a whole header lies at the address. */
    private int takeInPlace(final long address, final int available) {
        final int claimed = OffHeap.getInt(address + RdsHeaderFlyweight.LENGTH_OFFSET);
        if (isTooLong(claimed, address)) {
            return 0;
        }
        if (available - HEADER_LENGTH >= claimed) {
            return deliver(address, address + HEADER_LENGTH, claimed) ? HEADER_LENGTH + claimed : 0;
        }
        OffHeap.copy(address, header, HEADER_LENGTH);
        headerFilled = HEADER_LENGTH;
        bodyLength = claimed;
        if (times.isOn()) {
            headerNs = times.now();
            startNs = headerNs;
        }
        return HEADER_LENGTH;
    }

    /** The claim is an unsigned 32-bit number: one with the top bit set is too long as well. */
    private boolean isTooLong(final int claimed, final long headerAddress) {
        if (claimed >= 0 && (claimed <= maxLength || (claimed <= maxMapLength && isMap(headerAddress)))) {
            return false;
        }
        status = Status.TOO_LONG;
        return true;
    }

    private static boolean isMap(final long headerAddress) {
        return UnsafeApi.getByte(headerAddress + RdsHeaderFlyweight.FLAGS_OFFSET) == RdsHeaderFlyweight.FLAG_CONG_BITMAP;
    }

    private boolean deliver(final long headerAddress, final long payloadAddress, final int length) {
        if (times.isOn()) {
            times.set(headerNs, startNs, times.now());
        }
        if (handler.onFrame(headerAddress, payloadAddress, length)) {
            headerNs = 0;
            startNs = 0;
            return true;
        }
        status = Status.BLOCKED_BY_HANDLER;
        return false;
    }

    private int takePiece(final long address, final int available) {
        return headerFilled < HEADER_LENGTH ? takeHeaderPiece(address, available) : takeBodyPiece(address, available);
    }

    private int takeHeaderPiece(final long address, final int available) {
        final int length = Math.min(available, HEADER_LENGTH - headerFilled);
        OffHeap.copy(address, header + headerFilled, length);
        if (times.isOn() && headerFilled == 0) {
            headerNs = times.now();
        }
        headerFilled += length;
        if (headerFilled < HEADER_LENGTH) {
            return length;
        }
        if (times.isOn()) {
            startNs = times.now();
        }
        bodyLength = OffHeap.getInt(header + RdsHeaderFlyweight.LENGTH_OFFSET);
        if (isTooLong(bodyLength, header)) {
            return length;
        }
        if (bodyLength > 0) {
            return length;
        }
        if (deliver(header, header, 0)) {
            headerFilled = 0;
            return length;
        }
        headerFilled--; // the last octet stays with the carrier, so that it offers the message again
        return length - 1;
    }

    private int takeBodyPiece(final long address, final int available) {
        final int missing = bodyLength - bodyFilled;
        if (available < missing) {
            return store(address, available) ? available : 0;
        }
        if (bodyFilled == 0) {
            return finish(address) ? missing : 0;
        }
        if (!store(address, missing)) {
            return 0;
        }
        if (finish(body.address())) {
            return missing;
        }
        bodyFilled--; // as above
        return missing - 1;
    }

    private boolean finish(final long payloadAddress) {
        if (!deliver(header, payloadAddress, bodyLength)) {
            return false;
        }
        headerFilled = 0;
        bodyFilled = 0;
        releaseBody();
        return true;
    }

    private boolean store(final long address, final int length) {
        if ((body == null || body.capacity() < bodyFilled + length) && !grow(bodyFilled + length)) {
            status = Status.BLOCKED_BY_MEMORY;
            return false;
        }
        OffHeap.copy(address, body.address() + bodyFilled, length);
        pool.onCopied(length);
        bodyFilled += length;
        return true;
    }

    private boolean grow(final int needed) {
        final ReassemblyBuffer larger = pool.acquire(needed);
        if (larger == null) {
            return false;
        }
        if (body != null) {
            OffHeap.copy(body.address(), larger.address(), bodyFilled);
            pool.onCopied(bodyFilled);
            pool.release(body);
        }
        body = larger;
        return true;
    }
}
