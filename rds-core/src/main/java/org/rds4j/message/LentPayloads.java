package org.rds4j.message;

/**
 * Payloads in memory that applications lent. Each stands in a log as a block of its own behind that in which its header lies, so
 * there are never more of them than of other blocks. Engine thread only.
 */
final class LentPayloads {
    private final long[] addresses;
    private final Lender[] lenders;
    private final long[] tokens;
    private final int[] free;
    private int freeCount;

    LentPayloads(final int count) {
        addresses = new long[count];
        lenders = new Lender[count];
        tokens = new long[count];
        free = new int[count];
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
        }
        freeCount = count;
    }

    int add(final long address, final Lender lender, final long token) {
        final int index = free[--freeCount];
        addresses[index] = address;
        lenders[index] = lender;
        tokens[index] = token;
        return index;
    }

    long address(final int index) {
        return addresses[index];
    }

    Lender lender(final int index) {
        return lenders[index];
    }

    long token(final int index) {
        return tokens[index];
    }

    /** The lender's memory goes on to be used in another place. */
    void forget(final int index) {
        lenders[index] = null;
    }

    void remove(final int index) {
        final Lender lender = lenders[index];
        lenders[index] = null;
        free[freeCount++] = index;
        if (lender != null) {
            lender.onReturned(tokens[index]);
        }
    }
}
