package org.rds4j.congestion;

import org.rds4j.carrier.ByteCarrier;

/**
 * Tells one peer this host's congestion map: over the first of its paths that can send once a carrier came up, and after each
 * change. One message is on its way at a time, and after a few in a row there is one per interval at most, so a port that flaps
 * costs little, however often it does (generic cell rate algorithm, ITU-T I.371). Maps stand outside the send log: they do not
 * count as messages of a path, are not sent again, and a carrier that breaks takes its map with it. Engine thread only.
 */
public final class MapSender {
    private static final long NEVER = -1;
    private static final int MOST_IN_A_ROW = 4;

    private final MapMessages messages;
    private final long intervalNs;
    private long toldChanges = NEVER;
    private long paidUntilNs = Long.MIN_VALUE / 2;
    private MapMessages.Message message;
    private ByteCarrier carrier;
    private int offered;
    private long acknowledgedAt;

    /**
     * A peer that was told nothing yet.
     *
     * @param messages   lends memory.
     * @param intervalNs time between two maps in the long run.
     */
    public MapSender(final MapMessages messages, final long intervalNs) {
        this.messages = messages;
        this.intervalNs = intervalNs;
    }

    /** A carrier to the peer is up: it may have restarted and forgotten. */
    public void onCarrierUp() {
        toldChanges = NEVER;
    }

    /**
     * A carrier to the peer is over and read by nobody any more.
     *
     * @param ended the carrier.
     */
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    public void onCarrierGone(final ByteCarrier ended) {
        if (ended == carrier) {
            toldChanges = NEVER;
            giveBack();
        }
    }

    /**
     * Sends what is due; between two messages of a path.
     *
     * @param on         a carrier to the peer that may send now.
     * @param isNumbered whether maps tell their number, which a host of another kind is not told.
     * @param nowNs      the engine's time.
     * @return false while the carrier must be offered nothing else, because it has the first part of a map.
     */
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    public boolean poll(final ByteCarrier on, final boolean isNumbered, final long nowNs) {
        if (message == null) {
            if (!isDue() || nowNs < nextNs()) {
                return true;
            }
            begin(on, isNumbered, nowNs);
        }
        if (on != carrier) {
            return true;
        }
        if (offered < MapMessages.LENGTH) {
            offer();
        } else if (carrier.acknowledgedPosition() >= acknowledgedAt) {
            giveBack();
        }
        return carrier == null || offered == MapMessages.LENGTH;
    }

    private void begin(final ByteCarrier on, final boolean isNumbered, final long nowNs) {
        toldChanges = messages.congestion().changes();
        paidUntilNs = Math.max(paidUntilNs, nowNs) + intervalNs;
        message = messages.take(isNumbered);
        carrier = on;
        offered = 0;
    }

    private long nextNs() {
        return paidUntilNs - (MOST_IN_A_ROW - 1) * intervalNs;
    }

    private void offer() {
        boolean isTaken = true;
        while (isTaken && offered < MapMessages.LENGTH && carrier.isReady()) {
            final int length = Math.min(carrier.maxChunkLength(), MapMessages.LENGTH - offered);
            final long position = carrier.offer(message.address + offered, length);
            isTaken = position != ByteCarrier.NOT_NOW;
            if (isTaken) {
                offered += length;
                acknowledgedAt = position;
            }
        }
    }

    private void giveBack() {
        messages.giveBack(message);
        message = null;
        carrier = null;
    }

    private boolean isDue() {
        return toldChanges != messages.congestion().changes();
    }

    /**
     * Whether the peer has something to be told, or is being told.
     *
     * @return false when {@link #poll} has nothing to do.
     */
    public boolean isBusy() {
        return message != null || isDue();
    }

    /**
     * Whether a carrier has the first part of a map, whose rest has to follow.
     *
     * @param on the carrier.
     * @return true when {@link #poll} has to be called again soon.
     */
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    public boolean isOffering(final ByteCarrier on) {
        return on == carrier && message != null && offered < MapMessages.LENGTH;
    }

    /**
     * When the next map may go out.
     *
     * @return the engine's time, or {@link Long#MAX_VALUE} while none waits.
     */
    public long nextDeadlineNs() {
        return message == null && isDue() ? nextNs() : Long.MAX_VALUE;
    }
}
