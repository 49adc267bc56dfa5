package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.support.Script;

/**
 * Three segments that overlap in every way there is, each with octets of its own: the first copy of an octet is what the
 * application reads, and every acknowledgement says what is held, with SACK blocks and the report of what came twice.
 * <p>
 * The patterns are made by rule: all triples of intervals over a line of seven slots, of which one is kept for each order of
 * their six ends. Those are the 409 consistent triples of Allen's interval relations (1983), and so everything that three
 * segments can be to one another.
 */
class OverlapPatternsTest {
    private static final int SLOTS = 7;
    private static final int SLOT = 10;
    private static final int REST = 9;

    @Test
    void shouldKnowEveryPattern() {
        assertEquals(409, patterns().size());
    }

    /** Up to mirroring they are 211: 13 are their own image. All are run, so that nothing rests on which of them suffice. */
    @Test
    void shouldKnowEveryPatternAndItsMirrorImage() {
        final Set<String> patterns = patterns();
        final Set<String> oneOfEach = new TreeSet<>();
        int ownImages = 0;
        for (final String pattern : patterns) {
            final String image = mirrored(pattern);
            assertTrue(patterns.contains(image));
            ownImages += pattern.equals(image) ? 1 : 0;
            oneOfEach.add(pattern.compareTo(image) < 0 ? pattern : image);
        }
        assertEquals(13, ownImages);
        assertEquals((409 + 13) / 2, oneOfEach.size());
    }

    /** The line turned round: where a segment began it ends. */
    private static String mirrored(final String pattern) {
        final int[] edges = edges(pattern);
        final int last = Arrays.stream(edges).max().orElseThrow();
        final int[] image = new int[edges.length];
        Arrays.setAll(image, i -> last - edges[i ^ 1]);
        return Arrays.toString(image);
    }

    /** At RCV.NXT, and behind a gap of one slot. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldKeepTheFirstCopyAndSayWhatItHolds(final int gap) {
        for (final String pattern : patterns()) {
            check(edges(pattern), gap);
        }
    }

    private static Set<String> patterns() {
        final Set<String> patterns = new LinkedHashSet<>();
        final int intervals = SLOTS * SLOTS;
        for (int triple = 0; triple < intervals * intervals * intervals; triple++) {
            final int[] edges = new int[6];
            int rest = triple;
            for (int i = 0; i < 6; i++) {
                edges[i] = rest % SLOTS + i % 2;
                rest /= SLOTS;
            }
            if (edges[0] < edges[1] && edges[2] < edges[3] && edges[4] < edges[5]) {
                patterns.add(Arrays.toString(compressed(edges)));
            }
        }
        return patterns;
    }

    /** Each end by its rank among the ends. */
    private static int[] compressed(final int[] edges) {
        final TreeSet<Integer> ends = new TreeSet<>();
        for (final int edge : edges) {
            ends.add(edge);
        }
        return Arrays.stream(edges).map(edge -> ends.headSet(edge).size()).toArray();
    }

    private static int[] edges(final String pattern) {
        return Arrays.stream(pattern.replaceAll("[\\[\\] ]", "").split(",", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private static void check(final int[] edges, final int gap) {
        final Script script = established();
        final int slots = Arrays.stream(edges).max().orElseThrow() + gap;
        final int[] copies = new int[slots];
        final SackReceiverTest.Model model = new SackReceiverTest.Model(slots);
        for (int i = 0; i < 6; i += 2) {
            final int from = edges[i] + gap;
            final int to = edges[i + 1] + gap;
            final int segment = i / 2 + 1;
            script.inject(
                "A seq=" + (1 + from * SLOT) + " ack=1 win=10000 len=" + (to - from) * SLOT + " fill=" + segment);
            Arrays.setAll(copies, slot -> copies[slot] == 0 && slot >= from && slot < to ? segment : copies[slot]);
            script.after(40 * MS);
            assertEquals(
                "[A seq=1 " + model.arrive(from, to, 1) + "]", script.emitted().toString().replaceFirst(" win=\\d+", ""),
                () -> Arrays.toString(edges) + " segment " + segment);
        }
        script.inject("A seq=1 ack=1 win=10000 len=" + slots * SLOT + " fill=" + REST);
        Arrays.setAll(copies, slot -> copies[slot] == 0 ? REST : copies[slot]);
        assertEquals(Arrays.toString(copies), Arrays.toString(delivered(script, slots)), () -> Arrays.toString(edges));
    }

    private static Script established() {
        final Script script = new Script(Script.plain().sack(true)).listen();
        script.inject("S seq=0 win=10000 mss=1460 sackOK");
        script.emitted();
        script.inject("A seq=1 ack=1 win=10000");
        return script;
    }

    /** What the application reads: for each slot the segment that all its octets came with. */
    private static int[] delivered(final Script script, final int slots) {
        final int[] copies = new int[slots];
        assertEquals((long) slots * SLOT, script.connection.receivedPosition());
        final long address = script.connection.receiveAddress(0, slots * SLOT);
        for (int i = 0; i < slots * SLOT; i++) {
            final int octet = UnsafeApi.getByte(address + i);
            assertEquals(i % SLOT == 0 ? octet : copies[i / SLOT], octet, "a slot of one copy");
            copies[i / SLOT] = octet;
        }
        return copies;
    }
}
