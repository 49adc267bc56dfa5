package org.rds4j.sim.link;

import java.util.Arrays;

/** The taps of a link, asked in the order they were put in. */
final class FrameTaps {
    private FrameTap[] taps = new FrameTap[0];

    void add(final FrameTap tap) {
        taps = Arrays.copyOf(taps, taps.length + 1);
        taps[taps.length - 1] = tap;
    }

    boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        for (final FrameTap tap : taps) {
            if (!tap.onEntering(from, address, length, nowNs)) {
                return false;
            }
        }
        return true;
    }

    void onLeaving(final Side from, final long address, final int length, final long nowNs) {
        for (final FrameTap tap : taps) {
            tap.onLeaving(from, address, length, nowNs);
        }
    }
}
