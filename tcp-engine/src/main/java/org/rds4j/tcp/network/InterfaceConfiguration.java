package org.rds4j.tcp.network;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.MacAddress;

/**
 * One interface: who it is on the link and on the network, and how much it remembers. It speaks IPv6 when one of its
 * addresses is IPv6 or router advertisements are believed; it has a link-local address then.
 *
 * @param mac             own station address, 48 bits.
 * @param addresses       own addresses of both families, at most 16; of several that would do, the first is the source.
 * @param gatewayIpv4     router for everything else, or {@link IpAddress#UNSPECIFIED}.
 * @param gatewayIpv6     router for everything else, link-local or in one of the prefixes, or {@link IpAddress#UNSPECIFIED}.
 * @param vlan            the tags that belong to this interface.
 * @param mtu             largest IP packet in octets, tags not counted, 68 to what the link carries; 1280 at least for IPv6.
 * @param receiveChecksum the device's verdict on received checksums is believed; false is the forced software mode.
 * @param vlanInsert      the device inserts a C-tag that stands alone; false is the forced software mode.
 * @param neighbours      most hosts on the link whose address is known or asked for, 4 to 65536.
 * @param routes          most remote hosts whose route and path MTU are kept ready, 1 to 1048576.
 * @param aggregation     consecutive segments of a burst go upward together (GRO).
 * @param tuning          the numbers.
 */
public record InterfaceConfiguration(
    long mac,
    List<InterfaceAddress> addresses,
    IpAddress gatewayIpv4,
    IpAddress gatewayIpv6,
    VlanTags vlan,
    int mtu,
    boolean receiveChecksum,
    boolean vlanInsert,
    int neighbours,
    int routes,
    boolean aggregation,
    NetworkTuning tuning) {

    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65535;
    private static final int MAX_ADDRESSES = 16;
    private static final int DEFAULT_NEIGHBOURS = 1024;
    private static final int DEFAULT_ROUTES = 4096;

    /** Checks every component. */
    public InterfaceConfiguration {
        addresses = List.copyOf(addresses);
        require(MacAddress.isStation(mac), "mac must be the address of one station, not " + MacAddress.format(mac));
        require(addresses.size() <= MAX_ADDRESSES, "an interface has at most " + MAX_ADDRESSES + " addresses");
        require(addresses.stream().map(InterfaceAddress::address).distinct().count() == addresses.size(),
            "an address may be given once only");
        require(isUnsetOrNeighbour(gatewayIpv4, addresses),
            "gateway must be another host on the link, not " + gatewayIpv4);
        require(Ipv6Address.isLinkLocal(gatewayIpv6.high()) || isUnsetOrNeighbour(gatewayIpv6, addresses),
            "gateway must be another host on the link, not " + gatewayIpv6);
        require(mtu >= MIN_MTU && mtu <= MAX_MTU, "mtu must be 68 to 65535, not " + mtu);
        require(mtu >= Ipv6Flyweight.MIN_MTU || !speaksIpv6(addresses, tuning), "IPv6 needs an mtu of 1280, not " + mtu);
        require(neighbours >= 4 && neighbours <= 1 << 16, "neighbours must be 4 to 65536, not " + neighbours);
        require(routes >= 1 && routes <= 1 << 20, "routes must be 1 to 1048576, not " + routes);
    }

    private static boolean isUnsetOrNeighbour(final IpAddress gateway, final List<InterfaceAddress> addresses) {
        return gateway.equals(IpAddress.UNSPECIFIED)
            || (addresses.stream().anyMatch(own -> own.isNeighbour(gateway.high(), gateway.low()))
            && addresses.stream().noneMatch(own -> own.address().equals(gateway)));
    }

    private static boolean speaksIpv6(final List<InterfaceAddress> addresses, final NetworkTuning tuning) {
        return tuning.routerAdvertisements() || addresses.stream().anyMatch(own -> !own.isIpv4());
    }

    /**
     * An interface without a gateway or tags, with the MTU and offloads of its link and tables of the default size.
     *
     * @param mac  own station address, 48 bits.
     * @param cidr own addresses with prefix lengths, with commas between: {@code 192.0.2.1/24,2001:db8::1/64}.
     * @param link what the device offers.
     * @return the configuration.
     * @throws IllegalArgumentException when a part is out of range.
     */
    public static InterfaceConfiguration of(final long mac, final String cidr, final LinkCapabilities link) {
        final List<InterfaceAddress> addresses = new ArrayList<>();
        for (final String one : cidr.split(",", -1)) {
            addresses.add(InterfaceAddress.parse(one));
        }
        return new InterfaceConfiguration(
            mac, addresses, IpAddress.UNSPECIFIED, IpAddress.UNSPECIFIED, VlanTags.NONE, Math.min(link.mtu(), MAX_MTU),
            link.receiveChecksum(), link.vlanInsert(), DEFAULT_NEIGHBOURS, DEFAULT_ROUTES, true, NetworkTuning.DEFAULT);
    }

    /**
     * The same with one more address.
     *
     * @param cidr the address with its prefix length.
     * @return the changed copy.
     */
    public InterfaceConfiguration withAddress(final String cidr) {
        final List<InterfaceAddress> more = new ArrayList<>(addresses);
        more.add(InterfaceAddress.parse(cidr));
        return new InterfaceConfiguration(
            mac, more, gatewayIpv4, gatewayIpv6, vlan, mtu, receiveChecksum, vlanInsert,
            neighbours, routes, aggregation, tuning);
    }

    /**
     * The same with a gateway for the family of its address.
     *
     * @param gateway of the router on the link, like {@code 192.0.2.254} or {@code fe80::1}.
     * @return the changed copy.
     */
    public InterfaceConfiguration withGateway(final String gateway) {
        final IpAddress address = IpAddress.parse(gateway);
        return new InterfaceConfiguration(
            mac, addresses, address.isIpv4() ? address : gatewayIpv4, address.isIpv4() ? gatewayIpv6 : address,
            vlan, mtu, receiveChecksum, vlanInsert,
            neighbours, routes, aggregation, tuning);
    }

    /**
     * The same with a smaller MTU than the link's.
     *
     * @param smallerMtu in octets.
     * @return the changed copy.
     */
    public InterfaceConfiguration withMtu(final int smallerMtu) {
        require(smallerMtu <= mtu, "mtu " + smallerMtu + " exceeds the link's " + mtu);
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, vlan, smallerMtu, receiveChecksum, vlanInsert,
            neighbours, routes, aggregation, tuning);
    }

    /**
     * The same with tables of other sizes.
     *
     * @param mostNeighbours hosts on the link.
     * @param mostRoutes     remote hosts.
     * @return the changed copy.
     */
    public InterfaceConfiguration withTables(final int mostNeighbours, final int mostRoutes) {
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, vlan, mtu, receiveChecksum, vlanInsert,
            mostNeighbours, mostRoutes, aggregation, tuning);
    }

    /**
     * The same with checksums verified in software whatever the device says: for devices that are not to be trusted.
     *
     * @return the changed copy.
     */
    public InterfaceConfiguration withSoftwareChecksums() {
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, vlan, mtu, false, vlanInsert, neighbours, routes, aggregation, tuning);
    }

    /**
     * The same with every received segment going upward by itself.
     *
     * @return the changed copy.
     */
    public InterfaceConfiguration withoutAggregation() {
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, vlan, mtu, receiveChecksum, vlanInsert,
            neighbours, routes, false, tuning);
    }

    /**
     * The same behind tags.
     *
     * @param tags of every frame of this interface.
     * @return the changed copy.
     */
    public InterfaceConfiguration withVlan(final VlanTags tags) {
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, tags, mtu, receiveChecksum, vlanInsert,
            neighbours, routes, aggregation, tuning);
    }

    /**
     * The same with other numbers.
     *
     * @param numbers replace the present ones.
     * @return the changed copy.
     */
    public InterfaceConfiguration withTuning(final NetworkTuning numbers) {
        return new InterfaceConfiguration(
            mac, addresses, gatewayIpv4, gatewayIpv6, vlan, mtu, receiveChecksum, vlanInsert,
            neighbours, routes, aggregation, numbers);
    }

    /**
     * Whether the interface speaks IPv6.
     *
     * @return false for IPv4 alone.
     */
    public boolean speaksIpv6() {
        return speaksIpv6(addresses, tuning);
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
