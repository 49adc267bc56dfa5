package org.rds4j.perf.baseline;

import java.io.IOException;

/** What the server's thread does again and again while a session is open. */
interface Service {
    /** One step; never blocks. True if there was anything to do. */
    boolean doWork() throws IOException;

    /** Makes the service of one connection. */
    @FunctionalInterface
    interface Maker {
        Service serve(Wire wire);
    }
}
