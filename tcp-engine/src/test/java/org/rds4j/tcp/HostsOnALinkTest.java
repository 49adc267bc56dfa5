package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkCounter;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.VlanTags;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.Octets;

/** Engines with the layers below them on one Ethernet, in virtual time. */
class HostsOnALinkTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 80;

    private final List<Host> hosts = new ArrayList<>();
    private long nowNs = 1_000 * SECOND;

    @Test
    void shouldKeepTwoVlansWithEqualAddressesAndPortsApart() {
        final Host server = host(0x02, "10.0.0.1/24", VlanTags.of(5), VlanTags.of(6));
        final Host five = host(0x05, "10.0.0.2/24", VlanTags.of(5));
        final Host six = host(0x06, "10.0.0.2/24", VlanTags.of(6));
        final List<TcpConnection> accepted = new ArrayList<>();
        server.engine.listen(PORT, c -> {
            accepted.add(c);
            return server;
        });
        five.connect("10.0.0.1", 4000);
        six.connect("10.0.0.1", 4000);
        run(SECOND);
        assertEquals(2, accepted.size(), "the same four-tuple on two VLANs is two connections");
        assertEquals(TcpState.ESTABLISHED, five.connection.state());
        assertEquals(TcpState.ESTABLISHED, six.connection.state());
        five.send(1000);
        run(SECOND);
        assertEquals(1000, accepted.get(0).receivedPosition() + accepted.get(1).receivedPosition());
        six.send(500);
        run(SECOND);
        assertEquals(1500, accepted.get(0).receivedPosition() + accepted.get(1).receivedPosition());
        assertNotEquals(accepted.get(0).receivedPosition(), accepted.get(1).receivedPosition());
        five.connection.abort();
        run(SECOND);
        assertEquals(TcpState.ESTABLISHED, six.connection.state(), "a reset stays on its VLAN");
        assertTrue(accepted.stream().filter(TcpConnection::isClosed).count() == 1);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1/24, 10.0.0.2/24", "2001:db8::1/64, 2001:db8::2/64"})
    void shouldSendTheFirstSynOnceItsNeighbourHasAnswered(final String first, final String second) {
        final Host server = host(0x01, first);
        final Host client = host(0x02, second);
        run(3 * SECOND);
        server.engine.listen(PORT, c -> server);
        final long startNs = nowNs;
        client.connect(first.split("/", 2)[0], 4000);
        while (client.connection.state() != TcpState.ESTABLISHED) {
            step();
            assertTrue(nowNs < startNs + SECOND / 10, "no SYN was lost to resolution");
        }
        assertEquals(0, client.connection.retransmissions());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/24, 10.0.0.2/24, true", "10.0.0.1/24, 10.0.0.2/24, false",
        "2001:db8::1/64, 2001:db8::2/64, true", "2001:db8::1/64, 2001:db8::2/64, false"})
    void shouldFollowAPeerToAnotherStationInTheMiddleOfAStream(
        final String first, final String second, final boolean isAnnounced) {
        final Host client = host(0x01, first);
        final Host server = host(0x02, second);
        run(3 * SECOND);
        final List<TcpConnection> accepted = new ArrayList<>();
        server.engine.listen(PORT, c -> {
            accepted.add(c);
            return server;
        });
        client.connect(second.split("/", 2)[0], 4000);
        run(SECOND);
        client.send(10_000);
        run(SECOND);
        server.moveTo(0x77, nowNs);
        run(2 * SECOND);
        if (isAnnounced) {
            server.network.announce(nowNs);
        }
        client.send(10_000);
        run(isAnnounced ? 5 * SECOND : 120 * SECOND);
        assertEquals(20_000, accepted.getFirst().receivedPosition());
        assertEquals(TcpState.ESTABLISHED, client.connection.state());
        assertEquals(isAnnounced ? 0 : 1, client.networkCounters.get(NetworkCounter.NEIGHBOUR_FAILED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.9", "2001:db8::9"})
    void shouldAnswerInTheNameOfTheAddressThatWasSpokenTo(final String spokenTo) {
        final Host server = host(0x01, "10.0.0.1/24,10.0.0.9/24,2001:db8::1/64,2001:db8::9/64");
        final Host client = host(0x02, "10.0.0.2/24,2001:db8::2/64");
        run(3 * SECOND);
        final List<TcpConnection> accepted = new ArrayList<>();
        server.engine.listen(PORT, c -> {
            accepted.add(c);
            return server;
        });
        client.connect(spokenTo, 4000);
        run(SECOND);
        assertEquals(TcpState.ESTABLISHED, client.connection.state());
        assertEquals(IpAddress.parse(spokenTo).low(), accepted.getFirst().localLow());
        client.connect(spokenTo, 4001, PORT + 1);
        run(SECOND);
        assertEquals(CloseReason.REFUSED, client.reason, "and so are resets");
    }

    private Host host(final int mac, final String addresses, final VlanTags... tags) {
        final Host host = new Host(mac, addresses, tags);
        hosts.add(host);
        return host;
    }

    private void run(final long forNs) {
        final long end = nowNs + forNs;
        while (nowNs < end) {
            step();
        }
    }

    private void step() {
        nowNs += 1_000_000;
        for (final Host from : hosts) {
            from.work(nowNs);
            while (!from.sink.isEmpty()) {
                for (final Host to : hosts) {
                    if (to != from) {
                        to.network.onFrame(from.sink.headAddress(), from.sink.headLength(), 0, nowNs);
                    }
                }
                from.sink.removeHead();
            }
        }
    }

    /** One station. */
    private static final class Host implements TcpHandler {
        private final FrameQueue sink = new FrameQueue(256, 2048);
        private final NetworkCounters networkCounters = NetworkCounters.allocate();
        private final String addresses;
        private final VlanTags[] tags;
        private final TcpEngine engine;
        private final Octets scratch = new Octets(16_384);
        private NetworkLayer network;
        private TcpConnection connection;
        private CloseReason reason;
        private long workedNs = 1_000 * SECOND;

        Host(final int mac, final String addresses, final VlanTags... tags) {
            this.addresses = addresses;
            this.tags = tags.length == 0 ? new VlanTags[] {VlanTags.NONE} : tags;
            this.network = layer(mac);
            this.engine = new TcpEngine(
                TcpConfiguration.datacenter().maxConnections(8).build(),
                Routes.of(network), new Random(mac), TcpCounters.inMemory());
            network.transport(engine);
        }

        private NetworkLayer layer(final int mac) {
            final List<InterfaceConfiguration> interfaces = new ArrayList<>();
            for (final VlanTags each : tags) {
                interfaces.add(InterfaceConfiguration.of(
                    0x0200_0000_0000L | mac, addresses, LinkCapabilities.plain(1500, 32)).withVlan(each));
            }
            return new NetworkLayer(interfaces, new Random(mac), networkCounters);
        }

        /** Another card with the same addresses takes over; what is sent still leaves with the old station address. */
        void moveTo(final int mac, final long nowNs) {
            network = layer(mac);
            network.transport(engine);
            network.poll(sink, nowNs);
        }

        void connect(final String remote, final int localPort) {
            connect(remote, localPort, PORT);
        }

        void connect(final String remote, final int localPort, final int port) {
            final IpAddress address = IpAddress.parse(remote);
            connection = engine.connect(address.high(), address.low(), port, localPort, 0, 0, this, workedNs);
        }

        void send(final int octets) {
            assertEquals(octets, connection.send(scratch.address(), octets));
        }

        void work(final long nowNs) {
            workedNs = nowNs;
            engine.onTime(nowNs);
            network.poll(sink, nowNs);
            int octets = 1;
            while (octets > 0 && sink.size() < 200) {
                octets = engine.pollControl(sink, nowNs) + engine.emit(0, sink, nowNs);
            }
        }

        @Override
        public void onConnected(final TcpConnection c) {
            reason = null;
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            c.sendSpace();
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            c.consume(c.receivedPosition());
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            c.close();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason why) {
            reason = why;
        }
    }
}
