package org.rds4j.crypto.agent;

import org.rds4j.crypto.record.RecordOpener;

/** How a record is opened that does not stand in memory as it came, since a device has decrypted a part of it. */
@FunctionalInterface
public interface RecordOpening {
    /**
     * Opens the record in place, as {@link RecordOpener#open} does. Encryption thread.
     *
     * @param opener of the session, the record being its next.
     * @param record address of the header.
     * @param length octets of the whole record.
     * @return octets of content, or -1 with the reason in the opener.
     */
    int open(RecordOpener opener, long record, int length);
}
