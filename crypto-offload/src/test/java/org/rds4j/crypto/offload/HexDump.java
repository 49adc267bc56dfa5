package org.rds4j.crypto.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.rds4j.crypto.Memory;

/** Whole structures written as dumps: {@code 0010: 80 00 ..}, lines not shown are zero. */
public final class HexDump {
    private static final HexFormat HEX = HexFormat.of();

    private HexDump() {
    }

    public static byte[] octets(final int length, final String dump) {
        final byte[] octets = new byte[length];
        for (final String line : dump.strip().lines().toList()) {
            final int colon = line.indexOf(':');
            final byte[] row = HEX.parseHex(line.substring(colon + 1).replace(" ", ""));
            System.arraycopy(row, 0, octets, HexFormat.fromHexDigits(line, 0, colon), row.length);
        }
        return octets;
    }

    public static Memory memory(final int length, final String dump) {
        return Memory.of(octets(length, dump));
    }

    public static void assertDump(final int length, final String dump, final byte[] actual) {
        assertEquals(rows(octets(length, dump)), rows(actual));
    }

    private static String rows(final byte[] octets) {
        final StringBuilder rows = new StringBuilder();
        for (int i = 0; i < octets.length; i += 16) {
            rows.append(HexFormat.ofDelimiter(" ").formatHex(octets, i, Math.min(octets.length, i + 16))).append('\n');
        }
        return rows.toString();
    }
}
