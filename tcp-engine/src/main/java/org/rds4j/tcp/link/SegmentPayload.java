package org.rds4j.tcp.link;

/** Where the payload of a {@link SegmentTrain} comes from: a stream whose octets have positions. */
public interface SegmentPayload {
    /**
     * Copies octets out.
     *
     * @param position    of the first in the stream.
     * @param destination address where they go.
     * @param length      how many.
     */
    void read(long position, long destination, int length);

    /**
     * The same, summing what is copied.
     *
     * @param position    of the first in the stream.
     * @param destination address where they go.
     * @param length      how many.
     * @return their sum for the Internet checksum (RFC 1071), not yet folded; an odd last octet counts as if a zero followed.
     */
    long readAndSum(long position, long destination, int length);
}
