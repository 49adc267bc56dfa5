package org.rds4j.perf.tcp;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.LangUtil;
import org.agrona.concurrent.NanoClock;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.SubjectDescription;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;

/**
 * One TCP connection between two stations of this thread, with an application at one end that keeps its send ring full and one
 * at the other that takes all there is. Neither touches the octets but by the copy into the send ring.
 */
final class TcpStream implements SegmentSubject {
    /** Octets of both rings: what one turn moves, several times over, and no more than a core's second-level cache holds. */
    static final int BUFFER_LENGTH = 256 * 1024;

    private static final int PORT = 5001;
    private static final int WRITE_LENGTH = 64 * 1024;
    private static final long SERVER = 0xffff_0a00_0002L;
    private static final int MOST_TURNS_TO_CONNECT = 10_000_000;

    private final String label;
    private final AutoCloseable link;
    private final TcpStation client;
    private final TcpStation server;
    private final TcpConnection connection;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(WRITE_LENGTH);
    private final long source = BufferUtil.address(memory);
    private final Sink sink = new Sink();

    /**
     * Connects.
     *
     * @param label of the measurement.
     * @param from  port of the sender; closed with this.
     * @param to    port of the receiver; closed with this.
     * @param link  closed with this, after the ports.
     * @param clock of both engines.
     * @param offloads of both links.
     * @param aggregation of received segments, at both ends.
     */
    TcpStream(
        final String label, final LinkPort from, final LinkPort to, final AutoCloseable link, final NanoClock clock,
        final LinkOffloads offloads, final boolean aggregation) {
        this.label = label;
        this.link = link;
        this.client = new TcpStation(from, "10.0.0.1/24", null, clock, offloads, aggregation, settings());
        this.server = new TcpStation(to, "10.0.0.2/24", null, clock, offloads, aggregation, settings());
        server.tcp().listen(PORT, accepted -> sink);
        final boolean[] connected = new boolean[1];
        this.connection = client.tcp().connect(0, SERVER, PORT, 0, 0, new Source(connected), client.nowNs());
        for (int i = 0; !connected[0]; i++) {
            client.doWork();
            server.doWork();
            if (i == MOST_TURNS_TO_CONNECT) {
                throw new MeasurementException(label + ": no connection");
            }
        }
    }

    private static TcpConfiguration.Builder settings() {
        return TcpConfiguration.datacenter().maxConnections(2).timeWaitCapacity(2)
            .sendBufferLength(BUFFER_LENGTH).receiveBufferLength(BUFFER_LENGTH);
    }

    @Override
    public SubjectDescription description() {
        return new SubjectDescription(
            label, "rds-tcp", false, "net_ring", "one-thread", "one thread: both engines and applications");
    }

    @Override
    public int segmentSize() {
        return connection.maxSegmentSize();
    }

    @Override
    public void turn() {
        int taken = WRITE_LENGTH;
        while (taken == WRITE_LENGTH) {
            taken = connection.send(source, WRITE_LENGTH);
        }
        client.doWork();
        server.doWork();
    }

    @Override
    public long delivered() {
        return sink.delivered;
    }

    @Override
    public void close() {
        connection.abort();
        client.doWork();
        server.doWork();
        client.close();
        server.close();
        close(link);
    }

    static void close(final AutoCloseable resource) {
        try {
            resource.close();
        } catch (final Exception e) {
            LangUtil.rethrowUnchecked(e);
        }
    }

    private abstract static class Silent implements TcpHandler {
        @Override
        public void onConnected(final TcpConnection c) {
            c.noDelay(true);
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            // The next turn fills the ring again.
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            c.consume(c.receivedPosition());
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            c.abort();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            c.release();
        }
    }

    private static final class Source extends Silent {
        private final boolean[] connected;

        Source(final boolean[] connected) {
            this.connected = connected;
        }

        @Override
        public void onConnected(final TcpConnection c) {
            super.onConnected(c);
            connected[0] = true;
        }
    }

    private static final class Sink extends Silent {
        private long delivered;

        @Override
        public void onReceivable(final TcpConnection c) {
            delivered += c.receivedPosition() - c.consumedPosition();
            super.onReceivable(c);
        }
    }
}
