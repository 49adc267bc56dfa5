package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.MacAddress;

class InterfaceConfigurationTest {
    private static final long MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final LinkCapabilities LINK = LinkCapabilities.plain(9000, 32);

    @Test
    void shouldReadAddressesFromText() {
        final InterfaceConfiguration configuration =
            InterfaceConfiguration.of(MAC, "10.1.2.3/16", LINK).withGateway("10.1.0.1").withMtu(1500);
        assertEquals("10.1.2.3", configuration.addresses().get(0).address().toString());
        assertEquals(16, configuration.addresses().get(0).prefixLength());
        assertEquals(0x0a01_0001, configuration.gatewayIpv4().ipv4());
        assertEquals(1500, configuration.mtu());
        assertFalse(configuration.receiveChecksum());
        final OwnAddresses own = new OwnAddresses(configuration);
        assertTrue(own.isOnLinkIpv4(0x0a01_ffff));
        assertFalse(own.isOnLinkIpv4(0x0a02_0001));
        assertTrue(own.isBroadcast(0x0a01_ffff));
        assertFalse(own.isBroadcast(0x0a01_fffe));
        assertFalse(own.isNeighbour(0, Ipv4Address.mappedLow(0x0a01_0000)));
    }

    @Test
    void shouldTakeBothAddressesOfAPointToPointPrefix() {
        final OwnAddresses own = new OwnAddresses(InterfaceConfiguration.of(MAC, "10.0.0.0/31", LINK));
        assertTrue(own.isNeighbour(0, Ipv4Address.mappedLow(0x0a00_0001)));
        assertFalse(own.isBroadcast(0x0a00_0001));
        assertEquals(32, InterfaceConfiguration.of(MAC, "10.0.0.1/32", LINK).addresses().get(0).prefixLength());
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        for (final String text : new String[] {
            "", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3", "1..2.3", "1.2.3.256", "1.2.3.0004", "01.2.3.4", "1.2.3.a",
            "1.2.3.-4", "1.2.3.4 ", "99999999999.1.1.1"}) {
            assertThrows(IllegalArgumentException.class, () -> Ipv4Address.parse(text), text);
        }
        assertEquals("203.0.113.255", Ipv4Address.format(Ipv4Address.parse("203.0.113.255")));
        assertEquals("0.0.0.0", Ipv4Address.format(Ipv4Address.parse("0.0.0.0")));
    }

    @Test
    void shouldRefuseWhatCannotWork() {
        for (final String cidr : new String[] {
            "10.0.0.1", "10.0.0.1/", "10.0.0.1/x", "10.0.0.1/0", "10.0.0.1/33", "10.0.0.0/24", "10.0.0.255/24",
            "127.0.0.1/8", "224.0.0.1/4", "0.0.0.1/8", "/24"}) {
            assertThrows(IllegalArgumentException.class, () -> InterfaceConfiguration.of(MAC, cidr, LINK), cidr);
        }
        final InterfaceConfiguration good = InterfaceConfiguration.of(MAC, "10.0.0.1/24", LINK);
        assertThrows(IllegalArgumentException.class, () -> good.withGateway("10.0.1.1"));
        assertThrows(IllegalArgumentException.class, () -> good.withGateway("10.0.0.1"));
        assertThrows(IllegalArgumentException.class, () -> good.withGateway("10.0.0.255"));
        assertThrows(IllegalArgumentException.class, () -> good.withMtu(67));
        assertThrows(IllegalArgumentException.class, () -> good.withMtu(9001));
        assertThrows(IllegalArgumentException.class, () -> good.withTables(3, 10));
        assertThrows(IllegalArgumentException.class, () -> good.withTables(10, 0));
        assertThrows(IllegalArgumentException.class, () -> InterfaceConfiguration.of(0, "10.0.0.1/24", LINK));
        assertThrows(IllegalArgumentException.class, () -> InterfaceConfiguration.of(1L << 40, "10.0.0.1/24", LINK));
    }

    @Test
    void shouldReadAndWriteMacAddresses() {
        assertEquals(0x0a1b_2c3d_4e5fL, MacAddress.parse("0a:1B:2c:3d:4e:5f"));
        assertEquals("0a:1b:2c:3d:4e:5f", MacAddress.format(0x0a1b_2c3d_4e5fL));
        for (final String text : new String[] {"", "02:00:00:00:00", "02-00-00-00-00-01", "02:00:00:00:00:0g"}) {
            assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text), text);
        }
        assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
        assertFalse(MacAddress.isStation(0x0100_5e00_0001L));
        assertFalse(MacAddress.isStation((1L << 48) | 2));
    }
}
