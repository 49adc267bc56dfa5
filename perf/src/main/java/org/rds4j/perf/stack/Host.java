package org.rds4j.perf.stack;

import java.util.function.Supplier;
import org.rds4j.RdsAddress;

/** Where the server's {@link Application} runs, one at a time. The measuring thread makes every call. */
interface Host extends AutoCloseable {
    /**
     * Opens an application on the thread that will drive it.
     *
     * @param maker called on that thread.
     * @return the application's address.
     */
    RdsAddress open(Supplier<Application> maker);

    /**
     * Drives the application if that is the measuring thread's business, and throws if the application has failed.
     *
     * @return work done.
     */
    int invoke();

    /** Closes the application on its thread. */
    void closeApplication();

    /** Ends the thread, if there is one. */
    @Override
    void close();
}
