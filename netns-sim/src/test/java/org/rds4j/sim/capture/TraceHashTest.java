package org.rds4j.sim.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.sim.link.Side;

class TraceHashTest {
    private static final int LENGTH = 67;

    private final UnsafeBuffer frame = new UnsafeBuffer(BufferUtil.allocateDirectAligned(128, 64));

    @Test
    void shouldDependOnTimeLinkDirectionLengthAndEveryOctet() {
        final Set<Long> hashes = new HashSet<>();
        hashes.add(hash(0, Side.A, LENGTH, 5));
        hashes.add(hash(0, Side.A, LENGTH, 6));
        hashes.add(hash(1, Side.A, LENGTH, 5));
        hashes.add(hash(0, Side.B, LENGTH, 5));
        hashes.add(hash(0, Side.A, LENGTH + 1, 5));
        hashes.add(hash(0, Side.A, LENGTH - 1, 5));
        for (int i = 0; i < LENGTH; i++) {
            frame.putByte(i, (byte) 1);
            hashes.add(hash(0, Side.A, LENGTH, 5));
            frame.putByte(i, (byte) 0);
        }
        assertEquals(6 + LENGTH, hashes.size());
        assertEquals(hash(0, Side.A, LENGTH, 5), hash(0, Side.A, LENGTH, 5));
    }

    @Test
    void shouldDependOnTheOrderOfFrames() {
        final TraceHash oneWay = new TraceHash();
        oneWay.tapFor(0).onLeaving(Side.A, frame.addressOffset(), 10, 1);
        oneWay.tapFor(0).onLeaving(Side.B, frame.addressOffset(), 10, 1);
        final TraceHash otherWay = new TraceHash();
        otherWay.tapFor(0).onLeaving(Side.B, frame.addressOffset(), 10, 1);
        otherWay.tapFor(0).onLeaving(Side.A, frame.addressOffset(), 10, 1);
        assertEquals(2, Set.of(oneWay.value(), otherWay.value()).size());
        assertEquals(2, oneWay.frames());
    }

    private long hash(final int link, final Side from, final int length, final long nowNs) {
        final TraceHash trace = new TraceHash();
        trace.tapFor(link).onLeaving(from, frame.addressOffset(), length, nowNs);
        return trace.value();
    }
}
