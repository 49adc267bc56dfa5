package org.rds4j.crypto.offload.record;

/** How an {@link OffloadedStream} has a record sealed where it stands, by whoever may compute that. */
@FunctionalInterface
public interface SealRequest {
    /**
     * Asks for it; {@link OffloadedStream#onSealed} answers, at any time from now on.
     *
     * @param position     of the record, low 32 bits.
     * @param length       octets with header, type and tag.
     * @param recordNumber under the key it was framed with.
     * @param digest       that its octets must still have.
     * @return false when that is not possible now; it is asked for again.
     */
    boolean seal(int position, int length, long recordNumber, long digest);
}
