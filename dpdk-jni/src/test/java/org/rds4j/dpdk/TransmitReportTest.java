package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.dpdk.internal.Native;

/** What drivers are asked for is as their sources have it; those here have no reports, and are not held back. */
class TransmitReportTest extends DpdkTestSupport {
    private static final int ENOTSUP = 95;

    @Test
    void shouldAskForAPlaceOrANumberAsTheDriverCounts() {
        assertEquals(TransmitReport.BY_PLACE, TransmitReport.of("net_e1000_igb", true));
        assertEquals(TransmitReport.BY_PLACE, TransmitReport.of("net_ixgbe", true));
        assertEquals(TransmitReport.NONE, TransmitReport.of("net_i40e", false), "that reports each packet at a cost");
        assertEquals(TransmitReport.BY_NUMBER, TransmitReport.of("mlx5_pci", false));
        assertEquals(TransmitReport.NONE, TransmitReport.of("net_ena", true));
        assertEquals(511, TransmitReport.BY_PLACE.offset(512, 1), "the one before the next");
        assertEquals(0, TransmitReport.BY_PLACE.offset(512, 512), "the oldest is the next");
        assertEquals(0, TransmitReport.BY_NUMBER.offset(512, 1), "one is in use");
        assertEquals(121, TransmitReport.BY_NUMBER.offset(512, 122));
    }

    @Test
    void shouldNotHoldBackDevicesThatSendWhatTheyAccept() {
        for (final String name : List.of("net_null0", "net_ring0")) {
            try (DpdkDevice device = DpdkDevice.open(environment, config(name))) {
                final DpdkPort port = device.queue(0);
                assertFalse(device.isBoundByReports());
                assertEquals(Integer.MAX_VALUE, port.transmitRoom());
                assertTrue(device.transmitDescriptors() > 0);
                assertEquals(name.substring(0, name.length() - 1), Native.driver(device.portId()));
            }
        }
    }

    @Test
    void shouldNotWaitForADriverWithoutDescriptors() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_ring0"))) {
            final DpdkPort port = device.queue(0);
            assertEquals(-ENOTSUP, port.transmitStatus(0));
            assertTrue(new SentDescriptors(port, TransmitReport.BY_PLACE).isSent(1));
            assertTrue(new SentDescriptors(port, TransmitReport.BY_NUMBER).isSent(1));
            assertEquals(10_000, Native.linkSpeed(device.portId()));
        }
    }
}
