package org.rds4j.tcp.receive;

/**
 * Knows more of the packets of a connection than their octets say, such as that a device has changed them, and learns which copy
 * of an octet became part of the stream. Engine thread; nothing here throws or allocates.
 */
public interface ReceiveWatcher {
    /**
     * Whether octets of a segment may become part of the stream. Asked before any does.
     *
     * @param address of the first, in the packet's memory; borrowed.
     * @param pieces  as which they would be {@linkplain #onTaken taken}, at most: one more than the runs held among them.
     * @return false to have the segment dropped, as if there were no memory for it.
     */
    boolean takes(long address, int pieces);

    /**
     * Octets became part of the stream that no other copy can replace; perhaps not all of their segment, perhaps beyond a gap.
     *
     * @param position of the first in the stream.
     * @param address  of the first, in the packet's memory; borrowed.
     * @param length   how many.
     */
    void onTaken(long position, long address, int length);
}
