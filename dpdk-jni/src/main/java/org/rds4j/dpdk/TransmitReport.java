package org.rds4j.dpdk;

/**
 * How a driver tells by {@code rte_eth_tx_descriptor_status} what it has sent, as its source says (DPDK 22.11): they take the
 * offset for different things. Of a driver that is not listed nothing is known, and its ring alone bounds what it holds; so it is
 * with those that have sent what they accepted, as net_ring, net_tap, net_af_packet, net_memif and net_pcap, which have no such
 * function.
 */
enum TransmitReport {
    /** Nothing is told. */
    NONE,
    /** The offset is a place in the ring, from the one that is filled next; the last descriptor of each packet is reported. */
    BY_PLACE,
    /** The offset is a number of descriptors in use, which falls by up to 32 at once. */
    BY_NUMBER;

    private static final int FRAME_AND_CONTEXT = 2;
    private static final int COUNTED_AT_ONCE = 32;

    /**
     * What a driver tells.
     *
     * @param driver    its name.
     * @param isModest  whether its link is never faster than 10 Gbit/s. Intel's drivers look at the descriptor after the one that
     *                  asked for a report, unless each packet asks for one; a faster device is spared that.
     * @return the way.
     */
    static TransmitReport of(final String driver, final boolean isModest) {
        return switch (driver) {
            case "net_e1000_em", "net_e1000_igb", "net_igc", "net_ixgbe", "net_i40e" -> isModest ? BY_PLACE : NONE;
            case "mlx5_pci" -> BY_NUMBER;
            default -> NONE;
        };
    }

    /** Descriptors that are reported together, at least. */
    int atOnce() {
        return this == BY_NUMBER ? COUNTED_AT_ONCE : FRAME_AND_CONTEXT;
    }

    /** Of so many descriptors in a row one is reported, where a packet has up to so many. */
    int reported(final int packet) {
        return this == BY_PLACE ? packet : 1;
    }

    /**
     * What to ask the driver for.
     *
     * @param descriptors of the ring.
     * @param placesAgo   1 for the descriptor that was filled last, up to the length of the ring.
     * @return the offset.
     */
    int offset(final int descriptors, final int placesAgo) {
        return this == BY_PLACE ? descriptors - placesAgo : placesAgo - 1;
    }
}
