package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.rds4j.crypto.Memory;

/** Looks for a key in what a heap dump would show of this process. */
final class HeapSearch {
    private static final int SEED = 99;
    private static final int KEY_LENGTH = 32;

    private HeapSearch() {
    }

    /** The key is there while it is used, which shows that the search finds it, and not when its Aead is closed but reachable. */
    static void assertKeyGoesWithItsAead(final AeadProvider provider) throws IOException {
        assumeTrue(provider.isAvailable(), provider.unavailabilityCause());
        final byte[] key = key();
        final Aead aead = provider.newAead(key);
        Arrays.fill(key, (byte) 0);
        final Memory memory = new Memory(256);
        final long base = memory.address();
        assertTrue(aead.seal(base, base + 16, base + 32, 50, (byte) 23, base + 128));
        assertTrue(aead.open(base, base + 16, base + 128, 51));
        assertTrue(count() > 0, "the search finds nothing");
        aead.close();
        assertEquals(0, count());
        assertFalse(aead.open(base, base + 16, base + 128, 51));
    }

    private static int count() throws IOException {
        final Path directory = Files.createTempDirectory("rds4j-heap");
        final Path dump = directory.resolve("dump.hprof");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), true);
            return count(Files.readAllBytes(dump));
        } finally {
            Files.deleteIfExists(dump);
            Files.delete(directory);
        }
    }

    /** Of the key's first half, which is also the first round key of its schedule. */
    private static int count(final byte[] octets) {
        final byte[] wanted = key();
        int count = 0;
        for (int i = 0; i + KEY_LENGTH <= octets.length; i++) {
            if (octets[i] == wanted[0] && Arrays.equals(octets, i, i + 16, wanted, 0, 16)) {
                count++;
            }
        }
        return count;
    }

    /** Made anew each time, so that no copy of the test's own stays. */
    private static byte[] key() {
        final byte[] key = new byte[KEY_LENGTH];
        new Random(SEED).nextBytes(key);
        return key;
    }
}
