package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TcpConfigurationTest {
    @Test
    void shouldKeepAsManyRunsAsTheReceiveRingMakesUseful() {
        assertEquals(64, TcpConfiguration.datacenter().receiveBufferLength(65_536).build().outOfOrderRanges());
        assertEquals(128, TcpConfiguration.datacenter().build().outOfOrderRanges());
        assertEquals(512, TcpConfiguration.datacenter().receiveBufferLength(1 << 20).build().outOfOrderRanges());
        assertEquals(8192, TcpConfiguration.datacenter().receiveBufferLength(1 << 28).build().outOfOrderRanges());
        assertEquals(7, TcpConfiguration.datacenter().maxOutOfOrderRanges(7).build().outOfOrderRanges());
    }

    @Test
    void shouldHoldAWholeRecordInTheOverhangByDefault() {
        assertTrue(TcpConfiguration.datacenter().build().overhangLength() >= 16_645);
    }

    @Test
    void shouldChooseTheScaleThatTheBufferNeeds() {
        assertEquals(0, TcpConfiguration.datacenter().receiveBufferLength(32_768).overhangLength(1024).build().windowShift());
        assertEquals(1, TcpConfiguration.datacenter().receiveBufferLength(65_536).build().windowShift());
        assertEquals(5, TcpConfiguration.datacenter().receiveBufferLength(1 << 20).build().windowShift());
        assertEquals(0, TcpConfiguration.datacenter().windowScale(false).build().windowShift());
    }

    @Test
    void shouldNameTheValueThatIsWrong() {
        final TcpConfiguration.Builder builder = TcpConfiguration.datacenter().sendBufferLength(100_000);
        final String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertTrue(message.contains("sendBufferLength") && message.contains("100000"), message);
        final TcpConfiguration.Builder ports = TcpConfiguration.wideArea().firstPort(50_000).lastPort(40_000);
        assertTrue(assertThrows(IllegalArgumentException.class, ports::build).getMessage().contains("lastPort"));
    }

    @Test
    void shouldCountIntoSharedMemory() {
        final TcpCounters counters = TcpCounters.inMemory();
        counters.increment(TcpCounter.DROP_PAWS);
        counters.add(TcpCounter.OCTETS_IN, 5);
        assertEquals(1, counters.get(TcpCounter.DROP_PAWS));
        assertEquals(5, counters.get(TcpCounter.OCTETS_IN));
        assertEquals(0, counters.get(TcpCounter.OCTETS_OUT));
    }
}
