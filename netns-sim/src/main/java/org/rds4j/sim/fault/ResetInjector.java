package org.rds4j.sim.fault;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;

/**
 * Kills TCP connections as a middlebox does: when armed, the next segment of an established connection that enters the link
 * gets its RST flag set. In order on the wire, its sequence number is just the one the receiver expects, so that the
 * reset passes RFC 5961's check; the data it carried is lost with it.
 */
public final class ResetInjector implements FrameTap {
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHERTYPE_OFFSET = 12;
    private static final short IPV4 = 0x0800;
    private static final int PROTOCOL_OFFSET = ETHERNET_HEADER + 9;
    private static final int TCP = 6;
    private static final int FLAGS_OFFSET = 13;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int SYN_RST_FIN = 0x07;
    private static final int RST = 0x04;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private Side armedFrom;
    private long injected;

    /**
     * Hits the next suitable segment.
     *
     * @param from the side that sends it.
     */
    public void arm(final Side from) {
        armedFrom = from;
    }

    /**
     * Resets injected so far.
     *
     * @return a count.
     */
    public long injected() {
        return injected;
    }

    @Override
    public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        if (from == armedFrom && length > ETHERNET_HEADER + 40) {
            frame.wrap(address, length);
            final int tcp = tcpOffset();
            if (tcp > 0 && (frame.getByte(tcp + FLAGS_OFFSET) & SYN_RST_FIN) == 0) {
                reset(tcp);
            }
        }
        return true;
    }

    private int tcpOffset() {
        final boolean isTcp = frame.getShort(ETHERTYPE_OFFSET, ByteOrder.BIG_ENDIAN) == IPV4
            && frame.getByte(PROTOCOL_OFFSET) == TCP;
        return isTcp ? ETHERNET_HEADER + (frame.getByte(ETHERNET_HEADER) & 0x0f) * 4 : 0;
    }

    private void reset(final int tcp) {
        frame.putByte(tcp + FLAGS_OFFSET, (byte) (frame.getByte(tcp + FLAGS_OFFSET) | RST));
        final int sum = ~frame.getShort(tcp + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
        final int updated = sum + RST;
        frame.putShort(tcp + CHECKSUM_OFFSET, (short) ~((updated & 0xffff) + (updated >>> 16)), ByteOrder.BIG_ENDIAN);
        injected++;
        armedFrom = null;
    }
}
