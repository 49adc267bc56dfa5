package org.rds4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RdsAddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:4000, 10.0.0.1:4000", "10.0.0.1, 10.0.0.1:0", "255.1.2.3:65535, 255.1.2.3:65535",
        "[2001:db8::1]:4000, [2001:db8::1]:4000", "2001:db8::1, [2001:db8::1]:0", "[::1], [::1]:0",
        "[2001:DB8:0:0:1:0:0:1]:2, [2001:db8::1:0:0:1]:2", "[1:0:2:0:3:0:4:0]:2, [1:0:2:0:3:0:4:0]:2",
        "[fe80:0:0:0:0:0:0:0]:2, [fe80::]:2", "::, [::]:0", "[::ffff:10.0.0.1]:7, 10.0.0.1:7"})
    void shouldParseAndPrint(final String text, final String printed) {
        assertEquals(printed, RdsAddress.parse(text).toString());
        assertEquals(RdsAddress.parse(text), RdsAddress.parse(printed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0", "10.0.0.256", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1", "host:1", "localhost",
        "[10.0.0.1]:1", "[::1]x:1", "[::1", "::1]:4", "1::2::3", "10.0.0.1:1:2"})
    void shouldRefuseWhatIsNoAddress(final String text) {
        assertEquals(Errno.EINVAL, assertThrows(RdsArgumentException.class, () -> RdsAddress.parse(text)).errno());
    }

    @Test
    void shouldOrderHostsUnsigned() {
        assertTrue(RdsAddress.parse("10.0.0.1").compareTo(RdsAddress.parse("200.0.0.1")) < 0);
        assertTrue(RdsAddress.parse("255.255.255.254").compareTo(RdsAddress.parse("2001::1")) < 0);
        assertTrue(RdsAddress.parse("7fff::").compareTo(RdsAddress.parse("8000::")) < 0);
        assertTrue(RdsAddress.parse("10.0.0.1:5").compareTo(RdsAddress.parse("10.0.0.1:4")) > 0);
    }

    @Test
    void shouldKnowUnicast() {
        for (final String text : new String[] {"0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1"}) {
            assertFalse(RdsAddress.parse(text).isUnicast(), text);
        }
        assertTrue(RdsAddress.parse("10.0.0.1").isUnicast());
        assertTrue(RdsAddress.parse("fe80::1").isUnicast());
        assertTrue(RdsAddress.parse("fe80::1").isLinkLocal());
        assertTrue(RdsAddress.parse("febf:ffff::1").isLinkLocal());
        assertFalse(RdsAddress.parse("fec0::1").isLinkLocal());
        assertFalse(RdsAddress.parse("169.254.0.1").isLinkLocal());
    }
}
