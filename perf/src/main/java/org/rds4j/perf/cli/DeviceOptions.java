package org.rds4j.perf.cli;

import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which NIC, and who this host is on it; the same for every command that runs a host. */
final class DeviceOptions {
    @Option(names = "--device", paramLabel = "VDEV", required = true,
        description = "DPDK device string, such as net_tap0,iface=rds0 or net_af_packet0,iface=eth1, or a PCI address.")
    String device;

    @Option(names = "--address", paramLabel = "CIDR", required = true,
        description = "This host's address with its prefix length, such as 10.0.0.2/24 or 2001:db8::2/64; 'tcp' takes several.")
    String address;

    @Option(names = "--gateway", paramLabel = "HOST", description = "Next hop for other networks.")
    String gateway;

    @Option(names = "--mtu", paramLabel = "N", defaultValue = "1500",
        description = "Largest IP packet in octets (default: ${DEFAULT-VALUE}).")
    int mtu;

    /** Checks what no part would check before the device is opened. */
    void check(final CommandSpec spec) {
        Arguments.conclude(
            spec, new RdsContext().security(SecurityMode.PLAINTEXT).address(address).gateway(gateway).mtu(mtu));
    }
}
