package org.rds4j.tcp.congestion;

import java.util.Objects;

/**
 * How fast connections send and how much of their buffers they use. Immutable; the two constants are the defaults of the
 * profiles.
 *
 * @param algorithm                  congestion control of connections whose owner chooses no other.
 * @param ecn                        explicit congestion notification.
 * @param hyStartLeastNs             least rise of the round-trip time that ends slow start (RFC 9406 MIN_RTT_THRESH).
 * @param hyStartMostNs              rise of the round-trip time that always ends it (RFC 9406 MAX_RTT_THRESH).
 * @param pacing                     space segments out in time.
 * @param slowStartPacingPercent     pacing rate in slow start, in hundredths of window per round trip.
 * @param avoidancePacingPercent     pacing rate otherwise.
 * @param pacingBurstNs              most that leaves at once, as time at the pacing rate; two segments always may.
 * @param initialSendBufferLength    octets of the send ring in use until the congestion window needs more.
 * @param initialReceiveBufferLength octets of the receive ring in use until the owner reads fast enough to need more.
 * @param slowStartSegments          most segments by which an acknowledgement opens the window in the first slow start (L of RFC
 *                                   3465); after a timeout it is one.
 */
public record FlowConfiguration(
    CongestionFactory algorithm,
    EcnMode ecn,
    long hyStartLeastNs,
    long hyStartMostNs,
    boolean pacing,
    int slowStartPacingPercent,
    int avoidancePacingPercent,
    long pacingBurstNs,
    int initialSendBufferLength,
    int initialReceiveBufferLength,
    int slowStartSegments) {

    /** CUBIC, ECN when asked, paced. */
    public static final FlowConfiguration WIDE_AREA = new FlowConfiguration(
        CongestionAlgorithm.CUBIC, EcnMode.PASSIVE, 4_000_000, 16_000_000, true, 200, 120, 1_000_000, 1 << 17, 1 << 17, 2);
    /** DCTCP with ECN, not paced. */
    public static final FlowConfiguration DATACENTER = new FlowConfiguration(
        CongestionAlgorithm.DCTCP, EcnMode.ACTIVE, 4_000_000, 16_000_000, false, 200, 120, 1_000_000, 1 << 17, 1 << 17, 2);

    /** Checks the ranges. */
    public FlowConfiguration {
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(ecn, "ecn");
        range("hyStartLeastNs", hyStartLeastNs, 0, 1L << 53);
        range("hyStartMostNs", hyStartMostNs, hyStartLeastNs, 1L << 53);
        range("slowStartPacingPercent", slowStartPacingPercent, 100, 1000);
        range("avoidancePacingPercent", avoidancePacingPercent, 100, 1000);
        range("pacingBurstNs", pacingBurstNs, 0, 1_000_000_000L);
        range("initialSendBufferLength", initialSendBufferLength, 1024, 1 << 29);
        range("initialReceiveBufferLength", initialReceiveBufferLength, 1024, 1 << 29);
        range("slowStartSegments", slowStartSegments, 1, 1 << 16);
    }

    private static void range(final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + " but must be from " + least + " to " + most);
        }
    }

    /**
     * Other congestion control.
     *
     * @param factory of {@link CongestionAlgorithm}, or another.
     * @return changed configuration.
     */
    public FlowConfiguration withAlgorithm(final CongestionFactory factory) {
        return new FlowConfiguration(
            factory, ecn, hyStartLeastNs, hyStartMostNs, pacing, slowStartPacingPercent, avoidancePacingPercent, pacingBurstNs,
            initialSendBufferLength, initialReceiveBufferLength, slowStartSegments);
    }

    /**
     * Other use of explicit congestion notification.
     *
     * @param mode when it is used.
     * @return changed configuration.
     */
    public FlowConfiguration withEcn(final EcnMode mode) {
        return new FlowConfiguration(
            algorithm, mode, hyStartLeastNs, hyStartMostNs, pacing, slowStartPacingPercent, avoidancePacingPercent,
            pacingBurstNs, initialSendBufferLength, initialReceiveBufferLength, slowStartSegments);
    }

    /**
     * Other bounds of HyStart++; in a datacenter the usual ones keep it from ever acting.
     *
     * @param leastNs least rise of the round-trip time that ends slow start.
     * @param mostNs  rise that always ends it.
     * @return changed configuration.
     */
    public FlowConfiguration withHyStart(final long leastNs, final long mostNs) {
        return new FlowConfiguration(
            algorithm, ecn, leastNs, mostNs, pacing, slowStartPacingPercent, avoidancePacingPercent, pacingBurstNs,
            initialSendBufferLength, initialReceiveBufferLength, slowStartSegments);
    }

    /**
     * Pacing on or off.
     *
     * @param paced true to space segments out.
     * @return changed configuration.
     */
    public FlowConfiguration withPacing(final boolean paced) {
        return new FlowConfiguration(
            algorithm, ecn, hyStartLeastNs, hyStartMostNs, paced, slowStartPacingPercent, avoidancePacingPercent, pacingBurstNs,
            initialSendBufferLength, initialReceiveBufferLength, slowStartSegments);
    }

    /**
     * Other pacing, switched on.
     *
     * @param slowStartPercent rate in slow start, in hundredths of window per round trip.
     * @param avoidancePercent rate otherwise.
     * @param burstNs          most that leaves at once, as time at the rate.
     * @return changed configuration.
     */
    public FlowConfiguration withPacing(final int slowStartPercent, final int avoidancePercent, final long burstNs) {
        return new FlowConfiguration(
            algorithm, ecn, hyStartLeastNs, hyStartMostNs, true, slowStartPercent, avoidancePercent, burstNs,
            initialSendBufferLength, initialReceiveBufferLength, slowStartSegments);
    }

    /**
     * Other initial buffers; as long as the rings or longer, there is no tuning.
     *
     * @param send    octets of the send ring in use at first.
     * @param receive octets of the receive ring in use at first.
     * @return changed configuration.
     */
    public FlowConfiguration withInitialBuffers(final int send, final int receive) {
        return new FlowConfiguration(
            algorithm, ecn, hyStartLeastNs, hyStartMostNs, pacing, slowStartPacingPercent, avoidancePacingPercent,
            pacingBurstNs, send, receive, slowStartSegments);
    }
}
