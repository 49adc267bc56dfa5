package org.rds4j.tests.guest;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.Program;

/** A namespace with a bridge, on it the guest's tap device and the end of whatever a node is at. */
final class GuestNetwork implements AutoCloseable {
    /** The guest's tap device. */
    static final String GUEST = "guest0";

    private static final long START_S = 60;
    /** One for both devices, so that the guest's kernel need not learn another. */
    private static final String NODE_MAC = "02:00:00:00:00:64";

    /** How a node meets the bridge. */
    enum Device {
        /** A tap device that the node makes. */
        NET_TAP("net_tap0,mac=" + NODE_MAC + ",iface=node0", "node0"),
        /** A packet socket on one end of a veth pair. */
        NET_AF_PACKET("net_af_packet0,iface=veth1", "veth0");

        private final String string;
        private final String atBridge;

        Device(final String string, final String atBridge) {
            this.string = string;
            this.atBridge = atBridge;
        }

        String string() {
            return string;
        }
    }

    private final NetworkNamespace namespace = new NetworkNamespace();

    GuestNetwork() {
        namespace.ip("link add br0 type bridge");
        namespace.ip("link set br0 up");
        namespace.ip("tuntap add " + GUEST + " mode tap");
        namespace.ip("link set " + GUEST + " master br0 up");
        namespace.ip("link add veth0 type veth peer name veth1");
        namespace.ip("link set veth1 address " + NODE_MAC + " up");
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    /** Starts a plaintext node that is not yet on the bridge, with further properties of its context as {@code name=value}. */
    CommandProcess node(final Device device, final String cidr, final String... properties) {
        return node(device, cidr, List.of("security=plaintext"), properties);
    }

    /** The same for a node that encrypts. */
    CommandProcess node(final Device device, final String cidr, final NodeFiles credentials, final String... properties) {
        return node(device, cidr, credentials.properties(), properties);
    }

    private CommandProcess node(
        final Device device, final String cidr, final List<String> security, final String... properties) {
        final List<String> flags = new ArrayList<>(List.of(
            "device=" + device.string(), "address=" + cidr, "statusDir=none", "maxConnections=256"));
        flags.addAll(security);
        flags.addAll(List.of(properties));
        final List<String> words = new ArrayList<>(Program.java(NodeProgram.class));
        words.addAll(1, flags.stream().map(each -> "-Drds." + each).toList());
        return new CommandProcess("node", namespace.inside(words), START_S);
    }

    /**
     * Joins a node's end to the bridge, whose other address keeps the bridge from taking for its own what goes to the one that
     * net_tap gave both ends. What the bridge has learnt of the other device goes with that.
     */
    void plugIn(final Device device) {
        namespace.ip("link set " + Device.NET_AF_PACKET.atBridge + " nomaster");
        namespace.ip("link set " + device.atBridge + " address 02:00:00:00:00:99");
        namespace.ip("link set " + device.atBridge + " master br0 up");
    }

    /** Cuts the guest's link silently: neither end hears of it. */
    void cut() {
        namespace.ip("link set " + GUEST + " nomaster");
    }

    /** Mends the link that was cut. */
    void mend() {
        namespace.ip("link set " + GUEST + " master br0");
    }

    @Override
    public void close() {
        namespace.close();
    }
}
