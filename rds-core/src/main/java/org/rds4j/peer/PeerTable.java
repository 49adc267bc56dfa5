package org.rds4j.peer;

/** Peers by address: open addressing, bounded at start, nothing is ever removed. Engine thread only. */
public final class PeerTable {
    private final PathServices services;
    private final Peer[] slots;
    private final int maxPeers;
    private int size;

    /**
     * An empty table.
     *
     * @param services shared by the paths of all peers.
     * @param maxPeers most peers.
     */
    public PeerTable(final PathServices services, final int maxPeers) {
        this.services = services;
        this.maxPeers = maxPeers;
        this.slots = new Peer[Integer.highestOneBit(maxPeers) * 4];
    }

    private int slotOf(final long high, final long low) {
        final long hash = (high * 31 + low) * 0x9e37_79b9_7f4a_7c15L;
        int slot = (int) (hash >>> 32) & slots.length - 1;
        while (slots[slot] != null && !slots[slot].is(high, low)) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /**
     * Finds a peer.
     *
     * @param high bits 127..64 of its address.
     * @param low  bits 63..0 of its address.
     * @return the peer, or null.
     */
    public Peer find(final long high, final long low) {
        return slots[slotOf(high, low)];
    }

    /**
     * Finds or adds a peer.
     *
     * @param high bits 127..64 of its address.
     * @param low  bits 63..0 of its address.
     * @return the peer, or null when the table is full.
     */
    public Peer findOrAdd(final long high, final long low) {
        final int slot = slotOf(high, low);
        if (slots[slot] == null && size < maxPeers) {
            slots[slot] = new Peer(services, high, low);
            size++;
        }
        return slots[slot];
    }
}
