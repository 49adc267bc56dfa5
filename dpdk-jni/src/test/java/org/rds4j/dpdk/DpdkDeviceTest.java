package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class DpdkDeviceTest extends DpdkTestSupport {
    private DpdkException refusal(final DpdkDeviceConfig config) {
        return assertThrows(DpdkException.class, () -> DpdkDevice.open(environment, config).close());
    }

    @Test
    void shouldRefuseADeviceStringWithoutADriver() {
        final DpdkException ex = refusal(config("no_such_driver0"));
        assertTrue(ex.getMessage().contains("no_such_driver0"), ex.getMessage());
        assertNotEquals(0, ex.errno());
    }

    @Test
    void shouldRefuseAPciAddressWithoutADevice() {
        final DpdkException ex = refusal(config("0000:7f:1f.7"));
        assertTrue(ex.getMessage().contains("0000:7f:1f.7"), ex.getMessage());
    }

    @Test
    void shouldRefuseBadDeviceArgumentsWithTheDriversReason() {
        final DpdkException ex = refusal(config("net_pcap0,rx_pcap=/nonexistent/file.pcap"));
        assertTrue(ex.getMessage().contains("nonexistent"), ex.getMessage());
        DpdkDevice.open(environment, config("net_null0")).close();
    }

    @Test
    void shouldRefuseMissingOrSenselessConfiguration() {
        assertTrue(refusal(new DpdkDeviceConfig().mempool(pool)).getMessage().contains("name a device"));
        assertTrue(refusal(new DpdkDeviceConfig().device("net_null0")).getMessage().contains("mempool"));
        assertTrue(refusal(config("net_null0").queues(0)).getMessage().contains("queues"));
        assertTrue(refusal(config("net_null0").receiveDescriptors(0)).getMessage().contains("descriptors"));
        assertTrue(refusal(config("net_null0").macAddress(0x0100_5e00_0001L)).getMessage().contains("MAC"));
        assertTrue(refusal(config("net_null0").mtu(67)).getMessage().contains("67"));
        assertTrue(refusal(config("net_null0").mtu(FRAME_CAPACITY)).getMessage().contains("2030"));
        assertTrue(refusal(config("net_null0").device("net_null0," + "x".repeat(2000))).getMessage().contains("too long"));
    }

    @Test
    void shouldRefuseTheSameDeviceTwice() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null0"))) {
            final DpdkException ex = refusal(config("net_null0,size=64"));
            assertTrue(ex.getMessage().contains("open already"), ex.getMessage());
            assertTrue(device.isUp());
        }
    }

    @Test
    void shouldNameTheDeviceWithoutBusAndArguments() {
        assertEquals("net_tap0", config("vdev:net_tap0,iface=x").deviceName());
        assertEquals("0000:3b:00.0", config("0000:3b:00.0,arg=1").deviceName());
        assertEquals("0000:3b:00.0", config("pci:0000:3b:00.0").deviceName());
    }

    @Test
    void shouldCountIntoMemoryOfTheCallers() {
        final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * DpdkPortCounters.LENGTH).alignedSlice(8));
        final DpdkDeviceConfig config = config("net_null0").queues(2)
            .counters(queue -> new DpdkPortCounters(memory, queue * DpdkPortCounters.LENGTH));
        try (DpdkDevice device = DpdkDevice.open(environment, config)) {
            assertEquals(32, device.queue(1).receiveBurst(burst));
            device.queue(1).release(burst);
        }
        assertEquals(0, memory.getLong(DpdkPortCounter.RECEIVED_FRAMES.slot() * 8));
        assertEquals(32, memory.getLong(DpdkPortCounters.LENGTH + DpdkPortCounter.RECEIVED_FRAMES.slot() * 8));
        assertThrows(DpdkException.class, () -> new DpdkPortCounters(new UnsafeBuffer(new byte[256]), 0));
    }

    @Test
    void shouldNumberCounterSlotsOneByOne() {
        int slot = 0;
        for (final DpdkPortCounter counter : DpdkPortCounter.values()) {
            assertEquals(slot++, counter.slot());
            assertFalse(counter.label().isEmpty() || counter.meaning().isEmpty());
        }
    }

    @Test
    void shouldTakeTheMacAddressItIsGiven() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null0").macAddress(0x0200_0000_0001L))) {
            assertEquals(0x0200_0000_0001L, device.macAddress());
            assertEquals(0x0200_0000_0001L, device.queue(0).macAddress());
        }
    }

    @Test
    void shouldRefuseToCloseAPoolWithFramesOut() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null0"))) {
            assertEquals(1, device.queue(0).allocate(burst, 1));
            final DpdkException ex = assertThrows(DpdkException.class, pool::close);
            assertTrue(ex.getMessage().contains("misses"), ex.getMessage());
            device.queue(0).release(burst);
        }
        assertEquals(0, pool.inUse());
    }

    @Test
    void shouldRefusePoolsThatCannotBe() {
        assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, "", 10, 2048));
        assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, "x".repeat(25), 10, 2048));
        assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, "x", 0, 2048));
        assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, "x", 10, 65_500));
        assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, pool.name(), 10, 2048));
        final DpdkException ex = assertThrows(DpdkException.class, () -> DpdkMempool.create(environment, "x", 4_000_000, 2048));
        assertTrue(ex.getMessage().contains("memory"), ex.getMessage());
        DpdkMempool.create(environment, "x", 10, 2048).close();
    }

    @Test
    void shouldRoundFrameCapacityToWholeKibibytes() {
        assertEquals(2048, DpdkMempool.frameCapacityForMtu(1500));
        assertEquals(9216, DpdkMempool.frameCapacityForMtu(9000));
        assertEquals(1024, DpdkMempool.frameCapacityForMtu(1002));
    }

    @Test
    void shouldReturnAFrameOfAnotherPoolToThatPool() {
        try (DpdkMempool foreign = DpdkMempool.create(environment, "foreign", 15, 2048);
            DpdkDevice one = DpdkDevice.open(environment, new DpdkDeviceConfig().device("net_null0").mempool(foreign));
            DpdkDevice other = DpdkDevice.open(environment, config("net_null1"))) {
            assertEquals(3, one.queue(0).allocate(burst, 3));
            final int before = foreign.available();
            other.queue(0).release(burst);
            assertEquals(before + 3, foreign.available());
        }
    }

    @Test
    void shouldServeEveryFrameOfATinyPool() {
        try (DpdkMempool tiny = DpdkMempool.create(environment, "tiny", 7, 2048);
            DpdkDevice device = DpdkDevice.open(environment, new DpdkDeviceConfig().device("net_null0").mempool(tiny))) {
            assertEquals(7, device.queue(0).allocate(burst, 8));
            device.queue(0).release(burst);
        }
    }
}
