package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.rds4j.dpdk.internal.Native;

/** The device's own counters since it was opened. The last reading stays when the device cannot be read any more. */
final class DeviceTotals {
    private static final int COUNT = 4;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(COUNT * Long.BYTES).order(ByteOrder.nativeOrder());
    private final long address = BufferUtil.address(memory);
    private final long[] atOpen = new long[COUNT];
    private final int portId;

    DeviceTotals(final int portId) {
        this.portId = portId;
        refresh();
        for (int i = 0; i < COUNT; i++) {
            atOpen[i] = memory.getLong(i * Long.BYTES);
        }
    }

    void refresh() {
        Native.totals(portId, address);
    }

    long missed() {
        return total(0);
    }

    long receiveErrors() {
        return total(1);
    }

    long transmitErrors() {
        return total(2);
    }

    long noFrames() {
        return total(3);
    }

    private long total(final int index) {
        return memory.getLong(index * Long.BYTES) - atOpen[index];
    }
}
