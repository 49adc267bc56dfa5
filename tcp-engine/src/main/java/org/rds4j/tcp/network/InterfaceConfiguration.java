package org.rds4j.tcp.network;

import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.MacAddress;

/**
 * One interface: who it is on the link and on the network, and how much it remembers.
 *
 * @param mac             own station address, 48 bits.
 * @param address         own IPv4 address, 32 bits.
 * @param prefixLength    bits of the address that the link's hosts share, 1 to 32.
 * @param gateway         IPv4 address of the router for everything else, 0 when there is none.
 * @param mtu             largest IP packet in octets, 68 to what the link carries.
 * @param receiveChecksum the device's verdict on received checksums is believed; false is the forced software mode.
 * @param neighbours      most hosts on the link whose address is known or asked for, 4 to 65536.
 * @param routes          most remote hosts whose route is kept ready, 1 to 1048576.
 * @param aggregation     consecutive segments of a burst go upward together (GRO).
 */
public record InterfaceConfiguration(
    long mac,
    int address,
    int prefixLength,
    int gateway,
    int mtu,
    boolean receiveChecksum,
    int neighbours,
    int routes,
    boolean aggregation) {

    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65535;
    private static final int DEFAULT_NEIGHBOURS = 1024;
    private static final int DEFAULT_ROUTES = 4096;

    /** Checks every component. */
    public InterfaceConfiguration {
        require(MacAddress.isStation(mac), "mac must be the address of one station, not " + MacAddress.format(mac));
        require(prefixLength >= 1 && prefixLength <= 32, "the prefix length must be 1 to 32, not " + prefixLength);
        require(isHostOf(address, address, prefixLength),
            "address must be that of one host, not " + Ipv4Address.format(address) + "/" + prefixLength);
        require(gateway == 0 || (gateway != address && isHostOf(gateway, address, prefixLength)),
            "gateway must be another host on the link, not " + Ipv4Address.format(gateway));
        require(mtu >= MIN_MTU && mtu <= MAX_MTU, "mtu must be 68 to 65535, not " + mtu);
        require(neighbours >= 4 && neighbours <= 1 << 16, "neighbours must be 4 to 65536, not " + neighbours);
        require(routes >= 1 && routes <= 1 << 20, "routes must be 1 to 1048576, not " + routes);
    }

    /**
     * An interface without a gateway, with the MTU and checksum offload of its link and tables of the default size.
     *
     * @param mac  own station address, 48 bits.
     * @param cidr own IPv4 address and prefix length, like {@code 192.0.2.1/24}.
     * @param link what the device offers.
     * @return the configuration.
     * @throws IllegalArgumentException when a part is out of range.
     */
    public static InterfaceConfiguration of(final long mac, final String cidr, final LinkCapabilities link) {
        final int slash = cidr.indexOf('/');
        require(slash > 0, "the address needs a prefix length, like 192.0.2.1/24: " + cidr);
        final int mtu = Math.min(link.mtu(), MAX_MTU);
        return new InterfaceConfiguration(
            mac, Ipv4Address.parse(cidr.substring(0, slash)), prefixLength(cidr, slash + 1), 0,
            mtu, link.receiveChecksum(), DEFAULT_NEIGHBOURS, DEFAULT_ROUTES, true);
    }

    /**
     * The same with a gateway.
     *
     * @param gatewayAddress of the router on the link, like {@code 192.0.2.254}.
     * @return the changed copy.
     */
    public InterfaceConfiguration withGateway(final String gatewayAddress) {
        return new InterfaceConfiguration(
            mac, address, prefixLength, Ipv4Address.parse(gatewayAddress), mtu, receiveChecksum, neighbours, routes, aggregation);
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
            mac, address, prefixLength, gateway, smallerMtu, receiveChecksum, neighbours, routes, aggregation);
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
            mac, address, prefixLength, gateway, mtu, receiveChecksum, mostNeighbours, mostRoutes, aggregation);
    }

    /**
     * The same with checksums verified in software whatever the device says: for devices that are not to be trusted.
     *
     * @return the changed copy.
     */
    public InterfaceConfiguration withSoftwareChecksums() {
        return new InterfaceConfiguration(
            mac, address, prefixLength, gateway, mtu, false, neighbours, routes, aggregation);
    }

    /**
     * The same with every received segment going upward by itself.
     *
     * @return the changed copy.
     */
    public InterfaceConfiguration withoutAggregation() {
        return new InterfaceConfiguration(
            mac, address, prefixLength, gateway, mtu, receiveChecksum, neighbours, routes, false);
    }

    /**
     * Whether a host is reached without a gateway.
     *
     * @param host 32 bits.
     * @return true when it shares the prefix.
     */
    public boolean isOnLink(final int host) {
        return ((host ^ address) & Ipv4Address.mask(prefixLength)) == 0;
    }

    /**
     * Whether an address is one host of this link: in the prefix, and neither the network's own nor its broadcast address,
     * which prefixes of 31 and 32 bits do not have (RFC 3021).
     *
     * @param host 32 bits.
     * @return true when it is.
     */
    public boolean isNeighbour(final int host) {
        return isHostOf(host, address, prefixLength);
    }

    /**
     * Whether an address means every host of the link.
     *
     * @param host 32 bits.
     * @return true for the limited broadcast and for that of the prefix.
     */
    public boolean isBroadcast(final int host) {
        return host == Ipv4Address.BROADCAST
            || (prefixLength < 31 && isOnLink(host) && (host | Ipv4Address.mask(prefixLength)) == -1);
    }

    private static boolean isHostOf(final int host, final int network, final int prefixLength) {
        final int mask = Ipv4Address.mask(prefixLength);
        final int hostBits = host & ~mask;
        final boolean isReserved = prefixLength < 31 && (hostBits == 0 || hostBits == ~mask);
        return ((host ^ network) & mask) == 0 && !isReserved && Ipv4Address.isHost(host);
    }

    private static int prefixLength(final String cidr, final int start) {
        try {
            return Integer.parseInt(cidr, start, cidr.length(), 10);
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException("the prefix length must be a number: " + cidr, e);
        }
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
