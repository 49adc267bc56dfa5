package org.rds4j.crypto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Memory the model may read, by key; and which of it is plaintext that no wire may see. */
final class HostMemory {
    private static final int FIRST_KEY = 0x1800;

    private final List<Region> regions = new ArrayList<>();
    private final TreeMap<Long, Long> plaintext = new TreeMap<>();

    private record Region(long address, long length) {
        boolean covers(final long data, final int octets) {
            return data >= address && octets <= length && data - address <= length - octets;
        }
    }

    int register(final long address, final long length) {
        regions.add(new Region(address, length));
        return (FIRST_KEY + regions.size() - 1) << 8;
    }

    boolean covers(final int memoryKey, final long data, final int length) {
        final int index = (memoryKey >>> 8) - FIRST_KEY;
        return (memoryKey & 0xff) == 0 && index >= 0 && index < regions.size() && regions.get(index).covers(data, length);
    }

    /** Ranges are marked and unmarked whole. */
    void plaintext(final long address, final long length, final boolean isPlaintext) {
        if (isPlaintext) {
            plaintext.put(address, address + length);
        } else {
            plaintext.remove(address);
        }
    }

    boolean isPlaintext(final long data, final int length) {
        final Map.Entry<Long, Long> before = plaintext.lowerEntry(data + length);
        return before != null && before.getValue() > data;
    }
}
