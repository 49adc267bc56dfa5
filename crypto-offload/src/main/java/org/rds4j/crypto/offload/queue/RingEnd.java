package org.rds4j.crypto.offload.queue;

/** What happens to an element that does not fit before the end of the ring. Devices take both. */
public enum RingEnd {
    /** The rest of the ring is filled with elements that do nothing, as Linux does. */
    PAD,
    /** The element continues at the start of the ring, as in libxlio. */
    WRAP
}
