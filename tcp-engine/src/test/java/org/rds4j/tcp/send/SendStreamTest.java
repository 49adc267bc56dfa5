package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.support.Octets;

class SendStreamTest {
    private static final int CAPACITY = 1024;
    private static final int OVERHANG = 256;

    @Test
    void shouldKeepOctetsWhateverIsClaimedCommittedAndAcknowledged() {
        final SendStream stream = new SendStream(new StreamMemory(1, CAPACITY, OVERHANG, 0));
        final Octets copy = new Octets(CAPACITY);
        final Random random = new Random(7);
        final ArrayDeque<Integer> claims = new ArrayDeque<>();
        for (int i = 0; i < 100_000; i++) {
            final int length = 1 + random.nextInt(OVERHANG);
            final long position = stream.claim(length);
            if (position >= 0) {
                Octets.fill(stream.address(position), position, length);
                claims.add(length);
            }
            while (claims.size() > random.nextInt(4)) {
                stream.commit(claims.poll());
            }
            final int held = (int) (stream.committed() - stream.acknowledged());
            stream.read(stream.acknowledged(), copy.address(), held);
            assertEquals(-1, Octets.firstWrong(copy.address(), stream.acknowledged(), held));
            stream.acknowledge(stream.acknowledged() + random.nextInt(held + 1));
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        final SendStream stream = new SendStream(new StreamMemory(1, CAPACITY, OVERHANG, 0));
        assertEquals(-1, stream.claim(0));
        assertEquals(-1, stream.claim(OVERHANG + 1));
        for (int i = 0; i < 4; i++) {
            assertEquals((long) i * OVERHANG, stream.claim(OVERHANG));
        }
        assertEquals(-1, stream.claim(1));
        final Octets octets = new Octets(10);
        assertEquals(0, stream.write(octets.address(), 10), "a claim is open");
        stream.commit(CAPACITY);
        assertEquals(0, stream.write(octets.address(), 10), "full");
        stream.acknowledge(4);
        assertEquals(4, stream.write(octets.address(), 10));
    }

    @Test
    void shouldKeepAcknowledgedOctetsThatAreRetained() {
        final StreamMemory memory = new StreamMemory(1, CAPACITY, OVERHANG, 0);
        final SendStream stream = new SendStream(memory);
        assertTrue(stream.retain(0));
        assertEquals(1, memory.inUse(), "where they will be is known before there are any");
        final long address = stream.address(0);
        final long position = stream.claim(8);
        stream.commit(8);
        stream.acknowledge(position + 8);
        assertEquals(CAPACITY - 8, stream.space());
        assertEquals(1, memory.inUse());
        assertTrue(stream.retain(8));
        assertEquals(CAPACITY, stream.space());
        assertEquals(address, stream.address(0));
        assertTrue(stream.retain(Long.MAX_VALUE));
        assertEquals(0, memory.inUse());
        assertTrue(new SendStream(memory).retain(0));
        assertFalse(stream.retain(8), "no memory left");
    }
}
