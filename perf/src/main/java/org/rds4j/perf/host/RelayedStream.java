package org.rds4j.perf.host;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.agrona.CloseHelper;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;

/** A connection of a node in another process, used through its {@link StreamRelay}. An interrupt ends it. */
final class RelayedStream implements ControlStream {
    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private boolean isInterrupted;
    private RdsAddress local;
    private RdsAddress remote;

    private RelayedStream(final SocketChannel channel) {
        this.channel = channel;
        this.in = RelayProtocol.input(channel);
        this.out = RelayProtocol.output(channel);
    }

    /** One exchange of words with the node. */
    @FunctionalInterface
    private interface Exchange<T> {
        T run() throws IOException;
    }

    private static RelayedStream open(final Path driverDirectory) {
        final Path path = RelayProtocol.path(driverDirectory);
        try {
            final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(path));
                return new RelayedStream(channel);
            } catch (final IOException e) {
                channel.close();
                throw e;
            }
        } catch (final IOException e) {
            throw RdsException.of(Errno.EOPNOTSUPP, "the driver in " + driverDirectory + " offers no control connections, as"
                + " rds node does: " + e.getMessage());
        }
    }

    static RelayedStream connect(final Path driverDirectory, final RdsAddress destination, final long timeoutNs) {
        final RelayedStream stream = open(driverDirectory);
        return stream.begin(() -> {
            stream.out.writeByte(RelayProtocol.CONNECT);
            stream.out.writeUTF(destination.toString());
            stream.out.writeLong(timeoutNs);
            return stream.established();
        });
    }

    static RelayedStream accept(final Path driverDirectory, final int port, final Runnable whenListening) {
        final RelayedStream stream = open(driverDirectory);
        return stream.begin(() -> {
            stream.out.writeByte(RelayProtocol.LISTEN);
            stream.out.writeInt(port);
            RelayProtocol.requireDone(stream.in);
            whenListening.run();
            stream.out.writeByte(RelayProtocol.ACCEPT);
            return stream.established();
        });
    }

    private RelayedStream established() throws IOException {
        RelayProtocol.requireDone(in);
        local = RdsAddress.parse(in.readUTF());
        remote = RdsAddress.parse(in.readUTF());
        return this;
    }

    private RelayedStream begin(final Exchange<RelayedStream> exchange) {
        try {
            return exchange(exchange);
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T> T exchange(final Exchange<T> exchange) {
        try {
            return exchange.run();
        } catch (final ClosedByInterruptException e) {
            isInterrupted = true;
            throw RdsException.of(Errno.EINTR, "interrupted while waiting for the node");
        } catch (final IOException e) {
            throw RdsException.of(Errno.ECONNRESET, "the node went away: " + e);
        }
    }

    @Override
    public RdsAddress localAddress() {
        return local;
    }

    @Override
    public RdsAddress remoteAddress() {
        return remote;
    }

    @Override
    public boolean isEnded() {
        try {
            return !isInterrupted && exchange(() -> {
                out.writeByte(RelayProtocol.IS_ENDED);
                RelayProtocol.requireDone(in);
                return in.readBoolean();
            });
        } catch (final RdsException e) {
            return !isInterrupted;
        }
    }

    @Override
    public void write(final byte[] octets, final long timeoutNs) {
        exchange(() -> {
            out.writeByte(RelayProtocol.WRITE);
            out.writeInt(octets.length);
            out.write(octets);
            out.writeLong(timeoutNs);
            RelayProtocol.requireDone(in);
            return octets;
        });
    }

    @Override
    public byte[] read(final int count, final long timeoutNs) {
        return exchange(() -> {
            out.writeByte(RelayProtocol.READ);
            out.writeInt(count);
            out.writeLong(timeoutNs);
            RelayProtocol.requireDone(in);
            return in.readNBytes(count);
        });
    }

    @Override
    public void close() {
        CloseHelper.quietClose(channel);
    }
}
