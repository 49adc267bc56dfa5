package org.rds4j.tests.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * A process that takes commands, each on a line {@code ID COMMAND}, runs any number of them at a time, and answers with lines
 * {@code ID:text} and, in the end, {@code ID:}, the octet 1 and the exit code.
 */
final class CommandProcess implements AutoCloseable {
    /** Stands before the exit code. */
    static final char END = 1;

    private static final long GRACE_S = 5;

    private final String name;
    private final Process process;
    private final Writer writer;
    private final Thread reader;
    private final ConcurrentMap<String, Command> commands = new ConcurrentHashMap<>();
    private final Command own;
    private int lastId;

    /** Starts it and waits until it says {@code ready}. */
    CommandProcess(final String name, final List<String> words, final long timeoutS) {
        this.name = name;
        this.own = new Command(name, String.join(" ", words));
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (final IOException e) {
            throw new AssertionError("cannot run " + words, e);
        }
        writer = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        reader = new Thread(this::read, name);
        reader.setDaemon(true);
        reader.start();
        own.awaitLine("ready", timeoutS);
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                onLine(line);
                line = lines.readLine();
            }
        } catch (final IOException e) {
            own.onLine(e.toString());
        }
        own.onEnd(-1);
        commands.values().forEach(command -> command.onEnd(-1));
    }

    private void onLine(final String line) {
        final int colon = line.indexOf(':');
        final Command command = colon < 0 ? null : commands.get(line.substring(0, colon));
        if (command == null) {
            own.onLine(line);
        } else if (line.startsWith(String.valueOf(END), colon + 1)) {
            commands.remove(line.substring(0, colon));
            command.onEnd(Integer.parseInt(line.substring(colon + 2).trim()));
        } else {
            command.onLine(line.substring(colon + 1));
        }
    }

    /** Starts a command. */
    Command start(final String line) {
        final String id = "c" + ++lastId;
        final Command command = new Command(name, line);
        commands.put(id, command);
        try {
            writer.write(id + " " + line + "\n");
            writer.flush();
        } catch (final IOException e) {
            throw new AssertionError(name + " takes no commands any more: " + own.text(), e);
        }
        return command;
    }

    /** Runs a command that must succeed, and says what it said. */
    String run(final String line) {
        return start(line).finish();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Ends it at once, without a chance to tidy up. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            process.destroyForcibly().waitFor();
            reader.join();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it said that belongs to no command. */
    String text() {
        return own.text();
    }

    /** Asks it to end, by the end of its input, and insists after a while. */
    @Override
    public void close() {
        try {
            writer.close();
            if (process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (final IOException | InterruptedException e) {
            // It has to end all the same.
        }
        kill();
    }
}
