package org.rds4j.frame;

/** Takes whole RDS messages from a {@link FrameAssembler}, in order, on the engine's thread. */
@FunctionalInterface
public interface FrameHandler {
    /**
     * One message. Header and payload are borrowed for the call and need not lie next to each other.
     *
     * @param headerAddress  of the 48 octets of header.
     * @param payloadAddress of the payload; means nothing when it is empty.
     * @param length         octets of payload.
     * @return false when there is no room for it now: the same message comes again later.
     */
    boolean onFrame(long headerAddress, long payloadAddress, int length);
}
