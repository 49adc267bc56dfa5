package org.rds4j.perf.stress;

import java.io.PrintWriter;

/** Where a run's lines go, each at once. */
final class StressOutput {
    private final PrintWriter out;

    StressOutput(final PrintWriter out) {
        this.out = out;
    }

    void line(final String text) {
        out.println(text);
        out.flush();
    }

    void part(final String text) {
        out.print(text);
        out.flush();
    }
}
