package org.rds4j.tcp.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An ordered batch of off-heap frames, held as descriptors in native memory so that one native call can fill or drain it.
 * Not thread safe; reused, never allocated per burst.
 * <pre>
 *   0        8                  16        20      24        28        30      32
 *   +--------+------------------+---------+-------+---------+---------+-------+
 *   | handle | address of octet 0 | length | flags | capacity | vlanTci | mss |   native byte order
 *   +--------+------------------+---------+-------+---------+---------+-------+
 * </pre>
 * The handle names the frame to the port it came from (for DPDK the {@code rte_mbuf} pointer) and means nothing to
 * anyone else. Address, length and capacity are in octets; capacity counts from the address.
 */
public final class FrameBurst {
    /** Octets of one descriptor. */
    public static final int DESCRIPTOR_LENGTH = 32;
    /** Offset of the 64-bit frame handle. */
    public static final int HANDLE_OFFSET = 0;
    /** Offset of the 64-bit address of the frame's first octet. */
    public static final int ADDRESS_OFFSET = 8;
    /** Offset of the 32-bit frame length. */
    public static final int LENGTH_OFFSET = 16;
    /** Offset of the 32-bit flags. */
    public static final int FLAGS_OFFSET = 20;
    /** Offset of the 32-bit count of octets that may be written from the address on. */
    public static final int CAPACITY_OFFSET = 24;
    /** Offset of the 16-bit VLAN tag control information. */
    public static final int VLAN_TCI_OFFSET = 28;
    /** Offset of the 16-bit count of payload octets in each segment that a device cuts. */
    public static final int SEGMENT_SIZE_OFFSET = 30;

    /** Received: the device verified the IPv4 header checksum and found it right. */
    public static final int FLAG_IP_CHECKSUM_GOOD = 0x01;
    /** Received: the device found the IPv4 header checksum wrong. */
    public static final int FLAG_IP_CHECKSUM_BAD = 0x02;
    /** Received: the device verified the TCP or UDP checksum and found it right. */
    public static final int FLAG_L4_CHECKSUM_GOOD = 0x04;
    /** Received: the device found the TCP or UDP checksum wrong. */
    public static final int FLAG_L4_CHECKSUM_BAD = 0x08;
    /** Received: a VLAN tag was taken out of the frame and stands in the descriptor. To transmit: insert that tag. */
    public static final int FLAG_VLAN = 0x10;
    /** Where the tag control information stands in the flags that a {@link FrameSink} is given with {@link #FLAG_VLAN}. */
    public static final int VLAN_TCI_SHIFT = 16;
    /** Received: the IPv4 header checksum in the frame is not valid, but the device vouches for the header all the same. */
    public static final int FLAG_IP_CHECKSUM_NONE = 0x20;
    /** Received: the TCP or UDP checksum in the frame is not valid, but the device vouches for the octets all the same. */
    public static final int FLAG_L4_CHECKSUM_NONE = 0x40;
    /** To transmit: compute the IPv4 header checksum; the field holds 0. */
    public static final int FLAG_COMPUTE_IP_CHECKSUM = 0x100;
    /** To transmit: compute the TCP checksum; the field holds the sum of the pseudo-header. */
    public static final int FLAG_COMPUTE_TCP_CHECKSUM = 0x200;
    /**
     * To transmit: cut the TCP payload into segments of {@link #segmentSize} (TSO). Asks for both checksums as well; the TCP
     * field holds the sum of the pseudo-header without its length.
     */
    public static final int FLAG_SEGMENT = 0x400;
    /** To transmit: the frame goes on in the next descriptor's octets. Only with {@link #FLAG_SEGMENT} on its first. */
    public static final int FLAG_CONTINUES = 0x800;

    private final UnsafeBuffer descriptors;
    private final int capacity;
    private int count;

    /**
     * An empty burst.
     *
     * @param capacity most frames it holds.
     */
    public FrameBurst(final int capacity) {
        this.capacity = capacity;
        this.descriptors = new UnsafeBuffer(
            ByteBuffer.allocateDirect(capacity * DESCRIPTOR_LENGTH).order(ByteOrder.nativeOrder()));
    }

    /**
     * The flags by which a {@link FrameSink} learns of a tag to insert.
     *
     * @param tci tag control information, 16 bits.
     * @return {@link #FLAG_VLAN} with the tag above it.
     */
    public static int vlanFlags(final int tci) {
        return FLAG_VLAN | tci << VLAN_TCI_SHIFT;
    }

    /**
     * Where the descriptors lie, for native code.
     *
     * @return address of descriptor 0.
     */
    public long descriptorsAddress() {
        return descriptors.addressOffset();
    }

    /**
     * Most frames the burst holds.
     *
     * @return the capacity in frames.
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Frames in the burst.
     *
     * @return the count.
     */
    public int count() {
        return count;
    }

    /**
     * Sets the number of frames after native code has filled descriptors.
     *
     * @param count frames now in the burst.
     */
    public void count(final int count) {
        this.count = count;
    }

    /**
     * Frames that can still be added.
     *
     * @return room in frames.
     */
    public int room() {
        return capacity - count;
    }

    /** Forgets every frame; the caller has given them on. */
    public void clear() {
        count = 0;
    }

    /**
     * Appends a frame.
     *
     * @param handle       the port's name for it.
     * @param address      of its first octet.
     * @param length       octets of the frame.
     * @param flags        {@code FLAG_} bits.
     * @param frameCapacity octets that may be written from the address on.
     */
    public void add(final long handle, final long address, final int length, final int flags, final int frameCapacity) {
        final int offset = count * DESCRIPTOR_LENGTH;
        descriptors.putLong(offset + HANDLE_OFFSET, handle);
        descriptors.putLong(offset + ADDRESS_OFFSET, address);
        descriptors.putInt(offset + LENGTH_OFFSET, length);
        descriptors.putInt(offset + FLAGS_OFFSET, flags);
        descriptors.putInt(offset + CAPACITY_OFFSET, frameCapacity);
        descriptors.putInt(offset + VLAN_TCI_OFFSET, 0);
        count++;
    }

    /**
     * Moves the last frame of this burst to the end of another; ownership moves with it.
     *
     * @param destination with room for one more.
     */
    public void moveLastTo(final FrameBurst destination) {
        count--;
        final long from = descriptors.addressOffset() + (long) count * DESCRIPTOR_LENGTH;
        final long to = destination.descriptors.addressOffset()
            + (long) Objects.checkIndex(destination.count, destination.capacity) * DESCRIPTOR_LENGTH;
        for (int i = 0; i < DESCRIPTOR_LENGTH; i += Long.BYTES) {
            UnsafeApi.putLong(to + i, UnsafeApi.getLong(from + i));
        }
        destination.count++;
    }

    /**
     * Appends the descriptor of a frame of this burst to another, which owns the frame from then on: this burst is to be cleared
     * without being released.
     *
     * @param index       of the frame here.
     * @param destination with room for one more.
     */
    public void copyTo(final int index, final FrameBurst destination) {
        destination.descriptors.putBytes(
            destination.count * DESCRIPTOR_LENGTH, descriptors, index * DESCRIPTOR_LENGTH, DESCRIPTOR_LENGTH);
        destination.count++;
    }

    /**
     * Removes frames from the front, as after a partial transmit.
     *
     * @param accepted how many.
     */
    public void discardFirst(final int accepted) {
        final int rest = count - accepted;
        if (rest > 0 && accepted > 0) {
            descriptors.putBytes(0, descriptors, accepted * DESCRIPTOR_LENGTH, rest * DESCRIPTOR_LENGTH);
        }
        count = rest;
    }

    /**
     * The port's name for a frame.
     *
     * @param index of the frame.
     * @return its handle.
     */
    public long handle(final int index) {
        return descriptors.getLong(index * DESCRIPTOR_LENGTH + HANDLE_OFFSET);
    }

    /**
     * Where a frame lies.
     *
     * @param index of the frame.
     * @return address of its first octet.
     */
    public long address(final int index) {
        return descriptors.getLong(index * DESCRIPTOR_LENGTH + ADDRESS_OFFSET);
    }

    /**
     * Octets of a frame, Ethernet header included, FCS excluded.
     *
     * @param index of the frame.
     * @return its length.
     */
    public int length(final int index) {
        return descriptors.getInt(index * DESCRIPTOR_LENGTH + LENGTH_OFFSET);
    }

    /**
     * Sets the octets of a frame.
     *
     * @param index  of the frame.
     * @param length at most its capacity.
     */
    public void length(final int index, final int length) {
        descriptors.putInt(index * DESCRIPTOR_LENGTH + LENGTH_OFFSET, length);
    }

    /**
     * The {@code FLAG_} bits of a frame.
     *
     * @param index of the frame.
     * @return its flags.
     */
    public int flags(final int index) {
        return descriptors.getInt(index * DESCRIPTOR_LENGTH + FLAGS_OFFSET);
    }

    /**
     * Sets the {@code FLAG_} bits of a frame.
     *
     * @param index of the frame.
     * @param flags its flags.
     */
    public void flags(final int index, final int flags) {
        descriptors.putInt(index * DESCRIPTOR_LENGTH + FLAGS_OFFSET, flags);
    }

    /**
     * Octets that may be written from the frame's address on.
     *
     * @param index of the frame.
     * @return its capacity.
     */
    public int capacity(final int index) {
        return descriptors.getInt(index * DESCRIPTOR_LENGTH + CAPACITY_OFFSET);
    }

    /**
     * VLAN tag control information (PCP, DEI, VID), valid with {@link #FLAG_VLAN}.
     *
     * @param index of the frame.
     * @return 16 bits.
     */
    public int vlanTci(final int index) {
        return descriptors.getShort(index * DESCRIPTOR_LENGTH + VLAN_TCI_OFFSET) & 0xffff;
    }

    /**
     * Sets the VLAN tag control information.
     *
     * @param index of the frame.
     * @param tci   16 bits.
     */
    public void vlanTci(final int index, final int tci) {
        descriptors.putShort(index * DESCRIPTOR_LENGTH + VLAN_TCI_OFFSET, (short) tci);
    }

    /**
     * Octets of payload in each segment that the device cuts, valid with {@link #FLAG_SEGMENT}.
     *
     * @param index of the frame.
     * @return 16 bits.
     */
    public int segmentSize(final int index) {
        return descriptors.getShort(index * DESCRIPTOR_LENGTH + SEGMENT_SIZE_OFFSET) & 0xffff;
    }

    /**
     * Sets the octets of payload in each segment.
     *
     * @param index of the frame.
     * @param size  16 bits.
     */
    public void segmentSize(final int index, final int size) {
        descriptors.putShort(index * DESCRIPTOR_LENGTH + SEGMENT_SIZE_OFFSET, (short) size);
    }
}
