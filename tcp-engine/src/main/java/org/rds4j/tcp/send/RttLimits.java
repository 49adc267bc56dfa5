package org.rds4j.tcp.send;

/**
 * Between what the retransmission timeouts of an engine's connections lie. Shared by them, as there may be many.
 *
 * @param initialNs   timeout before the first sample.
 * @param floorNs     lowest timeout.
 * @param ceilingNs   highest timeout.
 * @param onVariation the floor is what is added to SRTT at least, as Linux has it, so that no timeout is that close to it.
 */
public record RttLimits(long initialNs, long floorNs, long ceilingNs, boolean onVariation) {
}
