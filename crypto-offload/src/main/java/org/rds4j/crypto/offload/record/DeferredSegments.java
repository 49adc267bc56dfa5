package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** Segments that TCP has sent and that wait for their records to be sealed: where they are in the stream, and their headers. */
final class DeferredSegments {
    /** Ethernet with a tag, IPv6, and TCP with all options. */
    static final int MAX_HEADER = 128;

    private static final int CAPACITY = 64;

    private final ByteBuffer headerBuffer = ByteBuffer.allocateDirect(CAPACITY * MAX_HEADER);
    private final long headers = BufferUtil.address(headerBuffer);
    private final int[] positions = new int[CAPACITY];
    private final int[] lengths = new int[CAPACITY];
    private final int[] segmentSizes = new int[CAPACITY];
    private final int[] headerLengths = new int[CAPACITY];
    private int head;
    private int count;

    /** Whether a train finds room, in however many parts it may be cut. */
    boolean hasRoom() {
        return count <= CAPACITY / 2;
    }

    boolean isFull() {
        return count == CAPACITY;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(final int position, final int length, final int segmentSize, final long header, final int headerLength) {
        final int slot = head + count & CAPACITY - 1;
        positions[slot] = position;
        lengths[slot] = length;
        segmentSizes[slot] = segmentSize;
        headerLengths[slot] = headerLength;
        UnsafeApi.copyMemory(header, headers + slot * (long) MAX_HEADER, headerLength);
        count++;
    }

    int position() {
        return positions[head];
    }

    int length() {
        return lengths[head];
    }

    int segmentSize() {
        return segmentSizes[head];
    }

    long header() {
        return headers + head * (long) MAX_HEADER;
    }

    int headerLength() {
        return headerLengths[head];
    }

    /** Leaves the first octets of the first segment out; its headers are the caller's. */
    void trim(final int count) {
        positions[head] += count;
        lengths[head] -= count;
    }

    void removeFirst() {
        head = head + 1 & CAPACITY - 1;
        count--;
    }

    void clear() {
        count = 0;
    }
}
