package org.rds4j;

import java.util.concurrent.atomic.AtomicLong;
import org.rds4j.congestion.CongestionMaps;

/**
 * RDS_CONG_MONITOR of one socket: remembers the ports that refused a datagram, as bit port mod 64, and says so once after the
 * next map of any host has come, whatever that says (as Linux's rds_cong_monitor). Any number of threads refuse, one asks.
 */
final class CongestionMonitor {
    private final CongestionMaps maps;
    private Runnable onArmed = () -> { };
    private final AtomicLong armed = new AtomicLong();
    private volatile boolean isOn;
    private volatile long armedAt;

    CongestionMonitor(final CongestionMaps maps) {
        this.maps = maps;
    }

    /** Names what is run, by the refused thread, after each datagram that was refused; before there is any. */
    void onArmed(final Runnable action) {
        onArmed = action;
    }

    /** What was armed is forgotten when it goes off. */
    void set(final boolean on) {
        isOn = on;
        if (!on) {
            armed.set(0);
        }
    }

    /** A datagram was refused; the count of updates is one read before the map was. */
    void onRefused(final int port, final long updates) {
        if (isOn) {
            if (armed.get() == 0) {
                armedAt = updates;
            }
            armed.getAndUpdate(mask -> mask | 1L << port);
            onArmed.run();
        }
    }

    boolean isArmed() {
        return armed.get() != 0;
    }

    /** Whether {@link #poll} has something to say. */
    boolean isDue() {
        return armed.get() != 0 && maps.updates() != armedAt;
    }

    /** The ports to look at again, bit port mod 64; 0 when there is nothing to say. */
    long poll() {
        return isDue() ? armed.getAndSet(0) : 0;
    }
}
