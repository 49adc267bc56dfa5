package org.rds4j.tcp.link;

/**
 * What of segmentation is done, and where. Independent of what the device offers: what it lacks is done in software.
 *
 * @param superSegmentLength most octets of one super-segment, IP and TCP header included, 1500 to 65535; 0 switches
 * super-segments                           off, so that every segment is one pass of the stack.
 * @param deviceSegmentation super-segments are left to the device where it cuts them (TSO); false is the forced software mode.
 */
public record LinkOffloads(int superSegmentLength, boolean deviceSegmentation) {
    /** Super-segments of any length, cut by the device where it can. */
    public static final LinkOffloads ALL = new LinkOffloads(SegmentTrain.MAX_LENGTH, true);
    /** Super-segments of any length, always cut in software. */
    public static final LinkOffloads SOFTWARE = new LinkOffloads(SegmentTrain.MAX_LENGTH, false);
    /** No super-segments. */
    public static final LinkOffloads NONE = new LinkOffloads(0, false);

    private static final int LEAST_LENGTH = 1500;

    /** Checks the length. */
    public LinkOffloads {
        if (superSegmentLength != 0 && (superSegmentLength < LEAST_LENGTH || superSegmentLength > SegmentTrain.MAX_LENGTH)) {
            throw new IllegalArgumentException("superSegmentLength must be 0 or " + LEAST_LENGTH + " to "
                + SegmentTrain.MAX_LENGTH + ", not " + superSegmentLength);
        }
    }
}
