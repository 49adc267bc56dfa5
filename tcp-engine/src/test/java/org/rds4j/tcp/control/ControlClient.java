package org.rds4j.tcp.control;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The other end of the control port's two sockets. */
final class ControlClient implements AutoCloseable {
    private final SocketChannel control;
    private final SocketChannel packets;
    private final BufferedReader lines;
    private final DataInputStream octets;

    ControlClient(final Path controlPath, final Path packetPath) throws IOException {
        control = SocketChannel.open(UnixDomainSocketAddress.of(controlPath));
        packets = SocketChannel.open(UnixDomainSocketAddress.of(packetPath));
        lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(control), StandardCharsets.UTF_8));
        octets = new DataInputStream(Channels.newInputStream(packets));
    }

    void write(final String line) throws IOException {
        writeAll(control, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    String line() throws IOException {
        return lines.readLine();
    }

    String ask(final String line) throws IOException {
        write(line);
        return line();
    }

    void inject(final byte[] packet) throws IOException {
        writeAll(packets, ByteBuffer.allocate(4 + packet.length).putInt(packet.length).put(packet).flip());
    }

    private static void writeAll(final SocketChannel channel, final ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    Packet packet() throws IOException {
        final byte[] packet = new byte[octets.readInt()];
        final long timeUs = octets.readLong();
        octets.readFully(packet);
        return new Packet(timeUs, packet);
    }

    /** How many whole packets are in the socket now, without waiting for more. They are read. */
    int packetsThere() throws IOException {
        packets.configureBlocking(false);
        final ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        int read = packets.read(buffer);
        while (read > 0) {
            read = packets.read(buffer);
        }
        packets.configureBlocking(true);
        buffer.flip();
        int count = 0;
        while (buffer.remaining() >= 12) {
            buffer.position(buffer.position() + 12 + buffer.getInt(buffer.position()));
            count++;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        control.close();
        packets.close();
    }
}
