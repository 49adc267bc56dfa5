package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Hash key and indirection table of a device with several queues: the null driver keeps both as a NIC does. */
class RssTest extends DpdkTestSupport {
    @Test
    void shouldReadAndRewriteTheIndirectionTableWhileTheDeviceRuns() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null7").queues(7).rssKey(new byte[40]))) {
            // this driver keeps its own key whatever it is given: the mirror must use what is read back
            assertEquals("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa",
                HexFormat.of().formatHex(device.rssKey()));
            final int[] table = device.indirectionTable();
            assertTrue(table.length >= 64 && Integer.bitCount(table.length) == 1, "buckets: " + table.length);
            for (int i = 0; i < table.length; i++) {
                table[i] = (i * 5) % 7;
            }
            device.indirectionTable(table);
            assertArrayEquals(table, device.indirectionTable());
            assertEquals(6, Arrays.stream(table).max().orElseThrow());
        }
    }

    @Test
    void shouldSayWhenADeviceHasNoTable() {
        try (DpdkRingPair pair = DpdkRingPair.open(environment, "rss", pool, 64, 1500, random)) {
            final DpdkDevice device = pair.first().device();
            assertEquals(0, device.indirectionTable().length);
            assertEquals(0, device.rssKey().length);
            assertThrows(DpdkException.class, () -> device.indirectionTable(new int[64]));
        }
    }
}
