package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.EthernetFlyweight;

/**
 * The tags that name an interface on its link (IEEE 802.1Q, 802.1ad). The priority bits of what is sent are 0; of what is
 * received they are ignored.
 *
 * @param serviceId id of the outer S-tag (0x88a8), 0 for none.
 * @param id        id of the C-tag (0x8100), 0 for none.
 */
public record VlanTags(int serviceId, int id) {
    /** An interface without tags. */
    public static final VlanTags NONE = new VlanTags(0, 0);

    /** The id 4095 is reserved. */
    private static final int MAX_ID = 4094;

    /** Checks both ids. */
    public VlanTags {
        if (serviceId < 0 || serviceId > MAX_ID || id < 0 || id > MAX_ID) {
            throw new IllegalArgumentException(
                "a VLAN id must be 1 to " + MAX_ID + ", or 0 for no tag: " + serviceId + ", " + id);
        }
    }

    /**
     * One C-tag.
     *
     * @param id 1 to 4094.
     * @return the tags.
     */
    public static VlanTags of(final int id) {
        return new VlanTags(0, id);
    }

    /**
     * Both ids in one number.
     *
     * @return unique per pair, 0 for {@link #NONE}.
     */
    public int key() {
        return key(serviceId, id);
    }

    static int key(final int serviceId, final int id) {
        return serviceId << 12 | id;
    }

    /**
     * Octets that the tags take in a frame.
     *
     * @return 0, 4 or 8.
     */
    public int length() {
        return ((serviceId != 0 ? 1 : 0) + (id != 0 ? 1 : 0)) * EthernetFlyweight.VLAN_TAG_LENGTH;
    }
}
