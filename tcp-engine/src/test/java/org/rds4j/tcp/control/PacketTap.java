package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Looks at every TCP segment that passes and keeps, for each connection, what {@code tcp_info} counts by the segment. */
final class PacketTap {
    private static final int TCP = 6;
    private final Map<Key, Traffic> flows = new HashMap<>();

    /** What passed on one connection. Times are the session's, in microseconds. */
    static final class Traffic {
        long segmentsOut;
        long segmentsIn;
        long dataSegmentsOut;
        long dataSegmentsIn;
        long bytesSent;
        long bytesSentAgain;
        long lastDataSentUs;
        long lastDataReceivedUs;
        long lastAckReceivedUs;
        /** When the handshake was over for this side, 0 before. */
        long establishedUs;
        int largestIn;
        private int highest;
        private boolean started;
    }

    private record Key(ByteBuffer remote, int localPort, int remotePort) {
    }

    void sent(final byte[] packet, final long timeUs) {
        final int tcp = transport(packet);
        if (tcp < 0) {
            return;
        }
        final Traffic traffic = flows.computeIfAbsent(
            new Key(address(packet, false), port(packet, tcp), port(packet, tcp + 2)), k -> new Traffic());
        traffic.segmentsOut++;
        final int length = payload(packet, tcp);
        final int sequence = ByteBuffer.wrap(packet).getInt(tcp + 4);
        final boolean isSyn = (packet[tcp + 13] & 2) != 0;
        if (isSyn || !traffic.started) {
            traffic.highest = sequence;
            traffic.started = true;
        }
        if (length > 0) {
            traffic.dataSegmentsOut++;
            traffic.bytesSent += length;
            traffic.lastDataSentUs = timeUs;
            final int end = sequence + length + (isSyn ? 1 : 0);
            final int fresh = Math.clamp((long) end - traffic.highest, 0, length);
            traffic.bytesSentAgain += length - fresh;
            traffic.highest = end - traffic.highest > 0 ? end : traffic.highest;
        }
    }

    void received(final byte[] packet, final long timeUs) {
        final int tcp = transport(packet);
        if (tcp < 0) {
            return;
        }
        final Traffic traffic = flows.computeIfAbsent(
            new Key(address(packet, true), port(packet, tcp + 2), port(packet, tcp)), k -> new Traffic());
        traffic.segmentsIn++;
        final int length = payload(packet, tcp);
        if (length > 0) {
            traffic.dataSegmentsIn++;
            traffic.lastDataReceivedUs = timeUs;
            traffic.largestIn = Math.max(traffic.largestIn, length);
        }
        if ((packet[tcp + 13] & 16) != 0) {
            traffic.lastAckReceivedUs = timeUs;
            traffic.establishedUs = traffic.establishedUs == 0 ? timeUs : traffic.establishedUs;
        }
    }

    Traffic of(final IpAddress remote, final int localPort, final int remotePort) {
        final ByteBuffer address = remote.isIpv4()
            ? ByteBuffer.allocate(4).putInt(remote.ipv4()).flip()
            : ByteBuffer.allocate(16).putLong(remote.high()).putLong(remote.low()).flip();
        return flows.getOrDefault(new Key(address, localPort, remotePort), new Traffic());
    }

    /** Offset of a whole TCP header, or -1. */
    static int transport(final byte[] packet) {
        int offset = -1;
        if (packet.length >= 20 && packet[0] >> 4 == 4 && packet[9] == TCP) {
            offset = (packet[0] & 15) * 4;
        } else if (packet.length >= 40 && packet[0] >> 4 == 6 && packet[6] == TCP) {
            offset = 40;
        }
        return offset >= 0 && packet.length >= offset + 20 ? offset : -1;
    }

    private static int payload(final byte[] packet, final int tcp) {
        return Math.max(0, packet.length - tcp - ((packet[tcp + 12] & 0xf0) >> 2));
    }

    private static int port(final byte[] packet, final int offset) {
        return (packet[offset] & 0xff) << 8 | (packet[offset + 1] & 0xff);
    }

    private static ByteBuffer address(final byte[] packet, final boolean source) {
        final boolean ipv4 = packet[0] >> 4 == 4;
        final int length = ipv4 ? 4 : 16;
        final int from = (ipv4 ? 12 : 8) + (source ? 0 : length);
        return ByteBuffer.wrap(Arrays.copyOfRange(packet, from, from + length));
    }
}
