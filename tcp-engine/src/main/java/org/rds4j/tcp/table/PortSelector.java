package org.rds4j.tcp.table;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.sequence.SipHash;
import org.rds4j.tcp.steering.FlowOwner;

/**
 * Chooses local ports (RFC 6056 section 3.3.4, double hash): a keyed hash of the destination gives the start, a second one a
 * counter that advances by random steps. Ports are free or taken per four-tuple, not per host. One thread.
 */
public final class PortSelector {
    private static final int COUNTERS = 256;
    private static final int MAX_STEP = 16;

    private final ConnectionTable table;
    private final RandomGenerator random;
    private final SipHash hash;
    private final int[] counters = new int[COUNTERS];
    private final int firstPort;
    private final int ports;
    private FlowOwner owner = FlowOwner.ALL;

    /**
     * A selector for a range of ports.
     *
     * @param table     says which four-tuples are in use.
     * @param random    gives secrets and steps.
     * @param firstPort lowest port.
     * @param lastPort  highest port.
     */
    public PortSelector(
        final ConnectionTable table, final RandomGenerator random, final int firstPort, final int lastPort) {
        this.table = table;
        this.random = random;
        this.hash = new SipHash(random.nextLong(), random.nextLong());
        this.firstPort = firstPort;
        this.ports = lastPort - firstPort + 1;
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = random.nextInt(ports);
        }
    }

    /**
     * Restricts the choice to ports whose replies come to this engine, and that no other has in use.
     *
     * @param owner says which do. Retained.
     */
    public void owner(final FlowOwner owner) {
        this.owner = owner;
    }

    /**
     * Chooses a port.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @return a port whose four-tuple is free and this engine's, or 0 when there is none.
     */
    public int choose(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final int remotePort) {
        final long destination = hash.begin()
            .add(localHigh).add(localLow).add(remoteHigh).add(remoteLow).end(remotePort, 34);
        final int counter = (int) (destination >>> 32) & (COUNTERS - 1);
        counters[counter] = (counters[counter] + 1 + random.nextInt(MAX_STEP)) % ports;
        final int start = (int) (((destination & 0x7fff_ffff) + counters[counter]) % ports);
        for (int i = 0; i < ports; i++) {
            final int port = firstPort + (start + i) % ports;
            if (table.find(remoteHigh, remoteLow, localHigh, localLow, remotePort, port) == null
                && owner.claim(remoteHigh, remoteLow, localHigh, localLow, remotePort, port)) {
                return port;
            }
        }
        return 0;
    }

    /**
     * Checks a port that was chosen elsewhere.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the port.
     * @return the port, or 0 when replies to it come to another engine, or another has such a flow from before.
     */
    public int check(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return owner.claim(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) ? localPort : 0;
    }
}
