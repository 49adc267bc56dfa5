package org.rds4j.node;

import java.util.function.IntSupplier;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.tcp.TcpListener;

/** Takes plain TCP connections on a port of a node; see {@link PlainStream}. Used by one thread of the application. */
public final class PlainStreamListener implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final RdsContext context;
    private final IntSupplier duty;
    private final PlainStreams service;
    private final ManyToOneConcurrentArrayQueue<PlainStream> waiting = new ManyToOneConcurrentArrayQueue<>(BACKLOG);
    private TcpListener listener;

    PlainStreamListener(final RdsContext context, final IntSupplier duty, final PlainStreams service) {
        this.context = context;
        this.duty = duty;
        this.service = service;
    }

    /**
     * Waits for the next connection.
     *
     * @param timeoutNs longest wait.
     * @return the connection; the caller closes it.
     * @throws RdsException ETIMEDOUT, EINTR.
     */
    public PlainStream accept(final long timeoutNs) {
        newStream().await(() -> !waiting.isEmpty(), timeoutNs, "a connection");
        return waiting.poll();
    }

    /** Takes no more connections, from the engine's next duty cycle on; those that nobody accepted are closed. */
    @Override
    public void close() {
        service.submit(listener::close);
        for (PlainStream stream = waiting.poll(); stream != null; stream = waiting.poll()) {
            stream.close();
        }
    }

    void listener(final TcpListener tcpListener) {
        listener = tcpListener;
    }

    PlainStream newStream() {
        return new PlainStream(context, duty);
    }

    /** Engine thread; false refuses the connection. */
    boolean accepted(final PlainStream stream) {
        return waiting.offer(stream);
    }
}
