package org.rds4j.sim.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.world.Simulation;

class PcapTapTest {
    private static final byte[] FRAME = {1, 2, 3, 4, 5};

    @TempDir
    private Path folder;

    @Test
    void shouldWriteWhatArrivedWithItsTime() throws IOException {
        final Simulation simulation = new Simulation(1);
        final SimLink link = simulation.link("wire", LinkShape.ETHERNET);
        final Path file = folder.resolve("delivered.pcap");
        try (PcapTap tap = PcapTap.ofDelivered(file, simulation.clock())) {
            link.tap(tap);
            simulation.at(3_000_000_007L, () -> link.inject(Side.A, new UnsafeBuffer(FRAME), 0, FRAME.length));
            simulation.runUntil(4_000_000_000L);
        }
        final ByteBuffer expected = ByteBuffer.allocate(24 + 16 + 5);
        expected.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0).putInt(262_144).putInt(1);
        expected.putInt((int) (VirtualClock.DEFAULT_EPOCH_MS / 1000) + 3).putInt(7).putInt(5).putInt(5).put(FRAME);
        assertArrayEquals(expected.array(), Files.readAllBytes(file));
    }

    @Test
    void shouldNotTakeAnInjectedFrameForASentOne() throws IOException {
        final Simulation simulation = new Simulation(1);
        final SimLink link = simulation.link("wire", LinkShape.ETHERNET);
        final Path file = folder.resolve("sent.pcap");
        try (PcapTap tap = PcapTap.ofSent(file, simulation.clock())) {
            link.tap(tap);
            link.inject(Side.A, new UnsafeBuffer(FRAME), 0, FRAME.length);
            simulation.runUntil(1);
        }
        assertEquals(24, Files.size(file));
    }
}
