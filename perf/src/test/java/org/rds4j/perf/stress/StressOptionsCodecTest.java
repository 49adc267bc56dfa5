package org.rds4j.perf.stress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class StressOptionsCodecTest {
    /** {@code -q 4096 -d 2 -t 3 -T 10 -v -s 10.0.0.1} of 10.0.0.2, everything else at its default. */
    private static final String BLOCK = ""
        + "00000002" + "00001000" + "00000048" + "00000000" + "0a000001" + "0a000002"
        + "0fa0" + "0003" + "0000000a"
        + "00 00 00 01 00 00 01 01 00 01 00 00 ff 00 00".replace(" ", "")
        + "00000001" + "00000000" + "00000000";

    static StressOptions options(final int serviceLevel) {
        return new StressOptions(2, 4096, 72, 0x0a000001, 0x0a000002, 4000, 3, 10, false, false, true, false, false, true,
            false, 0, serviceLevel);
    }

    @Test
    void shouldEncodeTheBlockOfOlderVersionsWithoutATypeOfService() {
        assertEquals(BLOCK, HexFormat.of().formatHex(StressOptionsCodec.encode(options(0))));
        assertEquals(StressOptionsCodec.LENGTH, BLOCK.length() / 2);
    }

    @Test
    void shouldPutTheVersionInFrontAndTheTypeOfServiceBehind() {
        assertEquals("322e302e370000000000000000000000" + BLOCK + "0500",
            HexFormat.of().formatHex(StressOptionsCodec.encode(options(5))));
    }

    @Test
    void shouldTellAVersionFromTheBeginningOfABlock() {
        assertTrue(StressOptionsCodec.isVersion(Arrays.copyOf(StressOptionsCodec.encode(options(5)), 16)));
        assertFalse(StressOptionsCodec.isVersion(Arrays.copyOf(StressOptionsCodec.encode(options(0)), 16)));
    }

    @Test
    void shouldDecodeWhatItEncodes() {
        for (final int serviceLevel : new int[] {0, 15}) {
            assertEquals(options(serviceLevel), StressOptionsCodec.decode(StressOptionsCodec.encode(options(serviceLevel))));
        }
        final StressOptions other = new StressOptions(65_535, 1 << 20, 1 << 19, -1, -2, 65_000, 500, Integer.MAX_VALUE, true,
            true, false, true, true, false, true, 7, 3);
        assertEquals(other, StressOptionsCodec.decode(StressOptionsCodec.encode(other)));
    }

    @Test
    void shouldRefuseWhatIsNotAvailable() {
        final byte[] rdma = StressOptionsCodec.encode(options(0));
        rdma[15] = 1;
        assertTrue(assertThrows(StressException.class, () -> StressOptionsCodec.decode(rdma)).getMessage().contains("RDMA"));
        final byte[] asynchronous = StressOptionsCodec.encode(options(1));
        asynchronous[asynchronous.length - 1] = 1;
        assertTrue(assertThrows(StressException.class, () -> StressOptionsCodec.decode(asynchronous))
            .getMessage().contains("asynchronous"));
    }

    @Test
    void shouldExchangeTheAddressesForThePassiveSide() {
        final StressOptions passive = options(0).mirrored(0x0a000009);
        assertEquals(0x0a000002, passive.sendAddress());
        assertEquals(0x0a000009, passive.receiveAddress());
        assertArrayEquals(new int[] {2, 4096, 3}, new int[] {passive.depth(), passive.requestSize(), passive.tasks()});
    }

    @Test
    void shouldRefuseOptionsThatCannotBeRun() {
        assertEquals(options(0), options(0).check(4096));
        assertThrows(StressException.class, () -> options(0).check(4095));
        assertThrows(StressException.class, () -> options(16).check(4096));
        assertThrows(StressException.class, () -> new StressOptions(1, 62, 63, 1, 2, 4000, 1, 0, false, false, false, false,
            false, true, false, 0, 0).check(4096));
        assertThrows(StressException.class, () -> new StressOptions(1, 63, 63, 1, 2, 65_000, 536, 0, false, false, false, false,
            false, true, false, 0, 0).check(4096));
        assertThrows(StressException.class, () -> new StressOptions(0, 63, 63, 1, 2, 4000, 1, 0, false, false, false, false,
            false, true, false, 0, 0).check(4096));
    }

    @Test
    void shouldSizeBuffersForEverythingOutstandingTwice() {
        assertEquals(3 * 2 * (4096 + 72) * 2, options(0).bufferLength());
        assertEquals(1 << 30, new StressOptions(65_535, 1 << 20, 72, 1, 2, 4000, 64, 0, false, false, false, false, false, true,
            false, 0, 0).bufferLength());
    }
}
