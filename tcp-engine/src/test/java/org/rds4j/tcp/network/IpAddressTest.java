package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.wire.MacAddress;

class IpAddressTest {
    @Test
    void shouldReadTheFormsOfRfc4291() {
        final String[][] spellings = {
            {"ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"},
            {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
            {"FF01:0:0:0:0:0:0:101", "ff01::101"}, {"0:0:0:0:0:0:0:1", "::1"}, {"0:0:0:0:0:0:0:0", "::"},
            {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"}, {"::FFFF:129.144.52.38", "129.144.52.38"}, {"1::", "1::"}};
        for (final String[] spelling : spellings) {
            assertEquals(spelling[1], IpAddress.parse(spelling[0]).toString());
            assertEquals(IpAddress.parse(spelling[0]), IpAddress.parse(spelling[1]));
        }
        assertEquals(0x2001_0db8_0000_0000L, IpAddress.parse("2001:db8::8:800:200c:417a").high());
        assertEquals(0x0008_0800_200c_417aL, IpAddress.parse("2001:db8::8:800:200c:417a").low());
    }

    @Test
    void shouldWriteTheFormOfRfc5952() {
        final String[][] spellings = {
            {"2001:0db8::0001", "2001:db8::1"}, {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
            {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
            {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"}};
        for (final String[] spelling : spellings) {
            assertEquals(spelling[1], IpAddress.parse(spelling[0]).toString());
        }
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        for (final String text : new String[] {
            "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7::8",
            "::1%eth0", "1.2.3.4::", "::1.2.3", "2001:db8::1/64", "1:2:3:4:5:6:7:1.2.3.4", ":1:2:3:4:5:6:7", "::-1"}) {
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text), text);
        }
    }

    @Test
    void shouldKnowWhatAddressesMean() {
        assertTrue(IpAddress.parse("192.0.2.1").isIpv4());
        assertFalse(IpAddress.parse("::192.0.2.1").isIpv4());
        assertTrue(Ipv6Address.isLinkLocal(IpAddress.parse("febf::1").high()));
        assertFalse(Ipv6Address.isLinkLocal(IpAddress.parse("fec0::1").high()));
        assertTrue(Ipv6Address.isMulticast(IpAddress.parse("ff02::1").high()));
        for (final String text : new String[] {"::", "::1", "::ffff:1.2.3.4", "::1.2.3.4", "ff02::1"}) {
            assertFalse(Ipv6Address.isHost(IpAddress.parse(text).high()), text);
        }
        assertTrue(Ipv6Address.isHost(IpAddress.parse("64:ff9b::1.2.3.4").high()));
    }

    /** RFC 4291 section 2.7.1 and RFC 2464 sections 4 and 7. */
    @Test
    void shouldMakeGroupsAndIdentifiersAsTheRfcsShow() {
        assertEquals(IpAddress.parse("ff02::1:ff0e:8c6c"), new IpAddress(
            Ipv6Address.LINK_GROUP_HIGH, Ipv6Address.solicitedNodeLow(IpAddress.parse("4037::01:800:200e:8c6c").low())));
        assertEquals(0x3656_78ff_fe9a_bcdeL, Ipv6Address.interfaceIdentifier(MacAddress.parse("34:56:78:9a:bc:de")));
        assertEquals(IpAddress.parse("fe80::3656:78ff:fe9a:bcde"), Ipv6Address.linkLocal(MacAddress.parse("34:56:78:9a:bc:de")));
        assertEquals(MacAddress.parse("33:33:ff:0e:8c:6c"), MacAddress.ofIpv6Group(IpAddress.parse("ff02::1:ff0e:8c6c").low()));
    }

    @Test
    void shouldCompareEveryPrefixLength() {
        final IpAddress a = IpAddress.parse("2001:db8:a5a5:5a5a:ffff:0:1234:5678");
        for (int bit = 0; bit < 128; bit++) {
            final long high = bit < 64 ? a.high() ^ (1L << (63 - bit)) : a.high();
            final long low = bit < 64 ? a.low() : a.low() ^ (1L << (127 - bit));
            assertEquals(bit, Ipv6Address.commonPrefixLength(a.high(), a.low(), high, low));
            assertTrue(Ipv6Address.isSamePrefix(a.high(), a.low(), high, low, bit));
            assertFalse(Ipv6Address.isSamePrefix(a.high(), a.low(), high, low, bit + 1));
        }
        assertEquals(128, Ipv6Address.commonPrefixLength(a.high(), a.low(), a.high(), a.low()));
    }
}
