package org.rds4j.tests.sim;

import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;

/** Somebody on the wire who sees all segments, and changes one each time that he is armed; checksums are right again then. */
abstract class WireAttacker implements FrameTap {
    private static final int FIN = 0x01;
    /** Long enough to be a message of the streams here, not an acknowledgement or a probe. */
    private static final int LEAST = 300;

    private final Forgery segment = new Forgery();
    private boolean isArmed;
    private int done;

    void arm() {
        isArmed = true;
    }

    final boolean isArmed() {
        return isArmed;
    }

    final int done() {
        return done;
    }

    @Override
    public final boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        return !segment.isData(address, length, LEAST) || onData(from, segment.payload());
    }

    /** A segment carries octets; false lets it be lost. */
    abstract boolean onData(Side from, byte[] octets);

    /** The segment carries others of the same number instead. */
    final void replace(final byte[] forged) {
        segment.replace(forged);
        onDone();
    }

    /** One bit of the segment is changed, each time another. */
    final void flipABit() {
        final byte[] flipped = segment.payload().clone();
        flipped[done * 37 % flipped.length] ^= (byte) (1 << done % 8);
        replace(flipped);
    }

    /** The stream ends with the segment. */
    final void truncate() {
        segment.set(FIN);
        onDone();
    }

    private void onDone() {
        isArmed = false;
        done++;
    }
}
