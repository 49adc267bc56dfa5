package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.dpdk.internal.Native;

/** Where the fields of an mbuf lie, asked of the library once; and what Java needs to know of an mbuf on the packet path. */
final class MbufLayout {
    /** Octets DPDK keeps free before a frame. */
    static final int HEADROOM;

    private static final int STRUCT_LENGTH;
    private static final int POOL_OFFSET;
    private static final int REFERENCES_OFFSET;
    private static final int SEGMENTS_OFFSET;
    private static final int FLAGS_OFFSET;
    private static final long ATTACHED_FLAGS;

    static {
        final ByteBuffer layout = ByteBuffer.allocateDirect(7 * Long.BYTES).order(ByteOrder.nativeOrder());
        Native.mbufLayout(BufferUtil.address(layout));
        STRUCT_LENGTH = (int) layout.getLong(0);
        HEADROOM = (int) layout.getLong(8);
        POOL_OFFSET = (int) layout.getLong(16);
        REFERENCES_OFFSET = (int) layout.getLong(24);
        SEGMENTS_OFFSET = (int) layout.getLong(32);
        FLAGS_OFFSET = (int) layout.getLong(40);
        ATTACHED_FLAGS = layout.getLong(48);
    }

    private MbufLayout() {
    }

    /** First octet of an empty frame: in our pools the buffer follows the struct. */
    static long frameAddress(final long handle) {
        return handle + STRUCT_LENGTH + HEADROOM;
    }

    /** Whether the frame may go to the cache as it is: of this pool, one segment, one reference, its own buffer. */
    static boolean isPlain(final long handle, final long pool) {
        return UnsafeApi.getLong(handle + POOL_OFFSET) == pool
            && UnsafeApi.getShort(handle + REFERENCES_OFFSET) == 1
            && UnsafeApi.getShort(handle + SEGMENTS_OFFSET) == 1
            && (UnsafeApi.getLong(handle + FLAGS_OFFSET) & ATTACHED_FLAGS) == 0;
    }
}
