package org.rds4j.tcp.steering;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.sequence.InitialSecret;

/**
 * What the engines of one device share: the table that says who owns a flow, a ring from each engine to each other, which local
 * ports each of them uses, and the secret of their initial numbers. Nothing else is shared, and nobody takes a lock.
 */
public final class Steering {
    private final SteeringTable table;
    private final SteeredPort[] ports;
    private final FrameRing[] rings;
    private final PortUse[] portUses;
    private final InitialSecret secret;

    /**
     * Joins the queues of a device.
     *
     * @param queues     one for each engine of the table, all with frames of one pool; closed through the ports made of them.
     * @param table      says who owns a flow.
     * @param ringLength frames that wait between one engine and another.
     * @param burst      least capacity of the bursts that engines receive into, 2 or more.
     * @param random     gives the secret of initial numbers; cryptographically strong in production.
     */
    public Steering(
        final LinkPort[] queues, final SteeringTable table, final int ringLength, final int burst,
        final RandomGenerator random) {
        final int engines = table.engines();
        if (queues.length != engines) {
            throw new IllegalArgumentException(queues.length + " queues for " + engines + " engines: there must be one for each");
        }
        this.table = table;
        this.ports = new SteeredPort[engines];
        this.rings = new FrameRing[engines * engines];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = i / engines == i % engines ? null : new FrameRing(ringLength);
        }
        this.secret = InitialSecret.of(random);
        this.portUses = new PortUse[engines];
        for (int i = 0; i < engines; i++) {
            portUses[i] = new PortUse();
            ports[i] = new SteeredPort(this, queues[i], i, burst);
        }
    }

    /**
     * The port of one engine.
     *
     * @param engine its number.
     * @return what it takes for its NIC.
     */
    public SteeredPort port(final int engine) {
        return ports[engine];
    }

    /**
     * The table.
     *
     * @return to be rewritten when the device's is.
     */
    public SteeringTable table() {
        return table;
    }

    FrameRing ring(final int from, final int to) {
        return rings[from * table.engines() + to];
    }

    PortUse portUse(final int engine) {
        return portUses[engine];
    }

    InitialSecret secret() {
        return secret;
    }
}
