package org.rds4j.crypto.offload.record;

/**
 * Where the octets of a stream are before encryption: records with header, content, content type and room for the tag, one
 * after the other. What stands there must not change until {@link OffloadedStream#releasable()} has passed it.
 */
public interface StreamImage {
    /**
     * Where an octet is.
     *
     * @param sequence of the octet.
     * @return its address.
     */
    long address(int sequence);

    /**
     * How many octets follow one another in memory.
     *
     * @param sequence of the first.
     * @return at least 1.
     */
    int contiguous(int sequence);

    /**
     * By what key the device reads an octet.
     *
     * @param sequence of the octet.
     * @return the memory key of all that is contiguous.
     */
    int memoryKey(int sequence);
}
