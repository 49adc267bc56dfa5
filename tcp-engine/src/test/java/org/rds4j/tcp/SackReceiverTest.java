package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.support.Script.MS;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.support.Script;

/** SACK blocks and reports of duplicates that this side sends: RFC 2018 section 4, RFC 2883. */
class SackReceiverTest {
    private static final int SLOTS = 7;
    private static final long SLOT = 10;

    private static Script established(final boolean timestamps) {
        final Script script = new Script(Script.plain().sack(true).timestamps(timestamps)).listen();
        final String echo = timestamps ? " ts=1000/0" : "";
        script.inject("S seq=0 win=10000 mss=1460 sackOK" + echo);
        script.expect("SA seq=0 ack=1 win=65535 mss=1460 sackOK" + (timestamps ? " ts=0/1000" : ""));
        script.inject("A seq=1 ack=1 win=10000" + echo);
        script.expect();
        script.events.clear();
        return script;
    }

    @Test
    void shouldOfferSackAndTakeItOnlyWhenOffered() {
        final Script active = new Script(Script.plain().sack(true)).connect();
        active.expect("S seq=0 win=65535 mss=1460 sackOK");
        final Script both = new Script(Script.plain().sack(true).timestamps(true).windowScale(true)).connect();
        both.expect("S seq=0 win=65535 mss=1460 ws=1 sackOK ts=0/0");
        final Script passive = new Script(Script.plain().sack(true)).listen();
        passive.inject("S seq=0 win=10000 mss=1460");
        passive.expect("SA seq=0 ack=1 win=65535 mss=1460");
        passive.inject("A seq=1 ack=1 win=10000");
        passive.inject("A seq=11 ack=1 win=10000 len=10");
        passive.expect("A seq=1 ack=1 win=65535");
        final Script refusing = new Script(Script.plain()).listen();
        refusing.inject("S seq=0 win=10000 mss=1460 sackOK");
        refusing.expect("SA seq=0 ack=1 win=65535 mss=1460");
    }

    @Test
    void shouldReportTheNewestBlockFirstAndAtMostFour() {
        final Script script = established(false);
        script.inject("A seq=101 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535 sack=101-111");
        script.inject("A seq=201 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535 sack=201-211,101-111");
        script.inject("A seq=301 ack=1 win=10000 len=10");
        script.inject("A seq=401 ack=1 win=10000 len=10");
        script.inject("A seq=501 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535 sack=501-511,401-411,301-311,201-211");
        script.inject("A seq=111 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535 sack=101-121,501-511,401-411,301-311");
        script.inject("A seq=1 ack=1 win=10000 len=100");
        script.expect("A seq=1 ack=121 win=65415 sack=501-511,401-411,301-311,201-211");
    }

    @Test
    void shouldReportAtMostThreeBlocksBesideTimestamps() {
        final Script script = established(true);
        for (int i = 1; i <= 4; i++) {
            script.inject("A seq=" + (100 * i + 1) + " ack=1 win=10000 len=10 ts=1000/0");
        }
        script.expect("A seq=1 ack=1 win=65535 sack=401-411,301-311,201-211 ts=0/1000");
    }

    @Test
    void shouldPutBlocksOnDataAndShortenItAccordingly() {
        final Script script = established(true);
        script.inject("A seq=101 ack=1 win=10000 len=10 ts=1000/0");
        script.inject("A seq=201 ack=1 win=10000 len=10 ts=1000/0");
        script.send(3000);
        script.expect(
            "A seq=1 ack=1 win=65535 len=1428 sack=201-211,101-111 ts=0/1000",
            "A seq=1429 ack=1 win=65535 len=1428 sack=201-211,101-111 ts=0/1000",
            "PA seq=2857 ack=1 win=65535 len=144 sack=201-211,101-111 ts=0/1000");
    }

    @Test
    void shouldReportADuplicateOnce() {
        final Script script = established(false);
        script.inject("A seq=1 ack=1 win=10000 len=100");
        script.after(40 * MS);
        script.expect("A seq=1 ack=101 win=65435");
        script.inject("A seq=1 ack=1 win=10000 len=100");
        script.expect("A seq=1 ack=101 win=65435 sack=1-101");
        script.inject("A seq=21 ack=1 win=10000 len=30");
        script.expect("A seq=1 ack=101 win=65435 sack=21-51");
        script.inject("A seq=91 ack=1 win=10000 len=20");
        script.expect("A seq=1 ack=111 win=65425 sack=91-101");
        script.inject("A seq=111 ack=1 win=10000 len=10");
        script.after(40 * MS);
        script.expect("A seq=1 ack=121 win=65415");
    }

    @Test
    void shouldReportADuplicateInsideABlockBeforeTheBlock() {
        final Script script = established(false);
        script.inject("A seq=101 ack=1 win=10000 len=100");
        script.inject("A seq=301 ack=1 win=10000 len=100");
        script.expect("A seq=1 ack=1 win=65535 sack=301-401,101-201");
        script.inject("A seq=151 ack=1 win=10000 len=20");
        script.expect("A seq=1 ack=1 win=65535 sack=151-171,101-201,301-401");
        script.inject("A seq=151 ack=1 win=10000 len=20");
        script.expect("A seq=1 ack=1 win=65535 sack=151-171,101-201,301-401");
        script.inject("A seq=191 ack=1 win=10000 len=20");
        script.expect("A seq=1 ack=1 win=65535 sack=191-201,101-211,301-401");
        script.inject("A seq=401 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535 sack=301-411,101-211");
    }

    /**
     * Every sequence of three segments over a line of seven slots (the 217 patterns of overlap and all others), once beginning at
     * RCV.NXT and once behind a gap, against a model that knows slots only.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldReportEveryPatternOfThreeSegments(final int gap) {
        final Script script = established(false);
        long base = 1;
        for (int first = 0; first < SLOTS * SLOTS * SLOTS * SLOTS * SLOTS * SLOTS; first++) {
            final int[] edges = new int[6];
            int rest = first;
            for (int i = 0; i < 6; i++) {
                edges[i] = rest % SLOTS + i % 2;
                rest /= SLOTS;
            }
            if (edges[0] < edges[1] && edges[2] < edges[3] && edges[4] < edges[5]) {
                check(script, base, gap, edges);
                base += SLOT * (SLOTS + gap);
            }
        }
    }

    private static void check(final Script script, final long base, final int gap, final int[] edges) {
        final Model model = new Model(SLOTS + gap);
        for (int i = 0; i < 6; i += 2) {
            final int from = edges[i] + gap;
            final int to = edges[i + 1] + gap;
            script.inject("A seq=" + (base + (long) from * SLOT) + " ack=1 win=10000 len=" + (to - from) * SLOT);
            final String expected = model.arrive(from, to, base);
            script.after(40 * MS);
            final String actual = script.emitted().toString().replaceFirst(" win=\\d+", "");
            assertEquals("[A seq=1 " + expected + "]", actual, () -> List.of(edges[0], edges[1], edges[2], edges[3], edges[4],
                edges[5]).toString());
        }
        script.inject("A seq=" + base + " ack=1 win=10000 len=" + (SLOTS + gap) * SLOT);
        script.consumeAll();
        script.after(40 * MS);
        script.emitted();
        assertEquals(base - 1 + (SLOTS + gap) * SLOT, script.connection.receivedPosition());
    }

    /** Slots, each with the number of the segment that touched it last. */
    static final class Model {
        private final int[] touched;
        private int next;
        private int segments;

        Model(final int slots) {
            touched = new int[slots + 1];
        }

        String arrive(final int from, final int to, final long base) {
            segments++;
            int duplicate = from;
            while (duplicate < to && touched[duplicate] == 0) {
                duplicate++;
            }
            int duplicateEnd = duplicate;
            while (duplicateEnd < to && touched[duplicateEnd] > 0 && (from >= next || duplicateEnd < next)) {
                duplicateEnd++;
            }
            for (int i = from; i < to; i++) {
                touched[i] = segments;
            }
            while (touched[next] > 0) {
                next++;
            }
            final StringBuilder text = new StringBuilder("ack=").append(base + (long) next * SLOT);
            final List<int[]> blocks = runs();
            if (duplicateEnd > duplicate) {
                blocks.addFirst(new int[] {duplicate, duplicateEnd});
            }
            for (int i = 0; i < Math.min(4, blocks.size()); i++) {
                text.append(i == 0 ? " sack=" : ",").append(base + (long) blocks.get(i)[0] * SLOT)
                    .append('-').append(base + (long) blocks.get(i)[1] * SLOT);
            }
            return text.toString();
        }

        private List<int[]> runs() {
            final List<int[]> runs = new ArrayList<>();
            int i = next;
            while (i < touched.length) {
                if (touched[i] == 0) {
                    i++;
                    continue;
                }
                final int[] run = {i, i, 0};
                while (touched[i] > 0) {
                    run[2] = Math.max(run[2], touched[i]);
                    i++;
                }
                run[1] = i;
                runs.add(run);
            }
            runs.sort(Comparator.comparingInt((int[] run) -> -run[2]));
            return runs;
        }
    }
}
