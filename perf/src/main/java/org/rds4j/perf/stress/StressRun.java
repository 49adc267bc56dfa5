package org.rds4j.perf.stress;

import java.io.PrintWriter;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.perf.host.RdsHost;

/** A whole run of one side: agrees with the peer, lets the tasks run, prints a row every second and the average. */
public final class StressRun {
    private static final int DOTS = 4;
    private static final int BEGIN_AFTER = 2;
    private static final long PAUSE_MS = 10;

    private final RdsHost host;
    private final StressTiming timing;
    private final StressOutput out;
    private final boolean measuresCpu;
    private final boolean showHistogram;

    /**
     * A run, not yet begun.
     *
     * @param host          IPv4; the run opens its sockets there.
     * @param timing        {@link StressTiming#ORIGINAL} but for tests.
     * @param out           standard output.
     * @param measuresCpu   fill the last column.
     * @param showHistogram print round trips by powers of two at the end.
     */
    public StressRun(
        final RdsHost host, final StressTiming timing, final PrintWriter out, final boolean measuresCpu,
        final boolean showHistogram) {
        this.host = host;
        this.timing = timing;
        this.out = new StressOutput(out);
        this.measuresCpu = measuresCpu;
        this.showHistogram = showHistogram;
    }

    /**
     * Runs as the side that chooses the options and when to end.
     *
     * @param options          checked here.
     * @param maxMessageLength of the host.
     * @throws StressException      when the peer does not behave.
     * @throws InterruptedException when interrupted before the tasks run; later that ends the run in good order.
     */
    public void active(final StressOptions options, final int maxMessageLength) throws InterruptedException {
        options.check(maxMessageLength);
        if (options.showParameters()) {
            out.line(new StressReport(options).parameters());
        }
        try (StressControl control = StressControl.connect(host, options, timing, out)) {
            control.sendOptions(options);
            out.line("negotiated options, tasks will start in 2 seconds");
            try (StressWorker worker = new StressWorker(host, options, true, SystemNanoClock.INSTANCE)) {
                control.sendGo();
                control.awaitGo();
                run(options, worker, control, true);
            }
        }
    }

    /**
     * Waits for a peer and runs as it says, until it closes the control connection.
     *
     * @param port             of the control connection.
     * @param maxMessageLength of the host.
     * @throws StressException      when the peer does not behave.
     * @throws InterruptedException when interrupted before the tasks run; later that ends the run in good order.
     */
    public void passive(final int port, final int maxMessageLength) throws InterruptedException {
        try (StressControl control = StressControl.accept(host, port, timing, out)) {
            final StressOptions options =
                control.receiveOptions().mirrored((int) host.address().low()).check(maxMessageLength);
            try (StressWorker worker = new StressWorker(host, options, false, SystemNanoClock.INSTANCE)) {
                control.awaitGo();
                control.sendGo();
                out.line("negotiated options, tasks will start in 2 seconds");
                run(options, worker, control, false);
            }
        }
    }

    private void run(
        final StressOptions options, final StressWorker worker, final StressControl control, final boolean isActive)
        throws InterruptedException {
        startUp(worker);
        final StressDisplay display = new StressDisplay(
            host, options, worker.counters(), out, measuresCpu, System.nanoTime());
        final long endNs = isActive && options.runSeconds() > 0
            ? display.lastNs() + options.runSeconds() * timing.tickMs() * 1_000_000 : Long.MAX_VALUE;
        try {
            while (display.lastNs() < endNs && awaitTick(display.lastNs(), worker, control)) {
                display.row(System.nanoTime());
            }
        } catch (final InterruptedException e) {
            out.line(""); // ended by hand: what was measured is still worth saying
        }
        final boolean isDeserted = isActive && control.isEnded();
        control.close();
        worker.drain();
        Thread.sleep(timing.drainMs());
        worker.requireHealthy();
        display.summary(showHistogram);
        if (isDeserted) {
            throw new StressException("the peer ended before the run did");
        }
    }

    /** Answers false when the peer ended the run. */
    private boolean awaitTick(final long lastNs, final StressWorker worker, final StressControl control)
        throws InterruptedException {
        final long tickNs = timing.tickMs() * 1_000_000;
        while (System.nanoTime() - lastNs < tickNs) {
            worker.requireHealthy();
            if (control.isEnded()) {
                return false;
            }
            Thread.sleep(Math.min(PAUSE_MS, timing.tickMs()));
        }
        return true;
    }

    private void startUp(final StressWorker worker) throws InterruptedException {
        out.part("Starting up");
        for (int i = 0; i < DOTS; i++) {
            if (i == BEGIN_AFTER) {
                worker.begin();
            }
            Thread.sleep(timing.tickMs());
            worker.requireHealthy();
            out.part(".");
        }
        out.line("");
    }
}
