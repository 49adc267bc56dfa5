package org.rds4j;

/** Hears of sockets that are ready; called on the thread that polls. */
@FunctionalInterface
public interface ReadyHandler {
    /**
     * One socket. It may be modified, deregistered or closed here, as may any other.
     *
     * @param socket that is ready.
     * @param events what it is ready for: one or more of {@link RdsPoller#READABLE}, {@link RdsPoller#WRITABLE},
     *               {@link RdsPoller#CONGESTION}, {@link RdsPoller#COMPLETION}, {@link RdsPoller#CLOSED}.
     */
    void onReady(RdsSocket socket, int events);
}
