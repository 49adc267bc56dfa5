package org.rds4j.tests.guest;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A command that a {@link CommandProcess} runs, and what it has said so far. */
final class Command {
    private static final long PATIENCE_S = 120;

    private final String name;
    private final String line;
    private final StringBuilder text = new StringBuilder();
    private boolean isOver;
    private int exitCode;

    Command(final String name, final String line) {
        this.name = name;
        this.line = line;
    }

    synchronized void onLine(final String said) {
        text.append(said).append('\n');
        notifyAll();
    }

    synchronized void onEnd(final int code) {
        isOver = true;
        exitCode = code;
        notifyAll();
    }

    synchronized String text() {
        return text.toString();
    }

    synchronized boolean isOver() {
        return isOver;
    }

    /** Waits until it has said just this. */
    void awaitLine(final String wanted, final long timeoutS) {
        await(said -> said.lines().anyMatch(wanted::equals), "to say '" + wanted + "'", timeoutS);
    }

    /** Waits until it has said just this. */
    Command awaitLine(final String wanted) {
        awaitLine(wanted, PATIENCE_S);
        return this;
    }

    /** Waits until it has said how it was done, and answers what it said; it may go on then. */
    String awaitDone() {
        await(said -> said.lines().anyMatch(each -> each.startsWith("done: ")), "to be done", PATIENCE_S);
        return text();
    }

    private synchronized void await(final Predicate<String> condition, final String what, final long timeoutS) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutS);
        while (!condition.test(text.toString())) {
            final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0 || isOver) {
                throw new AssertionError("waited in vain for " + this + " " + what);
            }
            try {
                wait(leftMs);
            } catch (final InterruptedException e) {
                throw new AssertionError("interrupted while waiting for " + this + " " + what, e);
            }
        }
    }

    /** Waits for its end, however it ends. */
    synchronized int exitCode() {
        if (!isOver) {
            await(said -> isOver, "to end", PATIENCE_S);
        }
        return exitCode;
    }

    /** Waits for its good end and says what it said. */
    String finish() {
        if (exitCode() != 0) {
            throw new AssertionError(this + " failed");
        }
        return text();
    }

    @Override
    public synchronized String toString() {
        return "'" + line + "' of " + name + (isOver ? ", which ended with " + exitCode + "," : "") + " after\n" + text;
    }
}
