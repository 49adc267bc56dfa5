package org.rds4j.dpdk;

/** What a port counts, and in which slot; the native code has the same list. */
public enum DpdkPortCounter {
    /** Frames received. */
    RECEIVED_FRAMES(0, "received-frames", "frames given to the stack"),
    /** Octets received. */
    RECEIVED_BYTES(1, "received-bytes", "octets of frames given to the stack"),
    /** Frames transmitted. */
    TRANSMITTED_FRAMES(2, "transmitted-frames", "frames the device accepted"),
    /** Octets transmitted. */
    TRANSMITTED_BYTES(3, "transmitted-bytes", "octets of frames the device accepted"),
    /** Frames dropped because they came in several segments. */
    RECEIVE_SEGMENTED(4, "receive-segmented", "frames dropped because they did not fit one buffer"),
    /** Frames left to the caller. */
    TRANSMIT_REFUSED(5, "transmit-refused", "times a frame stayed with the caller because the device took no more"),
    /** Frames dropped as too long. */
    TRANSMIT_OVERSIZED(6, "transmit-oversized", "frames dropped because they exceed the MTU"),
    /** Frames dropped as malformed. */
    TRANSMIT_MALFORMED(7, "transmit-malformed", "frames dropped because of a bad length or an offload they cannot have"),
    /** Times the pool was empty. */
    NO_FRAMES(8, "no-frames", "times allocation found the pool empty"),
    /** Times the device was given no more until it had sent some. */
    TRANSMIT_HELD(9, "transmit-held", "times frames waited because the device had two milliseconds' worth to send");

    private final int slot;
    private final String label;
    private final String meaning;

    DpdkPortCounter(final int slot, final String label, final String meaning) {
        this.slot = slot;
        this.label = label;
        this.meaning = meaning;
    }

    int slot() {
        return slot;
    }

    /**
     * Short name for tables.
     *
     * @return the label.
     */
    public String label() {
        return label;
    }

    /**
     * One line of explanation.
     *
     * @return the meaning.
     */
    public String meaning() {
        return meaning;
    }
}
