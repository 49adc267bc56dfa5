package org.rds4j.crypto.offload.record;

import org.agrona.UnsafeApi;
import org.rds4j.crypto.offload.wqe.BigEndian;
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

    /**
     * Writes what surrounds the content, which stands or will stand at {@code address + 5}.
     *
     * @param address       of the record.
     * @param contentLength octets of content, at most 16384.
     * @param contentType   of the content.
     */
    public static void frame(final long address, final int contentLength, final int contentType) {
        final long end = address + RecordHeaderFlyweight.HEADER_LENGTH + contentLength;
        RecordHeaderFlyweight.write(address, contentLength + RecordHeaderFlyweight.MIN_LENGTH);
        UnsafeApi.putByte(end, (byte) contentType);
        BigEndian.clear(end + 1, RecordHeaderFlyweight.TAG_LENGTH);
    }
}
