package org.rds4j.sim.world;

import java.util.List;
import org.agrona.UnsafeApi;
import org.agrona.collections.Long2LongHashMap;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/**
 * A learning Ethernet switch over any number of ports: remembers behind which port a source address was seen, sends known
 * unicast there and everything else to all other ports. It forwards without delay; queues, rates and faults are those of
 * the links. Frames that an output port does not take are dropped and counted.
 */
public final class SimSwitch implements SimHost {
    private static final int BURST = 32;
    private static final int UNKNOWN = -1;
    private static final int HEADER_LENGTH = 14;
    private static final long GROUP_BIT = 0x01_00_00_00_00_00L;

    private final LinkPort[] ports;
    private final FrameBurst received = new FrameBurst(BURST);
    private final FrameBurst outgoing = new FrameBurst(1);
    private final Long2LongHashMap portOfAddress = new Long2LongHashMap(UNKNOWN);
    private long forwarded;
    private long dropped;

    /**
     * A switch that knows no address yet.
     *
     * @param ports its ends of the links; the switch uses them alone from now on.
     */
    public SimSwitch(final List<LinkPort> ports) {
        this.ports = ports.toArray(new LinkPort[0]);
    }

    @Override
    public int doWork(final long nowNs) {
        int work = 0;
        for (int i = 0; i < ports.length; i++) {
            int count = ports[i].receiveBurst(received);
            while (count > 0) {
                forwardAll(i);
                work += count;
                count = ports[i].receiveBurst(received);
            }
        }
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /**
     * Frames put on an output port, each copy counted.
     *
     * @return how many.
     */
    public long forwarded() {
        return forwarded;
    }

    /**
     * Frames that an output port had no buffer or no room for, and frames too short to be Ethernet.
     *
     * @return how many.
     */
    public long dropped() {
        return dropped;
    }

    private void forwardAll(final int from) {
        for (int i = 0; i < received.count(); i++) {
            if (received.length(i) < HEADER_LENGTH) {
                dropped++;
            } else {
                forward(from, received.address(i), received.length(i));
            }
        }
        ports[from].release(received);
    }

    private void forward(final int from, final long address, final int length) {
        final long destination = macAt(address);
        final long source = macAt(address + 6);
        if ((source & GROUP_BIT) == 0) {
            portOfAddress.put(source, from);
        }
        final int known = (destination & GROUP_BIT) == 0 ? (int) portOfAddress.get(destination) : UNKNOWN;
        if (known == UNKNOWN) {
            flood(from, address, length);
        } else if (known != from) {
            copyTo(known, address, length);
        }
    }

    private void flood(final int from, final long address, final int length) {
        for (int to = 0; to < ports.length; to++) {
            if (to != from) {
                copyTo(to, address, length);
            }
        }
    }

    private void copyTo(final int to, final long address, final int length) {
        final LinkPort port = ports[to];
        if (port.allocate(outgoing, 1) == 0) {
            dropped++;
            return;
        }
        if (length <= outgoing.capacity(0)) {
            UnsafeApi.copyMemory(address, outgoing.address(0), length);
            outgoing.length(0, length);
            forwarded += port.transmitBurst(outgoing);
        }
        dropped += outgoing.count();
        port.release(outgoing);
    }

    private static long macAt(final long address) {
        long mac = 0;
        for (int i = 0; i < 6; i++) {
            mac = mac << 8 | (UnsafeApi.getByte(address + i) & 0xff);
        }
        return mac;
    }
}
