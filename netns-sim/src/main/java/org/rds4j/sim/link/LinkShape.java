package org.rds4j.sim.link;

/**
 * The fixed sizes of a simulated link.
 *
 * @param mtu         largest IP packet in octets.
 * @param frames      frames in the pool that both sides share.
 * @param receiveRing frames that wait at a port until somebody takes them; more are dropped as missed.
 */
public record LinkShape(int mtu, int frames, int receiveRing) {
    /** An Ethernet of ordinary size: 1500 octets, 4096 frames, 1024 of them waiting at a port. */
    public static final LinkShape ETHERNET = new LinkShape(1500, 4096, 1024);

    /** Checks the ranges. */
    public LinkShape {
        if (mtu < 68 || mtu > 65_535) {
            throw new IllegalArgumentException("MTU " + mtu + " is not 68 to 65535");
        }
        if (frames < 1 || receiveRing < 1) {
            throw new IllegalArgumentException("a link needs at least one frame and room for one in the receive ring");
        }
    }

    /**
     * Other MTU.
     *
     * @param octets largest IP packet.
     * @return changed shape.
     */
    public LinkShape withMtu(final int octets) {
        return new LinkShape(octets, frames, receiveRing);
    }

    /**
     * Longest frame: the MTU, the Ethernet header and one VLAN tag.
     *
     * @return octets, FCS excluded.
     */
    public int maxFrameLength() {
        return mtu + 14 + 4;
    }
}
