package org.rds4j.perf.baseline;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.perf.load.Patience;

/**
 * The other party: accepts one connection on the loopback interface and serves it, on a thread of its own that keeps
 * busy until it is closed, or on the client's. Made, asked and closed by the client's thread.
 */
final class KernelServer implements AutoCloseable {
    private static final long JOIN_MILLIS = 10_000;

    private final Wires wires;
    private final Service.Maker maker;
    private final ServerSocketChannel listener;
    private final boolean isAlone;
    private final Thread thread;
    private volatile boolean running = true;
    private Wire wire;
    private Service service;
    private volatile Throwable failure;

    /** Alone, a server keeps a thread busy; otherwise its thread only shakes hands, and the client {@linkplain #serve serves}. */
    KernelServer(final String name, final Wires wires, final Service.Maker maker, final boolean isAlone) throws IOException {
        this.isAlone = isAlone;
        this.wires = wires;
        this.maker = maker;
        this.listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        this.thread = Thread.ofPlatform().daemon().name(name + "-server").unstarted(this::run);
        thread.start();
    }

    /** Where to connect to. */
    SocketAddress address() throws IOException {
        return listener.getLocalAddress();
    }

    /** What ended the server's thread early, or null. */
    Throwable failure() {
        return failure;
    }

    /** Sets up a connected channel the way both ends want it. */
    static SocketChannel tuned(final SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        return channel;
    }

    private void run() {
        try {
            wire = wires.server(tuned(listener.accept()));
            service = maker.serve(wire);
            final IdleStrategy idle = Patience.create();
            while (isAlone && running) {
                idle.idle(service.doWork() ? 1 : 0);
            }
        } catch (final IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Waits until the server's thread has shaken hands and leaves the service to the caller; nothing for a server alone. */
    void handOver() {
        if (!isAlone) {
            join();
        }
    }

    /** A step of the service on the client's thread, unless the server is alone. */
    void serve() throws IOException {
        if (!isAlone) {
            service.doWork();
        }
    }

    private void join() {
        try {
            thread.join(JOIN_MILLIS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the thread end after the step that it is at. */
    void stop() {
        running = false;
    }

    /** Ends the thread and waits for it, so that it takes no processor time from the next measurement. */
    @Override
    public void close() throws IOException {
        stop();
        listener.close();
        join();
        if (wire != null) {
            wire.close();
        }
    }
}
