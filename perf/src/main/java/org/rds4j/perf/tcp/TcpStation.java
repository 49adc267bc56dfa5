package org.rds4j.perf.tcp;

import java.security.SecureRandom;
import org.agrona.concurrent.NanoClock;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.steering.EngineFlows;
import org.rds4j.tcp.steering.EngineGroup;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.wire.ChecksumWarmUp;

/**
 * A host with nothing but TCP on one link: the engine, the layers below, and the duty cycle between them. Or one of several
 * engines of a host, each with a queue of the link.
 */
public final class TcpStation implements EngineGroup.Engine, AutoCloseable {
    /** Frames of one burst. */
    static final int BURST = 64;

    private static final int LANE = 0;
    private static final int MAX_CONNECTIONS = 1024;
    private static final int BUFFER_LENGTH = 1 << 20;

    private final NanoClock clock;
    private final LinkPort port;
    private final NetworkLayer network;
    private final TcpEngine tcp;
    private final TcpCounters counters = TcpCounters.inMemory();
    private final TransmitBatch batch;
    private final FrameBurst received = new FrameBurst(BURST);
    private long nowNs;

    /**
     * Sets up a host.
     *
     * @param port    closed with the station.
     * @param address of the host with its prefix length, {@code 10.0.0.1/24}.
     * @param gateway for other networks, or null.
     * @param clock   of the engine.
     */
    public TcpStation(final LinkPort port, final String address, final String gateway, final NanoClock clock) {
        this(port, FlowOwner.ALL, address, gateway, clock);
    }

    /**
     * Sets up a host, or one of its engines.
     *
     * @param port    closed with the station, not by {@link #onClose}.
     * @param owner   says which flows come to this engine.
     * @param address of the host with its prefix length, {@code 10.0.0.1/24}.
     * @param gateway for other networks, or null.
     * @param clock   of the engine.
     */
    public TcpStation(
        final LinkPort port, final FlowOwner owner, final String address, final String gateway, final NanoClock clock) {
        this(port, address, gateway, clock, LinkOffloads.ALL, true, TcpConfiguration.wideArea()
            .maxConnections(MAX_CONNECTIONS)
            .sendBufferLength(BUFFER_LENGTH)
            .receiveBufferLength(BUFFER_LENGTH));
        tcp.flowOwner(owner);
    }

    /**
     * Sets up a host with its own TCP settings.
     *
     * @param port     closed with the station.
     * @param address  of the host with its prefix length, {@code 10.0.0.1/24}.
     * @param gateway  for other networks, or null.
     * @param clock    of the engine.
     * @param offloads of its link.
     * @param aggregation consecutive received segments are taken together.
     * @param settings of the engine; checksums are left to the device where it makes them.
     */
    TcpStation(
        final LinkPort port, final String address, final String gateway, final NanoClock clock,
        final LinkOffloads offloads, final boolean aggregation, final TcpConfiguration.Builder settings) {
        ChecksumWarmUp.begin();
        final SecureRandom random = new SecureRandom();
        final InterfaceConfiguration whole =
            InterfaceConfiguration.of(port.macAddress(), address, port.capabilities());
        final InterfaceConfiguration plain = aggregation ? whole : whole.withoutAggregation();
        this.clock = clock;
        this.port = port;
        this.nowNs = clock.nanoTime();
        this.network = new NetworkLayer(
            gateway == null ? plain : plain.withGateway(gateway), random, NetworkCounters.allocate());
        this.tcp = new TcpEngine(
            settings.transmitChecksum(port.capabilities().transmitChecksum()).build(),
            Routes.of(network), random, counters);
        network.transport(tcp);
        this.batch = new TransmitBatch(port, BURST, offloads);
        network.announce(nowNs);
    }

    /**
     * The engine, for listening and connecting.
     *
     * @return this station's.
     */
    public TcpEngine tcp() {
        return tcp;
    }

    /**
     * What the engine counts.
     *
     * @return live counters, readable from any thread.
     */
    public TcpCounters counters() {
        return counters;
    }

    /**
     * The time of the present duty cycle.
     *
     * @return nanoseconds.
     */
    public long nowNs() {
        return nowNs;
    }

    @Override
    public EngineFlows flows() {
        return tcp;
    }

    /**
     * Does one duty cycle.
     *
     * @return frames moved and timers expired.
     */
    @Override
    public int doWork() {
        nowNs = clock.nanoTime();
        final int count = port.receiveBurst(received);
        if (count > 0) {
            network.onBurst(received, nowNs);
            port.release(received);
        }
        return count + tcp.onTime(nowNs) + transmit();
    }

    private int transmit() {
        if (batch.hasRoom()) {
            network.poll(batch, nowNs);
        }
        int octets = 1;
        while (octets > 0 && batch.hasRoom()) {
            octets = tcp.pollControl(batch, nowNs) + tcp.emit(LANE, batch, nowNs);
        }
        return batch.flush();
    }

    @Override
    public void onClose() {
        batch.close();
    }

    @Override
    public String roleName() {
        return "tcp-engine";
    }

    @Override
    public void close() {
        onClose();
        port.close();
    }
}
