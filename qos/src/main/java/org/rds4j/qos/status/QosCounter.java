package org.rds4j.qos.status;

/** What is counted for each lane. */
public enum QosCounter {
    /** Frames sent. */
    FRAMES(0, "frames", "frames that the lane sent"),
    /** Octets sent. */
    BYTES(1, "bytes", "octets that the lane sent, Ethernet header included, wire overhead excluded"),
    /** Frames out of turn. */
    STARVATION_RESCUES(
        2, "starvation-rescues", "frames sent out of turn because the lane had waited for the starvation floor"),
    /** Picks without a frame. */
    WITHDRAWALS(
        3, "withdrawals", "times that the lane was picked and then had no frame to send or no buffer to send it in");

    private final int slot;
    private final String label;
    private final String meaning;

    QosCounter(final int slot, final String label, final String meaning) {
        this.slot = slot;
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Where it stands among the counters of a lane.
     *
     * @return slot of 8 octets, from 0.
     */
    public int slot() {
        return slot;
    }

    /**
     * Name for people and files.
     *
     * @return lower case words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What an increment says.
     *
     * @return one line.
     */
    public String meaning() {
        return meaning;
    }
}
