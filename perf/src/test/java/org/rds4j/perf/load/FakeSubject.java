package org.rds4j.perf.load;

import java.util.ArrayList;
import java.util.List;

/** A subject on a manual clock that writes down which sessions were opened, and refuses two at once. */
final class FakeSubject implements Subject {
    static final SubjectDescription DESCRIPTION =
        new SubjectDescription("fake", "fake", false, "none", "invoker", "the test's thread");

    private final SubjectDescription description;
    private final ManualClock clock;
    private final long rttNs;
    private final List<String> journal;
    private RttSession open;

    FakeSubject(final String label, final ManualClock clock, final long rttNs, final List<String> journal) {
        this.description = new SubjectDescription(label, label, false, "none", "invoker", "the test's thread");
        this.clock = clock;
        this.rttNs = rttNs;
        this.journal = journal;
    }

    FakeSubject(final ManualClock clock, final long rttNs) {
        this("fake", clock, rttNs, new ArrayList<>());
    }

    @Override
    public SubjectDescription description() {
        return description;
    }

    @Override
    public RttSession rtt(final int size) {
        return opened("rtt", size);
    }

    @Override
    public ThroughputSession throughput(final int size) {
        final ScriptedRtt session = opened("throughput", size);
        return new ThroughputSession() {
            @Override
            public int pump() {
                session.trySend();
                return session.poll() ? 1 : 0;
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private ScriptedRtt opened(final String metric, final int size) {
        if (open instanceof ScriptedRtt last && !last.closed) {
            throw new IllegalStateException("two sessions at once");
        }
        journal.add(description.label() + " " + metric + " " + size);
        final ScriptedRtt session = new ScriptedRtt(clock, n -> rttNs);
        open = session;
        return session;
    }
}
