package org.rds4j.perf.stack;

import java.util.function.Supplier;
import org.rds4j.RdsAddress;

/** The server shares the measuring thread with the client. */
final class CallersThread implements Host {
    private Application application;

    @Override
    public RdsAddress open(final Supplier<Application> maker) {
        application = maker.get();
        return application.address();
    }

    @Override
    public int invoke() {
        return application.doWork();
    }

    @Override
    public void closeApplication() {
        application.close();
    }

    @Override
    public void close() {
        // nothing of its own
    }
}
