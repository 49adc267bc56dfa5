package org.rds4j.crypto.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the SPIFFE-ID standard, sections 2.1 to 2.3. */
class SpiffeIdTest {
    @Test
    void shouldTakeANameApart() {
        final SpiffeId id = SpiffeId.parse("spiffe://cluster-7.example_x/rack/7/Node.a-b_c");
        assertEquals("cluster-7.example_x", id.trustDomain());
        assertEquals("/rack/7/Node.a-b_c", id.path());
        assertEquals("spiffe://cluster-7.example_x/rack/7/Node.a-b_c", id.toString());
        assertEquals(id, SpiffeId.parse(id.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "spiffe:", "spiffe://", "spiffe:///a", "SPIFFE://d/a", "https://d/a", "spiffe//d/a", " spiffe://d/a",
        "spiffe://d", "spiffe://d/", "spiffe://d/a/", "spiffe://d//a", "spiffe://d/.", "spiffe://d/..", "spiffe://d/a/../b",
        "spiffe://d/./a", "spiffe://D/a", "spiffe://d:80/a", "spiffe://u@d/a", "spiffe://d/a?q", "spiffe://d/a#f",
        "spiffe://d/%61", "spiffe://d/a b", "spiffe://d/*", "spiffe://*/a", "spiffe://d/\u00e4", "spiffe://d/a\n",
        "spiffe://d/a\u0000b"})
    void shouldRefuseWhatIsNoName(final String uri) {
        assertThrows(IllegalArgumentException.class, () -> SpiffeId.parse(uri));
    }

    @Test
    void shouldHoldTheLongestNamesAndNoLonger() {
        final String domain = "d".repeat(255);
        assertEquals(domain, SpiffeId.parse("spiffe://" + domain + "/a").trustDomain());
        assertThrows(IllegalArgumentException.class, () -> SpiffeId.parse("spiffe://" + domain + "d/a"));
        final String longest = "spiffe://d/" + "a".repeat(2048 - 11);
        assertEquals(longest, SpiffeId.parse(longest).toString());
        assertThrows(IllegalArgumentException.class, () -> SpiffeId.parse(longest + "a"));
    }

    @Test
    void shouldAllowDotsThatAreNotWholeSegments() {
        assertTrue(SpiffeId.parse("spiffe://d/...").path().endsWith("..."));
        assertEquals("/.a/b.", SpiffeId.parse("spiffe://d/.a/b.").path());
    }
}
