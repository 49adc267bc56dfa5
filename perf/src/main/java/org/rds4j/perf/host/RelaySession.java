package org.rds4j.perf.host;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.node.PlainStream;
import org.rds4j.node.PlainStreamListener;
import org.rds4j.node.RdsNode;

/** One connection for one tool: answers its questions until it goes. Nothing that it says is believed. */
final class RelaySession implements AutoCloseable {
    /** A tool that goes while it waits is noticed after this. */
    private static final long ACCEPT_SLICE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MAX_WAIT_NS = TimeUnit.MINUTES.toNanos(2);

    private final RdsNode node;
    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private PlainStreamListener listener;
    private PlainStream stream;

    RelaySession(final RdsNode node, final SocketChannel channel) {
        this.node = node;
        this.channel = channel;
        this.in = RelayProtocol.input(channel);
        this.out = RelayProtocol.output(channel);
    }

    void run() throws IOException {
        try {
            while (true) {
                answer(in.readByte());
            }
        } catch (final EOFException e) {
            // The tool is done.
        }
    }

    private void answer(final int question) throws IOException {
        try {
            switch (question) {
                case RelayProtocol.CONNECT -> connect(in.readUTF(), in.readLong());
                case RelayProtocol.LISTEN -> listen(in.readInt());
                case RelayProtocol.ACCEPT -> accept();
                case RelayProtocol.READ -> read(in.readInt(), in.readLong());
                case RelayProtocol.WRITE -> write(in.readInt());
                case RelayProtocol.IS_ENDED -> tellEnd();
                default -> throw new IOException("no question: " + question);
            }
        } catch (final RdsException e) {
            RelayProtocol.refuse(out, e);
        }
    }

    private static long bounded(final long timeoutNs) {
        return Math.max(0, Math.min(timeoutNs, MAX_WAIT_NS));
    }

    private void connect(final String destination, final long timeoutNs) throws IOException {
        requireUnused();
        stream = node.connectStream(RdsAddress.parse(destination), bounded(timeoutNs));
        tellEnds();
    }

    private void listen(final int port) throws IOException {
        requireUnused();
        if (port < 1 || port > 0xffff) {
            throw RdsException.of(Errno.EINVAL, port + " is no port");
        }
        listener = node.listenStream(port);
        out.writeInt(0);
    }

    private void requireUnused() {
        if (stream != null || listener != null) {
            throw RdsException.of(Errno.EINVAL, "one connection at a time");
        }
    }

    /** Waits as long as the tool does, which says nothing meanwhile: anything that can be read is its end. */
    private void accept() throws IOException {
        if (listener == null) {
            throw RdsException.of(Errno.EINVAL, "nobody listens");
        }
        while (stream == null) {
            try {
                stream = listener.accept(ACCEPT_SLICE_NS);
            } catch (final RdsException e) {
                if (e.errno() != Errno.ETIMEDOUT) {
                    throw e;
                }
                requirePatience();
            }
        }
        CloseHelper.close(listener);
        tellEnds();
    }

    private void requirePatience() throws IOException {
        channel.configureBlocking(false);
        final int count = channel.read(java.nio.ByteBuffer.allocate(1));
        channel.configureBlocking(true);
        if (count != 0) {
            throw new EOFException();
        }
    }

    private void tellEnds() throws IOException {
        out.writeInt(0);
        out.writeUTF(stream.localAddress().toString());
        out.writeUTF(stream.remoteAddress().toString());
    }

    private PlainStream stream() {
        if (stream == null) {
            throw RdsException.of(Errno.ENOTCONN, "there is no connection");
        }
        return stream;
    }

    private void read(final int count, final long timeoutNs) throws IOException {
        requireLength(count);
        final byte[] octets = stream().read(count, bounded(timeoutNs));
        out.writeInt(0);
        out.write(octets);
    }

    private void write(final int count) throws IOException {
        requireLength(count);
        final byte[] octets = in.readNBytes(count);
        stream().write(octets, bounded(in.readLong()));
        out.writeInt(0);
    }

    private static void requireLength(final int count) throws IOException {
        if (count < 0 || count > RelayProtocol.MAX_LENGTH) {
            throw new IOException("no length: " + count);
        }
    }

    private void tellEnd() throws IOException {
        final boolean isEnded = stream().isEnded();
        out.writeInt(0);
        out.writeBoolean(isEnded);
    }

    @Override
    public void close() {
        CloseHelper.closeAll(stream, listener);
        CloseHelper.quietClose(channel);
    }
}
