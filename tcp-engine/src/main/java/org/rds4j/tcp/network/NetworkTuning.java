package org.rds4j.tcp.network;

/**
 * The numbers of the network layer, with the values of the standards as defaults.
 *
 * @param neighbourReachableNs   nanoseconds that a neighbour stays reachable without confirmation, times 0.5 to 1.5 at random
 *                                  (RFC 4861 section 6.3.2).
 * @param neighbourDelayNs       nanoseconds that upper layers have to confirm a neighbour before it is asked.
 * @param neighbourRetransmitNs  nanoseconds between two requests to one neighbour.
 * @param neighbourRequests      requests before a neighbour has failed.
 * @param duplicateAddressProbes solicitations for an own IPv6 address before it is used (RFC 4862), 0 for none.
 * @param routerAdvertisements   routers on the link may give a gateway and addresses (RFC 4861 section 6.3).
 * @param extensionHeaders       IPv6 extension headers that a packet may have.
 * @param reassemblyContexts     packets that may be reassembled at once, 0 to drop all fragments; at most 64.
 * @param reassemblyTimeoutNs    nanoseconds that the fragments of a packet have to arrive.
 * @param icmpPerSecond          echo replies sent per second, and as many errors.
 * @param icmpPerDestination     the same to one host.
 * @param pathMtuFloorIpv4       octets; routers cannot lower an IPv4 path's MTU below this.
 * @param pathMtuLifetimeNs      nanoseconds after which a lowered path MTU is forgotten (RFC 1191 section 6.3).
 * @param probeBaseMtu           octets of packets that are taken to pass everywhere (RFC 4821 section 7.2), 1024 above TCP.
 * @param probeAfterTimeouts     timeouts of one full-size segment that mean a black hole unless others of its size arrive, 0 to
 *                                  see none (RFC 4821 section 7.7).
 * @param probeIntervalNs        nanoseconds between two searches for a larger packet size.
 */
public record NetworkTuning(
    long neighbourReachableNs,
    long neighbourDelayNs,
    long neighbourRetransmitNs,
    int neighbourRequests,
    int duplicateAddressProbes,
    boolean routerAdvertisements,
    int extensionHeaders,
    int reassemblyContexts,
    long reassemblyTimeoutNs,
    int icmpPerSecond,
    int icmpPerDestination,
    int pathMtuFloorIpv4,
    long pathMtuLifetimeNs,
    int probeBaseMtu,
    int probeAfterTimeouts,
    long probeIntervalNs) {

    /** What everything has unless it is said otherwise. */
    public static final NetworkTuning DEFAULT = new Builder().build();

    /** Checks every value; the message of the exception says which one is wrong and what would be right. */
    public NetworkTuning {
        range("neighbourReachableNs", neighbourReachableNs, 1_000_000, 1L << 53);
        range("neighbourDelayNs", neighbourDelayNs, 1_000_000, 1L << 53);
        range("neighbourRetransmitNs", neighbourRetransmitNs, 1_000_000, 1L << 53);
        range("neighbourRequests", neighbourRequests, 1, 255);
        range("duplicateAddressProbes", duplicateAddressProbes, 0, 255);
        range("extensionHeaders", extensionHeaders, 0, 255);
        range("reassemblyContexts", reassemblyContexts, 0, 64);
        range("reassemblyTimeoutNs", reassemblyTimeoutNs, 1_000_000, 1L << 53);
        range("icmpPerSecond", icmpPerSecond, 1, 1_000_000);
        range("icmpPerDestination", icmpPerDestination, 1, 1_000_000);
        range("pathMtuFloorIpv4", pathMtuFloorIpv4, 68, 65_535);
        range("pathMtuLifetimeNs", pathMtuLifetimeNs, 1_000_000, 1L << 53);
        range("probeBaseMtu", probeBaseMtu, 512, 65_535);
        range("probeAfterTimeouts", probeAfterTimeouts, 0, 255);
        range("probeIntervalNs", probeIntervalNs, 1_000_000, 1L << 53);
    }

    private static void range(final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                name + " is " + value + " but must be from " + least + " to " + most + "; set it with NetworkTuning.Builder");
        }
    }

    /**
     * The defaults, to be changed.
     *
     * @return a builder.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; {@link #build()} checks them. Setters are named for the record's components. */
    public static final class Builder {
        private long neighbourReachableNs = 30_000_000_000L;
        private long neighbourDelayNs = 5_000_000_000L;
        private long neighbourRetransmitNs = 1_000_000_000L;
        private int neighbourRequests = 3;
        private int duplicateAddressProbes = 1;
        private boolean routerAdvertisements;
        private int extensionHeaders = 8;
        private int reassemblyContexts;
        private long reassemblyTimeoutNs = 30_000_000_000L;
        private int icmpPerSecond = 1000;
        private int icmpPerDestination = 10;
        private int pathMtuFloorIpv4 = 552;
        private long pathMtuLifetimeNs = 600_000_000_000L;
        private int probeBaseMtu = 1064;
        private int probeAfterTimeouts = 2;
        private long probeIntervalNs = 600_000_000_000L;

        private Builder() {
        }

        /**
         * Sets {@link NetworkTuning#neighbourReachableNs()}.
         *
         * @param value nanoseconds that a neighbour stays reachable without confirmation, times 0.5 to 1.5 at random (RFC 4861
         *              section 6.3.2).
         * @return this.
         */
        public Builder neighbourReachableNs(final long value) {
            this.neighbourReachableNs = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#neighbourDelayNs()}.
         *
         * @param value nanoseconds that upper layers have to confirm a neighbour before it is asked.
         * @return this.
         */
        public Builder neighbourDelayNs(final long value) {
            this.neighbourDelayNs = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#neighbourRetransmitNs()}.
         *
         * @param value nanoseconds between two requests to one neighbour.
         * @return this.
         */
        public Builder neighbourRetransmitNs(final long value) {
            this.neighbourRetransmitNs = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#neighbourRequests()}.
         *
         * @param value requests before a neighbour has failed.
         * @return this.
         */
        public Builder neighbourRequests(final int value) {
            this.neighbourRequests = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#duplicateAddressProbes()}.
         *
         * @param value solicitations for an own IPv6 address before it is used (RFC 4862), 0 for none.
         * @return this.
         */
        public Builder duplicateAddressProbes(final int value) {
            this.duplicateAddressProbes = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#routerAdvertisements()}.
         *
         * @param value routers on the link may give a gateway and addresses (RFC 4861 section 6.3).
         * @return this.
         */
        public Builder routerAdvertisements(final boolean value) {
            this.routerAdvertisements = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#extensionHeaders()}.
         *
         * @param value IPv6 extension headers that a packet may have.
         * @return this.
         */
        public Builder extensionHeaders(final int value) {
            this.extensionHeaders = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#reassemblyContexts()}.
         *
         * @param value packets that may be reassembled at once, 0 to drop all fragments; at most 64.
         * @return this.
         */
        public Builder reassemblyContexts(final int value) {
            this.reassemblyContexts = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#reassemblyTimeoutNs()}.
         *
         * @param value nanoseconds that the fragments of a packet have to arrive.
         * @return this.
         */
        public Builder reassemblyTimeoutNs(final long value) {
            this.reassemblyTimeoutNs = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#icmpPerSecond()}.
         *
         * @param value echo replies sent per second, and as many errors.
         * @return this.
         */
        public Builder icmpPerSecond(final int value) {
            this.icmpPerSecond = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#icmpPerDestination()}.
         *
         * @param value the same to one host.
         * @return this.
         */
        public Builder icmpPerDestination(final int value) {
            this.icmpPerDestination = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#pathMtuFloorIpv4()}.
         *
         * @param value octets; routers cannot lower an IPv4 path's MTU below this.
         * @return this.
         */
        public Builder pathMtuFloorIpv4(final int value) {
            this.pathMtuFloorIpv4 = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#pathMtuLifetimeNs()}.
         *
         * @param value nanoseconds after which a lowered path MTU is forgotten (RFC 1191 section 6.3).
         * @return this.
         */
        public Builder pathMtuLifetimeNs(final long value) {
            this.pathMtuLifetimeNs = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#probeBaseMtu()}.
         *
         * @param value octets of packets that are taken to pass everywhere (RFC 4821 section 7.2), 1024 above TCP.
         * @return this.
         */
        public Builder probeBaseMtu(final int value) {
            this.probeBaseMtu = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#probeAfterTimeouts()}.
         *
         * @param value timeouts of one full-size segment that mean a black hole unless others of its size arrive, 0 to see none.
         * @return this.
         */
        public Builder probeAfterTimeouts(final int value) {
            this.probeAfterTimeouts = value;
            return this;
        }

        /**
         * Sets {@link NetworkTuning#probeIntervalNs()}.
         *
         * @param value nanoseconds between two searches for a larger packet size.
         * @return this.
         */
        public Builder probeIntervalNs(final long value) {
            this.probeIntervalNs = value;
            return this;
        }

        /**
         * The settings.
         *
         * @return checked.
         * @throws IllegalArgumentException when one is out of range.
         */
        public NetworkTuning build() {
            return new NetworkTuning(
                neighbourReachableNs, neighbourDelayNs, neighbourRetransmitNs, neighbourRequests,
                duplicateAddressProbes, routerAdvertisements, extensionHeaders, reassemblyContexts,
                reassemblyTimeoutNs, icmpPerSecond, icmpPerDestination, pathMtuFloorIpv4, pathMtuLifetimeNs,
                probeBaseMtu, probeAfterTimeouts, probeIntervalNs);
        }
    }
}
