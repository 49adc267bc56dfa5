package org.rds4j.carrier;

/** Hears what becomes of a carrier, so that nobody asks it in vain or looks for whose it is. Called on the engine's thread. */
public interface CarrierWatcher {
    /**
     * One of these may have changed: what {@link ByteCarrier#receive} hands out, {@link ByteCarrier#acknowledgedPosition()},
     * {@link ByteCarrier#isReady()}, {@link ByteCarrier#isDrained()}. May come when none has, and while the carrier is used.
     */
    void onCarrierEvent();

    /**
     * The carrier is down; what it received can still be read.
     *
     * @param carrier that named this watcher, perhaps one that the watcher has given up since.
     * @param reason  why.
     */
    void onCarrierDown(ByteCarrier carrier, CarrierDownReason reason);
}
