package org.rds4j.sim.link;

import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/** Sends and receives whole frames at a port, for tests. */
public final class PortDriver {
    private final LinkPort port;
    private final FrameBurst burst = new FrameBurst(32);

    public PortDriver(final LinkPort port) {
        this.port = port;
    }

    /** Sends a frame that carries a number in its first octets. */
    public boolean send(final int number, final int length) {
        if (port.allocate(burst, 1) == 0) {
            return false;
        }
        final long address = burst.address(0);
        UnsafeApi.setMemory(address, burst.capacity(0), (byte) 0);
        UnsafeApi.putInt(address, number);
        burst.length(0, length);
        final boolean isSent = port.transmitBurst(burst) == 1;
        port.release(burst);
        return isSent;
    }

    public boolean send(final byte[] frame) {
        if (port.allocate(burst, 1) == 0) {
            return false;
        }
        for (int i = 0; i < frame.length; i++) {
            UnsafeApi.putByte(burst.address(0) + i, frame[i]);
        }
        burst.length(0, frame.length);
        final boolean isSent = port.transmitBurst(burst) == 1;
        port.release(burst);
        return isSent;
    }

    /** Takes all frames that have arrived. */
    public List<byte[]> receive() {
        final List<byte[]> frames = new ArrayList<>();
        while (port.receiveBurst(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                final byte[] frame = new byte[burst.length(i)];
                for (int j = 0; j < frame.length; j++) {
                    frame[j] = UnsafeApi.getByte(burst.address(i) + j);
                }
                frames.add(frame);
            }
            port.release(burst);
        }
        return frames;
    }

    /** Takes all frames that have arrived, by their numbers. */
    public List<Integer> receiveNumbers() {
        final List<Integer> numbers = new ArrayList<>();
        while (port.receiveBurst(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                numbers.add(UnsafeApi.getInt(burst.address(i)));
            }
            port.release(burst);
        }
        return numbers;
    }
}
