package org.rds4j.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.SecurityMode;

/** A path with names of any length goes through the words of rows and back. */
class SecurityStatusTest {
    private static final RdsAddress LOCAL = RdsAddress.parse("10.0.0.1:16385");
    private static final RdsAddress REMOTE = RdsAddress.parse("[fd00::2]:50000");

    private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(64 * StatusPage.ROW_LENGTH));
    private final StatusPage page = new StatusPage(memory);

    private void put(final String peer) {
        final byte[] texts = SecurityStatus.texts("AES-256-GCM", "Some library 1.2 (fast)", "TLS_X", peer);
        assertTrue(page.hasRoom(1 + Math.ceilDiv(texts.length, StatusPage.ROW_LENGTH)));
        page.next();
        page.put(LOCAL.high()).put(LOCAL.low()).put(LOCAL.port()).put(REMOTE.high()).put(REMOTE.low()).put(REMOTE.port())
            .put(3).put(-1).put(1).put(1).put(77).put(1_000).put(5).put(6).put(1).put(texts.length);
        page.putRows(texts);
    }

    private List<StatusRow> rows() {
        final List<StatusRow> rows = new ArrayList<>();
        for (int row = 0; row < page.rows(); row++) {
            final long[] words = new long[StatusPage.WORDS];
            for (int i = 0; i < words.length; i++) {
                words[i] = memory.getLong(row * StatusPage.ROW_LENGTH + i * Long.BYTES);
            }
            rows.add(new StatusRow(words));
        }
        return rows;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 119, 120, 121, 160, 161, 2048})
    void shouldComeBackAsItWent(final int length) {
        page.begin(0, 0);
        final String peer = "p".repeat(length);
        put(peer);
        put("second");
        final List<SecurityStatus> paths = SecurityStatus.read(rows());
        assertEquals(new SecurityStatus(LOCAL, REMOTE, 3, -1, SecurityMode.REQUIRED, true, "AES-256-GCM",
            "Some library 1.2 (fast)", "TLS_X", 77, 1_000, 5, 6, true, peer), paths.getFirst());
        assertEquals("second", paths.getLast().peer());
    }

    @Test
    void shouldSayWhenThereIsNoRoom() {
        page.begin(0, 0);
        for (int i = 0; i < 60; i++) {
            page.next();
        }
        assertTrue(page.hasRoom(4));
        assertFalse(page.hasRoom(5));
    }
}
