package org.rds4j.carrier;

/** Hears that a carrier has something to be looked at, so that nobody need ask it in vain. Called on the engine's thread. */
@FunctionalInterface
public interface CarrierWatcher {
    /**
     * One of these may have changed: what {@link ByteCarrier#receive} hands out, {@link ByteCarrier#acknowledgedPosition()},
     * {@link ByteCarrier#isReady()}, {@link ByteCarrier#isDrained()}. May come when none has, and while the carrier is used.
     */
    void onCarrierEvent();
}
