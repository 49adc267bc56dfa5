package org.rds4j.tcp.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A packet script as it stands in its file: what it shows, which items of the specification that proves, and its steps.
 *
 * @param title   the first sentence: what the script shows.
 * @param items   of the specification, like A4.
 * @param steps   in the order of the file.
 */
record PacketScript(String title, List<String> items, List<Step> steps) {

    /**
     * One line.
     *
     * @param line  its number in the file.
     * @param text  as it stands there.
     * @param time  as written, or empty for a line that has none.
     * @param times how often it is carried out.
     * @param verb  what is to be done.
     * @param rest  with what.
     */
    record Step(int line, String text, String time, int times, String verb, String rest) {
    }

    static PacketScript read(final Path path) throws IOException {
        final List<Step> steps = new ArrayList<>();
        final StringBuilder comment = new StringBuilder();
        read(path, steps, comment);
        final String header = comment.toString();
        final int spec = header.indexOf("Spec:");
        if (spec < 0 || steps.isEmpty()) {
            throw new IllegalArgumentException(path + " must begin with a comment that says what it shows, then 'Spec: A1 A2'");
        }
        final String title = header.substring(0, spec).strip();
        final String[] items = header.substring(spec + "Spec:".length()).strip().split("[ ,.]+", -1);
        return new PacketScript(title, Arrays.stream(items).filter(item -> !item.isEmpty()).toList(), steps);
    }

    /** Reads the steps of a file; {@code use NAME} stands for those of {@code common/NAME.steps} in the directory above. */
    private static void read(final Path path, final List<Step> steps, final StringBuilder comment) throws IOException {
        final List<String> lines = Files.readAllLines(path);
        for (int i = 0; i < lines.size(); i++) {
            final String raw = lines.get(i);
            final int hash = raw.startsWith("#") ? 0 : raw.indexOf(" #");
            final String text = (hash < 0 ? raw : raw.substring(0, hash)).strip();
            if (hash == 0 && steps.isEmpty()) {
                comment.append(raw.substring(1).strip()).append(' ');
            }
            if (text.startsWith("use ")) {
                final Path common = path.getParent().resolveSibling("common").resolve(text.substring(4).strip() + ".steps");
                read(common, steps, new StringBuilder());
            } else if (!text.isEmpty()) {
                steps.add(step(i + 1, text));
            }
        }
    }

    private static Step step(final int line, final String text) {
        final List<String> words = new ArrayList<>(Arrays.asList(text.split("\\s+", 2)));
        String time = "";
        if (words.getFirst().matches("\\+?[0-9].*")) {
            time = words.getFirst();
            words.clear();
            words.addAll(Arrays.asList(text.substring(time.length()).strip().split("\\s+", 2)));
        }
        int times = 1;
        if (words.getFirst().matches("[0-9]+x")) {
            times = Integer.parseInt(words.getFirst().substring(0, words.getFirst().length() - 1));
            words.addAll(Arrays.asList(words.removeLast().split("\\s+", 2)));
            words.removeFirst();
        }
        return new Step(line, text, time, times, words.getFirst(), words.size() > 1 ? words.get(1) : "");
    }
}
