package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.rds4j.perf.load.MeasurementException;

/** A client's end of a connection together with the server that it brought up. Client's thread only. */
final class KernelConnection implements AutoCloseable {
    private final KernelServer server;
    private final Wire wire;

    KernelConnection(final String name, final Wires wires, final Service.Maker maker, final boolean isServerAlone) {
        KernelServer opened = null;
        try {
            opened = new KernelServer(name, wires, maker, isServerAlone);
            server = opened;
            wire = wires.client(KernelServer.tuned(SocketChannel.open(server.address())));
            server.handOver();
        } catch (final IOException e) {
            closeQuietly(opened, e);
            throw new MeasurementException("cannot connect over the loopback interface: " + e.getMessage(), e);
        }
    }

    /** The client's end. */
    Wire wire() {
        return wire;
    }

    /** Throws if the server has failed. */
    void check() {
        if (server.failure() != null) {
            throw failed(server.failure());
        }
    }

    /** Throws if the server has failed; lets it do a step if it shares the client's thread. */
    void serve() throws IOException {
        check();
        server.serve();
    }

    /** The exception for a failure of this connection; the server's own failure explains more than what the client saw. */
    MeasurementException failed(final Throwable seen) {
        final Throwable cause = server.failure() != null ? server.failure() : seen;
        return new MeasurementException("the connection failed: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        try (server; wire) {
            // Server last: its thread must not see the end of the stream before it is told to stop.
            server.stop();
        } catch (final IOException e) {
            throw new MeasurementException("closing the connection failed: " + e.getMessage(), e);
        }
    }

    private static void closeQuietly(final KernelServer server, final IOException reason) {
        if (server != null) {
            try {
                server.close();
            } catch (final IOException e) {
                reason.addSuppressed(e);
            }
        }
    }
}
