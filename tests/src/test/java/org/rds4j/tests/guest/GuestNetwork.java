package org.rds4j.tests.guest;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;

/** A namespace with a bridge, on it the guest's tap device and the end of whatever a node is at. */
final class GuestNetwork implements AutoCloseable {
    /** The guest's tap device. */
    static final String GUEST = "guest0";

    private static final String NODE = "node0";

    /** How a node meets the bridge. */
    enum Device {
        /** A tap device that the node makes. */
        NET_TAP("net_tap0,mac=fixed,iface=" + NODE),
        /** A packet socket on one end of a veth pair. */
        NET_AF_PACKET("net_af_packet0,iface=node1");

        private final String string;

        Device(final String string) {
            this.string = string;
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
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    /** Starts a node, with further properties of its context as {@code name=value}. */
    CommandProcess node(final Device device, final String cidr, final String... properties) {
        final List<String> flags = new ArrayList<>(List.of("device=" + device.string(), "address=" + cidr, "statusDir=none",
            "security=plaintext", "maxConnections=64"));
        flags.addAll(List.of(properties));
        final List<String> words = new ArrayList<>(Program.java(NodeProgram.class));
        words.addAll(1, flags.stream().map(each -> "-Drds." + each).toList());
        return start(device, "node", words);
    }

    /** Starts a program that is at the bridge by a device; one at a time. */
    CommandProcess start(final Device device, final String name, final List<String> words) {
        if (device == Device.NET_AF_PACKET && !Program.succeeds("ip", "-n", namespace.name(), "link", "show", NODE)) {
            namespace.ip("link add " + NODE + " type veth peer name node1");
            namespace.ip("link set node1 up");
        }
        final CommandProcess process = new CommandProcess(name, namespace.inside(words), 30);
        plugIn();
        return process;
    }

    /** Joins the node's end to the bridge, which would keep for itself what goes to the address that net_tap gave both ends. */
    private void plugIn() {
        namespace.ip("link set " + NODE + " address 02:00:00:00:00:99");
        namespace.ip("link set " + NODE + " master br0 up");
    }

    /** Cuts the link silently: neither end hears of it. */
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
