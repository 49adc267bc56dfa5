package org.rds4j.perf.report;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.rds4j.perf.load.LoadProgress;

/** Progress for whoever waits: on a terminal one line that is written over, elsewhere one line for each scenario. */
public final class ProgressLine implements LoadProgress {
    private static final String BACK_AND_ERASE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final Set<String> told = new HashSet<>();

    /**
     * A line.
     *
     * @param out      usually the standard error stream.
     * @param terminal whether that is a terminal.
     */
    public ProgressLine(final PrintStream out, final boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void onCell(final int done, final int total, final String what) {
        final String text = String.format(Locale.ROOT, "%3d %%  %s", 100 * done / total, what);
        if (terminal) {
            out.print(BACK_AND_ERASE + text);
            out.flush();
        } else if (told.add(what)) {
            out.println(text);
        }
    }

    /** Takes the line away from a terminal, when nothing more will come. */
    public void clear() {
        if (terminal) {
            out.print(BACK_AND_ERASE);
            out.flush();
        }
    }
}
