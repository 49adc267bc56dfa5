package org.rds4j.sim.check;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What one life of a socket sent to a destination. Keeps the lengths of messages on the way; a message passed over is one
 * that may be missing and was followed by another.
 */
final class Flow {
    private static final int NEIGHBOURS = 1024;
    private static final long LIFE_STEP = 0x9e3779b97f4a7c15L;
    private static final long NONE = -1;

    private final PayloadPattern pattern;
    private final long sourceInLife;
    private final long destination;
    private final int life;
    private int[] lengths = new int[4];
    private long sent;
    private long next;
    private long cancelledBefore;
    private long gapStart;
    private long gapEnd;
    /** The last event that is known to have changed nothing for this flow. */
    private long calmSince;
    private boolean isOver;

    Flow(final PayloadPattern pattern, final long source, final long destination, final int life, final long calmSince) {
        this.pattern = pattern;
        this.sourceInLife = source + life * LIFE_STEP;
        this.destination = destination;
        this.life = life;
        this.calmSince = calmSince;
    }

    int life() {
        return life;
    }

    long sent() {
        return sent;
    }

    /** Of the first message that may still come. */
    long next() {
        return next;
    }

    void fillNext(final MutableDirectBuffer buffer, final int offset, final int length) {
        pattern.fill(sourceInLife, destination, sent, buffer, offset, length);
    }

    void onSent(final int length) {
        if (sent - next == lengths.length) {
            grow();
        }
        lengths[slot(sent++)] = length;
    }

    void takeBack() {
        sent--;
    }

    private void grow() {
        final int[] larger = new int[2 * lengths.length];
        for (long i = next; i < sent; i++) {
            larger[(int) (i & larger.length - 1)] = lengths[slot(i)];
        }
        lengths = larger;
    }

    private int slot(final long index) {
        return (int) (index & lengths.length - 1);
    }

    /** Messages that must come. */
    long due() {
        return isOver ? 0 : sent - Math.max(next, cancelledBefore);
    }

    /** What is on the way may come or not from now on, each by itself. */
    void cancel() {
        cancelledBefore = sent;
    }

    /** The sender is gone: what is on the way may come as far as it comes. */
    void end() {
        isOver = true;
    }

    boolean isOver() {
        return isOver;
    }

    /**
     * Which message this is, of those that may come now.
     *
     * @param lastEnd event by which the destination last lost what was on its way to it.
     * @return its index, or {@link #NONE}.
     */
    private long find(final DirectBuffer buffer, final int offset, final int length, final long lastEnd) {
        for (long i = next; i < sent; i++) {
            if (is(i, buffer, offset, length)) {
                return i;
            }
            if (i >= cancelledBefore && lastEnd <= calmSince) {
                return NONE;
            }
        }
        return NONE;
    }

    private boolean is(final long index, final DirectBuffer buffer, final int offset, final int length) {
        return lengths[slot(index)] == length && mismatch(index, buffer, offset, length) < 0;
    }

    private int mismatch(final long index, final DirectBuffer buffer, final int offset, final int length) {
        return pattern.firstMismatch(sourceInLife, destination, index, buffer, offset, length);
    }

    /**
     * Takes a message if it is one that may come now.
     *
     * @param lastEnd event by which the destination last lost what was on its way to it.
     * @param now     the last event.
     * @return how many messages were passed over that were not cancelled, or -1 when it is no such message.
     */
    long deliver(final DirectBuffer buffer, final int offset, final int length, final long lastEnd, final long now) {
        final long found = find(buffer, offset, length, lastEnd);
        if (found == NONE) {
            return NONE;
        }
        final long passedOver = Math.max(0, found - Math.max(next, cancelledBefore));
        gapStart = next;
        gapEnd = found;
        next = found + 1;
        calmSince = now;
        return passedOver;
    }

    /** Why a message is none that may come now; null when this flow has nothing to do with it. */
    String breach(final DirectBuffer buffer, final int offset, final int length) {
        for (long i = Math.max(0, next - NEIGHBOURS); length > 0 && i < Math.min(sent, next + NEIGHBOURS); i++) {
            if (i != next && mismatch(i, buffer, offset, length) < 0) {
                return breach(i);
            }
        }
        if (next == sent) {
            return null;
        }
        final int mismatch = mismatch(next, buffer, offset, length);
        return mismatch < 0 ? "message " + next + " has " + length + " octets instead of " + lengths[slot(next)]
            : "message " + next + " of " + length + " octets differs from octet " + mismatch + " on";
    }

    private String breach(final long index) {
        if (index > next) {
            return "message " + index + " was delivered where " + next + " was due";
        }
        final boolean wasPassedOver = index >= gapStart && index < gapEnd;
        return "message " + index + (wasPassedOver ? " was delivered after later ones" : " was delivered again");
    }

    /** Forgets what is on the way; only {@link #breach} makes sense then. */
    void retire() {
        lengths = Arrays.copyOf(lengths, 1);
        next = sent;
    }
}
