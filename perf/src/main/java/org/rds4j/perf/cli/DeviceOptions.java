package org.rds4j.perf.cli;

import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which NIC, and who this host is on it; the same for every command that runs a host. */
final class DeviceOptions {
    @Option(names = "--device", paramLabel = "VDEV",
        description = "DPDK device string, such as net_tap0,iface=rds0 or net_af_packet0,iface=eth1, or a PCI address.")
    String device;

    @Option(names = "--address", paramLabel = "CIDR",
        description = "This host's address with its prefix length, such as 10.0.0.2/24 or 2001:db8::2/64; 'tcp' takes several.")
    String address;

    @Option(names = "--gateway", paramLabel = "HOST", description = "Next hop for other networks.")
    String gateway;

    @Option(names = "--mtu", paramLabel = "N", defaultValue = "1500",
        description = "Largest IP packet in octets (default: ${DEFAULT-VALUE}).")
    int mtu;

    /** Whether any of what a host needs was said. */
    boolean isGiven() {
        return device != null || address != null;
    }

    /** Not left to the parser: a tool that uses a node that runs already needs neither. */
    void require(final CommandSpec spec) {
        if (device == null || address == null) {
            throw new ParameterException(spec.commandLine(), "missing required option: "
                + (device == null ? "--device VDEV" : "--address CIDR"));
        }
    }

    /** Checks what no part would check before the device is opened. */
    void check(final CommandSpec spec) {
        require(spec);
        String router = gateway;
        for (final String each : address.split(",", -1)) {
            Arguments.conclude(
                spec, new RdsContext().security(SecurityMode.PLAINTEXT).address(each).gateway(router).mtu(mtu));
            router = null; // the gateway is near the first address
        }
    }
}
