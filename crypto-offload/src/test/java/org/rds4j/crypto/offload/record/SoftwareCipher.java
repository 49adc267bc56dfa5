package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/**
 * Encrypts any range of a stream as the device would: whole records, of which the wanted octets are copied. The record sealed
 * last is kept, so that one that leaves in many segments is sealed once. Before a record is sealed it is compared with what was
 * appended, as a part of it may have been sent.
 */
final class SoftwareCipher {
    private static final int TRAILER = 1 + RecordHeaderFlyweight.TAG_LENGTH;
    private static final int MAX_RECORD = RecordHeaderFlyweight.MAX_CONTENT_LENGTH + RecordHeaderFlyweight.OVERHEAD;

    private final RecordMap map;
    private final ImageReader image;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_RECORD);
    private final long sealed = BufferUtil.address(buffer);
    private boolean isKept;
    private int keptStart;
    private long keptNumber;
    private KeyEpoch keptEpoch;

    SoftwareCipher(final RecordMap map, final ImageReader image) {
        this.map = map;
        this.image = image;
    }

    /** Writes the ciphertext of a range that begins in a record; false when the image has changed or the library refused. */
    boolean encrypt(final int firstSlot, final int sequence, final int length, final long destination) {
        int slot = firstSlot;
        for (int done = 0; done < length;) {
            if (!seal(slot)) {
                return false;
            }
            final int skipped = sequence + done - map.startOf(slot);
            final int count = Math.min(map.lengthOf(slot) - skipped, length - done);
            UnsafeApi.copyMemory(sealed + skipped, destination + done, count);
            done += count;
            slot = map.next(slot);
        }
        return true;
    }

    /** Whether a record is as it was appended. */
    boolean isUnchanged(final int slot) {
        return image.digest(map.startOf(slot), map.lengthOf(slot)) == map.digestOf(slot);
    }

    /** A record under another key may come to stand where this one stood. */
    void forget() {
        isKept = false;
        keptEpoch = null;
    }

    private boolean seal(final int slot) {
        final int start = map.startOf(slot);
        final KeyEpoch epoch = map.epochOf(slot);
        if (isKept && keptStart == start && keptNumber == map.numberOf(slot) && keptEpoch == epoch) {
            return true;
        }
        if (!isUnchanged(slot)) {
            return false;
        }
        final int length = map.lengthOf(slot);
        final int type = image.octet(start + length - TRAILER);
        image.copy(start, length - TRAILER, sealed);
        isKept = epoch.seal(map.numberOf(slot), sealed, length - RecordHeaderFlyweight.OVERHEAD, type);
        keptStart = start;
        keptNumber = map.numberOf(slot);
        keptEpoch = epoch;
        return isKept;
    }
}
