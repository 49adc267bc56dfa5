package org.rds4j.tcp.congestion;

/**
 * The congestion control of a pooled connection: the engine's, or one that the connection's owner has chosen. A reference to it
 * stays good whatever is chosen. It also sees to it that the peer is told by CWR of every reduction (RFC 3168 section 6.1.2).
 */
public final class SelectableCongestion implements CongestionControl {
    private final FlowConfiguration configuration;
    private final EcnSender ecn;
    private final CongestionControl usual;
    private CongestionControl chosen;

    /**
     * The engine's choice.
     *
     * @param configuration of the engine.
     * @param ecn           of the same connection. Retained.
     */
    public SelectableCongestion(final FlowConfiguration configuration, final EcnSender ecn) {
        this.configuration = configuration;
        this.ecn = ecn;
        usual = configuration.algorithm().create(configuration);
        chosen = usual;
    }

    /** Goes back to the engine's choice, for a new connection. */
    public void reset() {
        chosen = usual;
    }

    /**
     * Replaces the algorithm; the new one begins where the old one stands.
     *
     * @param factory of the new one. Makes an object.
     */
    public void choose(final CongestionFactory factory) {
        final CongestionControl replacement = factory.create(configuration);
        if (chosen.maxSegmentSize() > 0) {
            replacement.onConnected(chosen.maxSegmentSize(), chosen.window());
        }
        chosen = replacement;
    }

    /**
     * The algorithm in force.
     *
     * @return the engine's or the chosen one.
     */
    public CongestionControl chosen() {
        return chosen;
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        chosen.onConnected(maxSegmentSize, initialWindow);
    }

    @Override
    public void onSegmentSize(final int maxSegmentSize) {
        chosen.onSegmentSize(maxSegmentSize);
    }

    @Override
    public void onAcknowledged(final CongestionSample sample) {
        chosen.onAcknowledged(sample);
    }

    @Override
    public void onCongestion(final long flight, final long nowNs) {
        chosen.onCongestion(flight, nowNs);
        ecn.onReduced();
    }

    @Override
    public void onEcnEcho(final long flight, final long nowNs) {
        chosen.onEcnEcho(flight, nowNs);
        ecn.onReduced();
    }

    @Override
    public void onRecovered(final long nowNs) {
        chosen.onRecovered(nowNs);
    }

    @Override
    public void onTimeout(final long flight, final boolean first, final long nowNs) {
        chosen.onTimeout(flight, first, nowNs);
        ecn.onReduced();
    }

    @Override
    public void onUndo() {
        chosen.onUndo();
    }

    @Override
    public void onIdle(final long nowNs) {
        chosen.onIdle(nowNs);
    }

    @Override
    public void window(final long octets) {
        chosen.window(octets);
    }

    @Override
    public long window() {
        return chosen.window();
    }

    @Override
    public long threshold() {
        return chosen.threshold();
    }

    @Override
    public int maxSegmentSize() {
        return chosen.maxSegmentSize();
    }

    @Override
    public boolean reducesForLossAfterEcho() {
        return chosen.reducesForLossAfterEcho();
    }

    @Override
    public boolean needsExactMarks() {
        return chosen.needsExactMarks();
    }
}
