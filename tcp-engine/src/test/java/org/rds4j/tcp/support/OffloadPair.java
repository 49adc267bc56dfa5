package org.rds4j.tcp.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.network.IpAddress;

/** Two whole stacks whose NICs offload, in virtual time: what leaves them is recorded octet by octet. */
public final class OffloadPair {
    private static final int PORT = 5000;

    public final OffloadPort portA;
    public final OffloadPort portB;
    public final OffloadHost a;
    public final OffloadHost b;
    public long nowNs = 1_000_000_000L;
    private final IpAddress server;
    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);

    /** How the stacks use their devices. */
    public record Mode(boolean deviceChecksums, int deviceSegments, LinkOffloads offloads, boolean software, boolean gro) {
        public static final Mode PLAIN = new Mode(false, 0, LinkOffloads.NONE, false, false);
        public static final Mode CHECKSUMS = new Mode(true, 0, LinkOffloads.NONE, false, false);
        public static final Mode FORCED_SOFTWARE = new Mode(true, 64, LinkOffloads.SOFTWARE, true, false);
        public static final Mode GSO = new Mode(false, 0, LinkOffloads.ALL, false, false);
        public static final Mode GSO_CHECKSUMS = new Mode(true, 0, LinkOffloads.ALL, false, false);
        public static final Mode TSO = new Mode(true, 64, LinkOffloads.ALL, false, false);
        public static final Mode GRO = new Mode(false, 0, LinkOffloads.NONE, false, true);
        public static final Mode EVERYTHING = new Mode(true, 64, LinkOffloads.ALL, false, true);
    }

    public OffloadPair(final Mode mode) {
        this(mode, TcpConfiguration.datacenter().maxConnections(2));
    }

    public OffloadPair(final Mode mode, final TcpConfiguration.Builder tcp) {
        this(mode, tcp, "10.0.0.1/24", "10.0.0.2/24");
    }

    public OffloadPair(
        final Mode mode, final TcpConfiguration.Builder tcp, final String addressA, final String addressB) {
        server = IpAddress.parse(addressB.substring(0, addressB.indexOf('/')));
        portA = new OffloadPort(link.first(), mode.deviceChecksums, mode.deviceSegments);
        portB = new OffloadPort(link.second(), mode.deviceChecksums, mode.deviceSegments);
        a = new OffloadHost(portA, addressA, tcp, mode.offloads, mode.software, mode.gro, 1);
        b = new OffloadHost(portB, addressB, tcp, mode.offloads, mode.software, mode.gro, 2);
        b.engine.listen(PORT, c -> b);
    }

    public OffloadPair connect() {
        a.connection = a.engine.connect(server.high(), server.low(), PORT, 40_000, 0, 0, a, nowNs);
        for (int i = 0; i < 10; i++) {
            turn();
        }
        assertTrue(a.connected && b.connected);
        return this;
    }

    public void turn() {
        nowNs += 100_000;
        a.receive(nowNs);
        a.send(nowNs);
        b.receive(nowNs);
        b.send(nowNs);
    }

    /** Runs until both ends have closed in order and everything has arrived. */
    public OffloadPair finish() {
        for (int i = 0; i < 200_000 && !(a.closed && b.closed); i++) {
            turn();
        }
        assertEquals(CloseReason.NORMAL, a.reason);
        assertEquals(CloseReason.NORMAL, b.reason);
        assertEquals(a.toSend, b.received);
        assertEquals(b.toSend, a.received);
        a.close();
        b.close();
        assertTrue(link.isPoolFull());
        return this;
    }

    /** What one side put onto the wire, as text. */
    public static List<String> hex(final OffloadPort port) {
        return port.wire.stream().map(HexFormat.of()::formatHex).toList();
    }
}
