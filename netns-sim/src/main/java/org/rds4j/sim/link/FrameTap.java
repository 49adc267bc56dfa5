package org.rds4j.sim.link;

/**
 * Somebody in the middle of a link: sees every frame, may change its octets in place, and may take it out. To put frames
 * in, see {@link SimLink#inject}. The memory is borrowed for the call.
 */
public interface FrameTap {
    /**
     * A frame enters the wire, before chance does anything to it.
     *
     * @param from    side that sent it.
     * @param address of the first octet.
     * @param length  octets.
     * @param nowNs   virtual time.
     * @return false to take the frame out.
     */
    default boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        return true;
    }

    /**
     * A frame leaves the wire and is about to be queued at the port of the far side.
     *
     * @param from    side that sent it.
     * @param address of the first octet.
     * @param length  octets.
     * @param nowNs   virtual time.
     */
    default void onLeaving(final Side from, final long address, final int length, final long nowNs) {
    }
}
