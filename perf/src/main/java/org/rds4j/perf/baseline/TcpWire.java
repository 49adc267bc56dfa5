package org.rds4j.perf.baseline;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The socket itself. */
final class TcpWire implements Wire {
    private final SocketChannel channel;

    TcpWire(final SocketChannel channel) {
        this.channel = channel;
    }

    static Wires wires() {
        return new Wires() {
            @Override
            public Wire client(final SocketChannel channel) {
                return new TcpWire(channel);
            }

            @Override
            public Wire server(final SocketChannel channel) {
                return new TcpWire(channel);
            }
        };
    }

    @Override
    public int read(final ByteBuffer into) throws IOException {
        final int length = channel.read(into);
        if (length < 0) {
            throw new EOFException("the peer closed the connection");
        }
        return length;
    }

    @Override
    public void write(final ByteBuffer from) throws IOException {
        channel.write(from);
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public int slack() {
        return 1;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
