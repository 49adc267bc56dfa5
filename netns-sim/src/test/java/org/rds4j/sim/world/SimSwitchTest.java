package org.rds4j.sim.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.PortDriver;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.tcp.link.LinkPort;

class SimSwitchTest {
    private final Simulation simulation = new Simulation(1);
    private final List<PortDriver> hosts = new ArrayList<>();
    private final SimSwitch sut;

    SimSwitchTest() {
        final List<LinkPort> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final SimLink link = simulation.link("link" + i, LinkShape.ETHERNET.withMtu(i == 2 ? 500 : 1500));
            hosts.add(new PortDriver(link.port(Side.A)));
            ports.add(link.port(Side.B));
        }
        sut = new SimSwitch(ports);
        simulation.host("switch", sut);
    }

    @Test
    void shouldFloodWhatItDoesNotKnowAndLearnFromSources() {
        hosts.get(0).send(frame(2, 1, 60));
        simulation.runUntil(1);
        assertArrayEquals(frame(2, 1, 60), hosts.get(1).receive().get(0));
        assertEquals(1, hosts.get(2).receive().size());
        hosts.get(1).send(frame(1, 2, 60));
        simulation.runUntil(2);
        assertEquals(1, hosts.get(0).receive().size());
        assertEquals(0, hosts.get(2).receive().size(), "the address is known by now");
        hosts.get(0).send(frame(2, 1, 60));
        simulation.runUntil(3);
        assertEquals(1, hosts.get(1).receive().size());
        assertEquals(0, hosts.get(2).receive().size());
        assertEquals(0, hosts.get(0).receive().size());
        assertEquals(4, sut.forwarded());
        simulation.requireFramesHome();
    }

    @Test
    void shouldNotSendAFrameBackWhereItCameFrom() {
        hosts.get(0).send(frame(9, 1, 60));
        hosts.get(0).send(frame(9, 2, 60));
        simulation.runUntil(1);
        hosts.get(0).send(frame(1, 2, 60));
        simulation.runUntil(2);
        assertEquals(List.of(0, 2, 2), hosts.stream().map(host -> host.receive().size()).toList());
    }

    @Test
    void shouldSendBroadcastToAllOthers() {
        hosts.get(2).send(frame(0xff, 1, 60));
        simulation.runUntil(1);
        assertEquals(List.of(1, 1, 0), hosts.stream().map(host -> host.receive().size()).toList());
    }

    @Test
    void shouldCountWhatDoesNotFit() {
        hosts.get(0).send(frame(0xff, 1, 1514));
        hosts.get(0).send(new byte[13]);
        simulation.runUntil(1);
        assertEquals(List.of(0, 1, 0), hosts.stream().map(host -> host.receive().size()).toList());
        assertEquals(2, sut.dropped());
        simulation.requireFramesHome();
    }

    private static byte[] frame(final int destination, final int source, final int length) {
        final byte[] frame = new byte[length];
        frame[0] = (byte) (destination == 0xff ? 0xff : 0x02);
        frame[5] = (byte) destination;
        frame[6] = 0x02;
        frame[11] = (byte) source;
        return frame;
    }
}
