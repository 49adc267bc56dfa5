package org.rds4j.tcp.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 6056 section 3.3.4: ports nobody can foretell, none used twice, and a plain answer when all are taken. */
class PortSelectorTest {
    private static final int FIRST = 32_768;
    private static final int LAST = 60_999;
    private static final int PORTS = LAST - FIRST + 1;
    private static final long LOCAL = 0xffff_0a00_0001L;

    private static int connect(final ConnectionTable table, final PortSelector ports, final long remote, final int remotePort) {
        final int port = ports.choose(0, remote, 0, LOCAL, remotePort);
        if (port != 0) {
            final FourTuple tuple = new FourTuple();
            tuple.tuple(0, remote, 0, LOCAL, remotePort, port);
            table.add(tuple);
        }
        return port;
    }

    @Test
    void shouldNotRepeatATupleInAHundredThousandConnects() {
        final ConnectionTable table = new ConnectionTable(100_000, new Random(1));
        final PortSelector ports = new PortSelector(table, new Random(2), FIRST, LAST);
        for (int i = 0; i < 100_000; i++) {
            final long remote = LOCAL + 1 + i % 5;
            final int port = ports.choose(0, remote, 0, LOCAL, 80);
            assertTrue(port >= FIRST && port <= LAST, "port " + port);
            assertEquals(null, table.find(0, remote, 0, LOCAL, 80, port));
            final FourTuple tuple = new FourTuple();
            tuple.tuple(0, remote, 0, LOCAL, 80, port);
            table.add(tuple);
        }
        assertEquals(100_000, table.size());
    }

    @Test
    void shouldSayWhenEveryPortIsTaken() {
        final ConnectionTable table = new ConnectionTable(PORTS + 10, new Random(1));
        final PortSelector ports = new PortSelector(table, new Random(2), FIRST, LAST);
        for (int i = 0; i < PORTS; i++) {
            assertTrue(connect(table, ports, LOCAL + 1, 80) > 0);
        }
        assertEquals(0, connect(table, ports, LOCAL + 1, 80));
        assertTrue(connect(table, ports, LOCAL + 1, 81) > 0, "a port is taken for one peer only");
    }

    @Test
    void shouldSpreadPortsEvenlyAndBeyondForetelling() {
        final PortSelector ports = new PortSelector(new ConnectionTable(1, new Random(1)), new Random(2), FIRST, LAST);
        final int[] counts = new int[64];
        final int[] steps = new int[16];
        final int draws = 64_000;
        for (int i = 0; i < draws; i++) {
            counts[(ports.choose(0, LOCAL + 1 + i, 0, LOCAL, 80) - FIRST) * 64 / PORTS]++;
        }
        int last = ports.choose(0, LOCAL + 1, 0, LOCAL, 80);
        for (int i = 0; i < draws; i++) {
            final int port = ports.choose(0, LOCAL + 1, 0, LOCAL, 80);
            steps[(port - last + PORTS) % PORTS - 1]++;
            last = port;
        }
        assertTrue(chiSquare(counts, draws) < 120, "63 degrees of freedom: " + chiSquare(counts, draws));
        assertTrue(chiSquare(steps, draws) < 45, "15 degrees of freedom: " + chiSquare(steps, draws));
    }

    private static double chiSquare(final int[] counts, final int draws) {
        final double expected = (double) draws / counts.length;
        double sum = 0;
        for (final int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    @Test
    void shouldStartElsewhereForEachDestinationAndSecret() {
        final ConnectionTable table = new ConnectionTable(1, new Random(1));
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            final PortSelector one = new PortSelector(table, new Random(i), FIRST, LAST);
            final PortSelector two = new PortSelector(table, new Random(i + 1), FIRST, LAST);
            same += one.choose(0, LOCAL + 1, 0, LOCAL, 80) == two.choose(0, LOCAL + 1, 0, LOCAL, 80) ? 1 : 0;
        }
        assertTrue(same < 10, "equal ports: " + same);
        final PortSelector one = new PortSelector(table, new Random(7), FIRST, LAST);
        assertNotEquals(one.choose(0, LOCAL + 1, 0, LOCAL, 80), one.choose(0, LOCAL + 2, 0, LOCAL, 80));
    }
}
