package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.agent.RecordOpening;
import org.rds4j.crypto.record.RecordOpener;

/**
 * A record parts of which a device has decrypted, and how it is opened. All of it: the device has authenticated it too, and it is
 * taken, if the device had the key and the number that it must have. The number is the device's own count, so it is known only
 * behind another such record. Otherwise what the device decrypted is made ciphertext again and the record is opened as any other,
 * by its tag. Reused; a value between two threads.
 */
final class RecordParts implements RecordOpening {
    private final int[] starts = new int[DecryptedRanges.CAPACITY];
    private final int[] ends = new int[DecryptedRanges.CAPACITY];
    private ReceptionContext context;
    private long number;
    private int count;
    private boolean isTrusted;

    /** Begins anew, with no part. */
    void set(final ReceptionContext receptionContext, final long recordNumber) {
        context = receptionContext;
        number = recordNumber;
        count = 0;
        isTrusted = false;
    }

    /** Adds a part behind those before. */
    void add(final int start, final int end) {
        starts[count] = start;
        ends[count] = end;
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether the device has decrypted all of the record. */
    boolean isWhole(final int length) {
        return count == 1 && starts[0] == 0 && ends[0] == length;
    }

    /** All of it is decrypted, and of the record before too: the device has counted from there to here. */
    void trust() {
        isTrusted = true;
    }

    @Override
    public int open(final RecordOpener opener, final long record, final int length) {
        final boolean isOfOpener = context.generation() == opener.generation() && number == opener.recordNumber();
        if (isOfOpener && isTrusted) {
            return opener.accept(record, length);
        }
        boolean isRestored = false;
        try {
            isRestored = restore(record, length);
        } finally {
            if (!isRestored) {
                opener.refuse();
            }
        }
        return opener.open(record, length);
    }

    /** Undoes what the device did; false when the library refused. */
    private boolean restore(final long record, final int length) {
        if (!context.beginKeystream(number, length)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            context.apply(record, length, starts[i], ends[i]);
        }
        return true;
    }
}
