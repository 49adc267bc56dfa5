package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the verification suite that the inventor of RSS publishes, and against the definition, bit by bit. */
class ToeplitzHashTest {
    private static final byte[] KEY = HexFormat.of().parseHex(
        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

    @ParameterizedTest
    @CsvSource({
        "66.9.149.187, 2794, 161.142.100.80, 1766, 51ccc178",
        "199.92.111.2, 14230, 65.69.140.83, 4739, c626b0ea",
        "24.19.198.95, 12898, 12.22.207.184, 38024, 5c2b394a",
        "38.27.205.30, 48228, 209.142.163.6, 2217, afc7327f",
        "153.39.163.191, 44251, 202.188.127.2, 1303, 10e828a2",
        "3ffe:2501:200:1fff::7, 2794, 3ffe:2501:200:3::1, 1766, 40207d3d",
        "3ffe:501:8::260:97ff:fe40:efab, 14230, ff02::1, 4739, dde51bbf",
        "3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, fe80::200:f8ff:fe21:67cf, 38024, 02d1feef"})
    void shouldGiveThePublishedHashes(
        final String source, final int sourcePort, final String destination, final int destinationPort, final String expected)
        throws UnknownHostException {
        final int hash = new ToeplitzHash(KEY).hash(
            half(source, 0), half(source, 8), half(destination, 0), half(destination, 8), sourcePort, destinationPort);
        assertEquals(expected, String.format("%08x", hash));
    }

    private static long half(final String address, final int offset) throws UnknownHostException {
        final byte[] octets = InetAddress.getByName(address).getAddress();
        if (octets.length == 16) {
            return ByteBuffer.wrap(octets).getLong(offset);
        }
        return offset == 0 ? 0 : 0xffff_0000_0000L | Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt());
    }

    @Test
    void shouldEqualTheDefinitionForAnyKey() {
        final SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 200; i++) {
            final byte[] key = new byte[40 + random.nextInt(13)];
            random.nextBytes(key);
            final ByteBuffer input = ByteBuffer.allocate(36);
            input.putLong(random.nextLong()).putLong(random.nextLong()).putLong(random.nextLong()).putLong(random.nextLong());
            input.putShort((short) random.nextInt()).putShort((short) random.nextInt());
            assertEquals(bitByBit(key, input.array()), new ToeplitzHash(key).hash(
                input.getLong(0), input.getLong(8), input.getLong(16), input.getLong(24),
                input.getShort(32) & 0xffff, input.getShort(34) & 0xffff));
        }
    }

    static int bitByBit(final byte[] key, final byte[] input) {
        int hash = 0;
        for (int bit = 0; bit < input.length * 8; bit++) {
            if ((input[bit / 8] & 0x80 >> bit % 8) != 0) {
                int window = 0;
                for (int i = bit; i < bit + 32; i++) {
                    window = window << 1 | (key[i / 8] >> (7 - i % 8) & 1);
                }
                hash ^= window;
            }
        }
        return hash;
    }

    @Test
    void shouldBeTheSameBothWaysWithTheSymmetricKey() {
        final ToeplitzHash hash = new ToeplitzHash(ToeplitzHash.symmetricKey());
        assertEquals(hash.hash(1, 2, 3, 4, 5, 6), hash.hash(3, 4, 1, 2, 6, 5));
        assertEquals(hash.hash(0, 0xffff_0a00_0001L, 0, 0xffff_0a00_0002L, 5, 6),
            hash.hash(0, 0xffff_0a00_0002L, 0, 0xffff_0a00_0001L, 6, 5));
    }

    @Test
    void shouldRefuseAKeyTooShortForIpv6() {
        assertThrows(IllegalArgumentException.class, () -> new ToeplitzHash(new byte[39]));
    }
}
