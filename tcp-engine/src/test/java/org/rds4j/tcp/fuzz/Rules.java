package org.rds4j.tcp.fuzz;

/** How a target says that something is wrong; without a test library, which the driver's class path lacks. */
final class Rules {
    private Rules() {
    }

    static void require(final boolean holds, final String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }
}
