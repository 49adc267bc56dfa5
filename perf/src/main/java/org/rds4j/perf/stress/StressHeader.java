package org.rds4j.perf.stress;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What every message of a run begins with, so that its receiver can tell whether it is the one that was due.
 * <pre>
 *   0 | sequence (4) | from address (4) | to address (4) | from port (2) | to port (2)
 *  16 | index (2) | operation (1) | RDMA operation (1)
 *  20 | RDMA, 0 | 60 | retry (1), 0
 *  63 | pattern
 * </pre>
 * All big-endian, and packed: no field is aligned. The first 19 octets are compared.
 */
final class StressHeader {
    /** Octets of the header, and of the shortest message. */
    static final int LENGTH = 63;
    /** Operation: a request. */
    static final int REQUEST = 1;
    /** Operation: the answer to a request. */
    static final int ACK = 2;

    private static final int SEQUENCE_OFFSET = 0;
    private static final int FROM_ADDRESS_OFFSET = 4;
    private static final int TO_ADDRESS_OFFSET = 8;
    private static final int FROM_PORT_OFFSET = 12;
    private static final int TO_PORT_OFFSET = 14;
    private static final int INDEX_OFFSET = 16;
    private static final int OPERATION_OFFSET = 18;
    private static final int RETRY_OFFSET = 60;

    private StressHeader() {
    }

    static void write(
        final MutableDirectBuffer buffer, final int sequence, final int fromAddress, final int toAddress, final int fromPort,
        final int toPort, final int index, final int operation) {
        buffer.putInt(SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        buffer.putInt(FROM_ADDRESS_OFFSET, fromAddress, ByteOrder.BIG_ENDIAN);
        buffer.putInt(TO_ADDRESS_OFFSET, toAddress, ByteOrder.BIG_ENDIAN);
        buffer.putShort(FROM_PORT_OFFSET, (short) fromPort, ByteOrder.BIG_ENDIAN);
        buffer.putShort(TO_PORT_OFFSET, (short) toPort, ByteOrder.BIG_ENDIAN);
        buffer.putShort(INDEX_OFFSET, (short) index, ByteOrder.BIG_ENDIAN);
        buffer.putByte(OPERATION_OFFSET, (byte) operation);
    }

    static int sequence(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    static int fromAddress(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + FROM_ADDRESS_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    static int toAddress(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + TO_ADDRESS_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    static int fromPort(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset + FROM_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    static int toPort(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset + TO_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    static int index(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset + INDEX_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    static int operation(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + OPERATION_OFFSET) & 0xff;
    }

    static boolean isRetry(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + RETRY_OFFSET) != 0;
    }
}
