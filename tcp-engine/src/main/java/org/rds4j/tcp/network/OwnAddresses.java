package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.MacAddress;

/** The addresses of one interface as the packet path needs them: who is meant, who is near, and which one to speak with. */
final class OwnAddresses {
    /** Room for addresses that routers give (RFC 4862 section 5.5). */
    private static final int MAX_ADVERTISED = 4;

    private final OwnAddress[] ipv4;
    private final OwnAddress[] ipv6;
    private int ipv6Count;

    OwnAddresses(final InterfaceConfiguration configuration) {
        final boolean isProbed = configuration.tuning().duplicateAddressProbes() > 0;
        this.ipv4 = configuration.addresses().stream().filter(InterfaceAddress::isIpv4)
            .map(address -> new OwnAddress(address, false)).toArray(OwnAddress[]::new);
        this.ipv6 = new OwnAddress[configuration.addresses().size() + 1 + MAX_ADVERTISED];
        for (final InterfaceAddress address : configuration.addresses()) {
            if (!address.isIpv4()) {
                ipv6[ipv6Count++] = new OwnAddress(address, isProbed);
            }
        }
        if (configuration.speaksIpv6() && !hasLinkLocal()) {
            ipv6[ipv6Count++] =
                new OwnAddress(new InterfaceAddress(Ipv6Address.linkLocal(configuration.mac()), 64), isProbed);
        }
    }

    private boolean hasLinkLocal() {
        for (int i = 0; i < ipv6Count; i++) {
            if (Ipv6Address.isLinkLocal(ipv6[i].high)) {
                return true;
            }
        }
        return false;
    }

    boolean hasIpv6() {
        return ipv6Count > 0;
    }

    int ipv6Count() {
        return ipv6Count;
    }

    OwnAddress ipv6(final int index) {
        return ipv6[index];
    }

    int ipv4Count() {
        return ipv4.length;
    }

    OwnAddress ipv4(final int index) {
        return ipv4[index];
    }

    /** Takes in an address that a router has given; false when there is no more room. */
    boolean add(final OwnAddress address) {
        if (ipv6Count == ipv6.length) {
            return false;
        }
        ipv6[ipv6Count++] = address;
        return true;
    }

    boolean isOwnIpv4(final int address) {
        for (final OwnAddress own : ipv4) {
            if ((int) own.low == address) {
                return true;
            }
        }
        return false;
    }

    /** The own IPv6 address of that value in whatever state, or null. */
    OwnAddress findIpv6(final long high, final long low) {
        for (int i = 0; i < ipv6Count; i++) {
            if (ipv6[i].is(high, low)) {
                return ipv6[i];
            }
        }
        return null;
    }

    /** Whether an IPv4 host shares one of the prefixes. */
    boolean isOnLinkIpv4(final int host) {
        for (final OwnAddress own : ipv4) {
            if (own.address.isOnLink(0, Ipv4Address.mappedLow(host))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an address of either family is one other host of this link. */
    boolean isNeighbour(final long high, final long low) {
        if (Ipv4Address.isMapped(high, low)) {
            return isNeighbourOf(ipv4, ipv4.length, high, low);
        }
        return (Ipv6Address.isLinkLocal(high) && hasIpv6()) || isNeighbourOf(ipv6, ipv6Count, high, low);
    }

    private static boolean isNeighbourOf(final OwnAddress[] own, final int count, final long high, final long low) {
        for (int i = 0; i < count; i++) {
            if (own[i].address.isNeighbour(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an IPv4 address means every host of the link. */
    boolean isBroadcast(final int host) {
        if (host == Ipv4Address.BROADCAST) {
            return true;
        }
        for (final OwnAddress own : ipv4) {
            final int prefixLength = own.address.prefixLength();
            final boolean isLast = (host | Ipv4Address.mask(prefixLength)) == -1;
            if (prefixLength < 31 && isLast && own.address.isOnLink(0, Ipv4Address.mappedLow(host))) {
                return true;
            }
        }
        return false;
    }

    /** Whether this host listens in an IPv6 group: that of all hosts, and those for solicitations of its addresses. */
    boolean isInGroup(final long high, final long low) {
        if (high != Ipv6Address.LINK_GROUP_HIGH || ipv6Count == 0) {
            return false;
        }
        if (low == Ipv6Address.ALL_NODES_LOW) {
            return true;
        }
        for (int i = 0; i < ipv6Count; i++) {
            if (low == Ipv6Address.solicitedNodeLow(ipv6[i].low)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a frame to that group of stations may hold a packet for one of this host's IPv6 groups. */
    boolean isInStationGroup(final long mac) {
        if (ipv6Count == 0) {
            return false;
        }
        if (mac == MacAddress.ofIpv6Group(Ipv6Address.ALL_NODES_LOW)) {
            return true;
        }
        for (int i = 0; i < ipv6Count; i++) {
            if (mac == MacAddress.ofIpv6Group(Ipv6Address.solicitedNodeLow(ipv6[i].low))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The address to speak to a host with (RFC 6724 in short): of the same family and scope, the one that shares the longest
     * prefix, of equals the first. Null when there is none.
     */
    OwnAddress sourceFor(final long remoteHigh, final long remoteLow) {
        return Ipv4Address.isMapped(remoteHigh, remoteLow)
            ? longest(ipv4, ipv4.length, remoteHigh, remoteLow, false)
            : longest(ipv6, ipv6Count, remoteHigh, remoteLow, Ipv6Address.isLinkLocal(remoteHigh));
    }

    private static OwnAddress longest(
        final OwnAddress[] own, final int count, final long high, final long low, final boolean isLinkLocal) {
        OwnAddress best = null;
        int bestLength = -1;
        for (int i = 0; i < count; i++) {
            final int common = Ipv6Address.commonPrefixLength(own[i].high, own[i].low, high, low);
            final boolean isOfScope = Ipv6Address.isLinkLocal(own[i].high) == isLinkLocal;
            if (isOfScope && own[i].state != OwnAddress.State.DUPLICATE && common > bestLength) {
                best = own[i];
                bestLength = common;
            }
        }
        return best;
    }

    /** The own address of that value if it may be spoken with, or null. */
    OwnAddress usable(final long high, final long low) {
        if (!Ipv4Address.isMapped(high, low)) {
            final OwnAddress own = findIpv6(high, low);
            return own != null && own.isUsable() ? own : null;
        }
        for (final OwnAddress own : ipv4) {
            if (own.is(high, low)) {
                return own;
            }
        }
        return null;
    }
}
