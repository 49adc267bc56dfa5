package org.rds4j.tests.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Calls in which several things are wrong at once, with the answers of Linux 6.1 and, behind a bar, those of a node's sockets
 * where they differ on purpose.
 *
 * @param words   of the calls.
 * @param linux   the kernel's answers.
 * @param sockets ours.
 */
record Calls(String words, String linux, String sockets) {
    static List<Calls> all() {
        try (InputStream file = Calls.class.getResourceAsStream("calls.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#').map(Calls::parse).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Calls parse(final String line) {
        final String[] sides = line.split(" = ", 2);
        final String[] answers = sides[1].split(" \\| ", 2);
        return new Calls(sides[0], answers[0], answers[answers.length - 1]);
    }

    /** The words with addresses in place of their names. */
    String words(final String self, final String peer, final String far) {
        return words.replace("@self", self).replace("@mapped", "::ffff:" + self).replace("@peer", peer).replace("@far", far);
    }

    /** Has all calls made; differences are reported together. */
    static void require(final UnaryOperator<Calls> made) {
        final List<Calls> all = all();
        assertEquals(text(all), text(all.stream().map(made).toList()));
    }

    private static String text(final List<Calls> calls) {
        final StringBuilder text = new StringBuilder();
        calls.forEach(each -> text.append(each.words).append(" = ").append(each.linux)
            .append(each.sockets.equals(each.linux) ? "" : " | " + each.sockets).append('\n'));
        return text.toString();
    }
}
