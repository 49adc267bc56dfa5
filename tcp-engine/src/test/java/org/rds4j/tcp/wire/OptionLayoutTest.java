package org.rds4j.tcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.agrona.UnsafeApi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.support.Octets;

class OptionLayoutTest {
    private final Octets memory = new Octets(64);

    /** The octets that the two kernels put on their SYNs. */
    @ParameterizedTest
    @CsvSource({
        "LINUX,   7, true,  true,  020405b4 0402 080a 00000001 00000002 01 030307",
        "LINUX,   7, false, true,  020405b4 0101 080a 00000001 00000002 01 030307",
        "LINUX,   7, true,  false, 020405b4 0101 0402 01 030307",
        "LINUX,   7, false, false, 020405b4 01 030307",
        "LINUX,  -1, true,  true,  020405b4 0402 080a 00000001 00000002",
        "LINUX,  -1, true,  false, 020405b4 0101 0402",
        "LINUX,  -1, false, false, 020405b4",
        "FREEBSD, 6, true,  true,  020405b4 01 030306 0402 080a 00000001 00000002",
        "FREEBSD, 6, true,  false, 020405b4 01 030306 0402 0000",
        "FREEBSD, 6, false, true,  020405b4 01 030306 0101 080a 00000001 00000002",
        "FREEBSD,-1, true,  true,  020405b4 0402 080a 00000001 00000002",
        "FREEBSD,-1, false, true,  020405b4 0101 080a 00000001 00000002",
        "FREEBSD,-1, true,  false, 020405b4 0402 0000",
        "FREEBSD,-1, false, false, 020405b4"})
    void shouldWriteTheOptionsInItsOrder(
        final OptionLayout layout, final int shift, final boolean sack, final boolean timestamps, final String expected) {
        final String octets = expected.replace(" ", "");
        UnsafeApi.setMemory(memory.address(), memory.length(), (byte) 0x55);
        final long end = layout.write(memory.address(), 1460, shift, sack, timestamps, 1, 2);
        final int length = (int) (end - memory.address());
        assertEquals(octets, hex(length));
        assertEquals(length, layout.length(shift != TcpOptions.ABSENT, sack, timestamps), "length as announced");
    }

    private String hex(final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = UnsafeApi.getByte(memory.address() + i);
        }
        return HexFormat.of().formatHex(octets);
    }
}
