package org.rds4j.tcp.link;

/**
 * What a device offers, as data rather than as build flags. A capability that is absent is done in software by the stack.
 *
 * @param mtu             largest IP packet in octets that one frame carries; the Ethernet header and VLAN tag come on top.
 * @param maxBurst        frames that one burst may hold to good effect.
 * @param receiveChecksum the device verifies IPv4, TCP and UDP checksums and says so in the frame flags.
 * @param transmitChecksum the device fills in IPv4 and TCP checksums when the frame flags ask for it.
 * @param segmentation    most descriptors of one TCP super-segment that the device cuts (TSO), 0 when it cuts none.
 * @param vlanStrip       the device moves a received 802.1Q tag from the frame to the descriptor.
 * @param vlanInsert      the device inserts the 802.1Q tag given in the descriptor.
 * @param rssHash         the device spreads flows over queues by a Toeplitz hash.
 */
public record LinkCapabilities(
    int mtu,
    int maxBurst,
    boolean receiveChecksum,
    boolean transmitChecksum,
    int segmentation,
    boolean vlanStrip,
    boolean vlanInsert,
    boolean rssHash) {

    /**
     * A device that only moves frames.
     *
     * @param mtu      largest IP packet in octets.
     * @param maxBurst frames that one burst may hold to good effect.
     * @return capabilities with every offload absent.
     */
    public static LinkCapabilities plain(final int mtu, final int maxBurst) {
        return new LinkCapabilities(mtu, maxBurst, false, false, 0, false, false, false);
    }
}
