package org.rds4j.tcp.wire;

import java.util.concurrent.atomic.AtomicBoolean;

/** {@link InternetChecksum#warmUp()} once per process and beside the work: about a second of one core, at the first start. */
public final class ChecksumWarmUp {
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private ChecksumWarmUp() {
    }

    /** Starts the thread that warms up, the first time; any thread. Until it is done sums are scalar. */
    public static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("rds-warm-up").start(InternetChecksum::warmUp);
        }
    }
}
