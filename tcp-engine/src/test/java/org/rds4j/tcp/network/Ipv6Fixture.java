package org.rds4j.tcp.network;

import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;

import org.rds4j.tcp.link.LinkCapabilities;

/** Fixtures that speak IPv6. */
final class Ipv6Fixture {
    static final String ADDRESSES = "192.0.2.1/24,2001:db8::1/64";

    private Ipv6Fixture() {
    }

    static InterfaceConfiguration configuration() {
        return InterfaceConfiguration.of(OWN_MAC, ADDRESSES, LinkCapabilities.plain(1500, 32))
            .withGateway("192.0.2.254").withGateway("fe80::ff:fe00:3");
    }

    /** A layer that has found its addresses to be free. */
    static NetworkFixture ready(final InterfaceConfiguration configuration) {
        final NetworkFixture net = new NetworkFixture(configuration);
        net.advance(0);
        net.advance(SECOND);
        while (net.sink.next() != null) {
            net.counters.get(NetworkCounter.ND_SOLICITATION_SENT);
        }
        return net;
    }

    static NetworkFixture ready() {
        return ready(configuration());
    }

    static NetworkRoute route(final NetworkFixture net, final IpAddress remote) {
        return net.layer.route(remote.high(), remote.low());
    }
}
