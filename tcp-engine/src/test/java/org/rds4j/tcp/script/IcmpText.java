package org.rds4j.tcp.script;

import java.nio.ByteBuffer;
import java.util.Map;

/** ICMP errors (RFC 792, RFC 1191) by the names that scripts give them. */
final class IcmpText {
    private static final Map<String, int[]> TYPES = Map.of(
        "net-unreachable", new int[] {3, 0},
        "host-unreachable", new int[] {3, 1},
        "protocol-unreachable", new int[] {3, 2},
        "port-unreachable", new int[] {3, 3},
        "frag-needed", new int[] {3, 4},
        "admin-prohibited", new int[] {3, 13},
        "source-quench", new int[] {4, 0},
        "time-exceeded", new int[] {11, 0});

    private IcmpText() {
    }

    static byte[] packet(final String name, final int mtu, final byte[] quoted, final int source, final int destination) {
        final int[] type = TYPES.get(name);
        if (type == null) {
            throw new IllegalArgumentException("no ICMP error is called " + name);
        }
        final ByteBuffer buffer = ByteBuffer.allocate(28 + quoted.length);
        buffer.put((byte) 0x45).put((byte) 0).putShort((short) buffer.capacity()).putInt(0).put((byte) 64).put((byte) 1)
            .putShort((short) 0).putInt(source).putInt(destination);
        buffer.putShort(10, (short) ~TcpPacket.sum(0, buffer.array(), 0, 20));
        buffer.put((byte) type[0]).put((byte) type[1]).putShort((short) 0).putInt(mtu).put(quoted);
        buffer.putShort(22, (short) ~TcpPacket.sum(0, buffer.array(), 20, buffer.capacity()));
        return buffer.array();
    }
}
