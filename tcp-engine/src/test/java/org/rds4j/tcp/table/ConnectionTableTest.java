package org.rds4j.tcp.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {
    private static FourTuple tuple(final long remote, final int remotePort, final int localPort) {
        final FourTuple tuple = new FourTuple();
        tuple.tuple(0, remote, 0, 99, remotePort, localPort);
        return tuple;
    }

    private static FourTuple find(final ConnectionTable table, final FourTuple tuple) {
        return table.find(
            tuple.remoteHigh(), tuple.remoteLow(), tuple.localHigh(), tuple.localLow(), tuple.remotePort(), tuple.localPort());
    }

    @Test
    void shouldFindWhatIsThereAfterAnyAddingAndRemoving() {
        final ConnectionTable table = new ConnectionTable(64, new Random(1));
        final Map<Long, FourTuple> model = new HashMap<>();
        final Random random = new Random(2);
        for (int i = 0; i < 200_000; i++) {
            final long key = random.nextInt(200);
            final FourTuple present = model.get(key);
            assertSame(present, find(table, tuple(key, 80, (int) key)));
            if (present != null) {
                table.remove(present);
                model.remove(key);
            } else if (model.size() < 64) {
                final FourTuple added = tuple(key, 80, (int) key);
                table.add(added);
                model.put(key, added);
            }
            assertEquals(model.size(), table.size());
        }
    }

    @Test
    void shouldTellTuplesApartByEveryPart() {
        final ConnectionTable table = new ConnectionTable(4, new Random(1));
        table.add(tuple(5, 6, 7));
        assertNull(find(table, tuple(4, 6, 7)));
        assertNull(find(table, tuple(5, 7, 7)));
        assertNull(find(table, tuple(5, 6, 6)));
        assertNull(find(table, tuple(5, 7, 6)));
    }

    @Test
    void shouldChooseFreePortsUntilNoneIsLeft() {
        final ConnectionTable table = new ConnectionTable(1000, new Random(1));
        final PortSelector selector = new PortSelector(table, new Random(2), 40_000, 40_999);
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            final int port = selector.choose(0, 5, 0, 99, 80);
            assertTrue(port >= 40_000 && port <= 40_999 && ports.add(port), "port " + port);
            table.add(tuple(5, 80, port));
        }
        assertEquals(0, selector.choose(0, 5, 0, 99, 80));
        assertNotEquals(0, selector.choose(0, 6, 0, 99, 80), "another host has its own four-tuples");
    }

    @Test
    void shouldNotBePredictableFromOneDestinationToAnother() {
        final ConnectionTable table = new ConnectionTable(4, new Random(1));
        final PortSelector selector = new PortSelector(table, new Random(2), 32_768, 60_999);
        final Set<Integer> ports = new HashSet<>();
        for (int host = 0; host < 1000; host++) {
            ports.add(selector.choose(0, host, 0, 99, 80));
        }
        assertTrue(ports.size() > 950, "ports over 1000 hosts: " + ports.size());
    }
}
