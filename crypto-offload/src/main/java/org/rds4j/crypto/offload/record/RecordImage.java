package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.record.RecordHeaderFlyweight;

/** A record as the device wants it: header, content, one octet of content type, 16 octets of room for the tag. */
public final class RecordImage {
    private RecordImage() {
    }

    /**
     * Octets of a record.
     *
     * @param contentLength octets of content.
     * @return with header, type and tag.
     */
    public static int length(final int contentLength) {
        return contentLength + RecordHeaderFlyweight.OVERHEAD;
    }
}
