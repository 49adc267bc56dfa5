package org.rds4j.tcp.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The control port: a {@link Session} behind two Unix-domain stream sockets, one for request and reply lines and one for packets.
 * Serves one client after the other, each with an engine of its own. One thread.
 */
public final class ControlPort implements AutoCloseable {
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_PACKET = 65_535;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel controlListener;
    private final ServerSocketChannel packetListener;
    private final Outbox replies = new Outbox();
    private final Outbox packets = new Outbox();
    private final Inbox lines = new Inbox(MAX_LINE);
    private final Inbox frames = new Inbox(2 * (MAX_PACKET + Integer.BYTES));
    private SocketChannel control;
    private SocketChannel packet;
    private Session session;

    /**
     * Listens on both paths; what is left there of an earlier run is removed.
     *
     * @throws IOException if a path cannot be listened on.
     */
    ControlPort(final Path controlPath, final Path packetPath) throws IOException {
        controlListener = listen(controlPath);
        packetListener = listen(packetPath);
        startOver();
    }

    private ServerSocketChannel listen(final Path path) throws IOException {
        Files.deleteIfExists(path);
        final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        path.toFile().deleteOnExit();
        return listener;
    }

    /** Serves until the thread is interrupted. */
    void serve() throws IOException {
        while (!Thread.currentThread().isInterrupted()) {
            selector.select();
            selector.selectedKeys().clear();
            turn();
        }
    }

    private void turn() throws IOException {
        control = control != null ? control : accept(controlListener);
        packet = packet != null ? packet : accept(packetListener);
        boolean alive;
        try {
            alive = exchange();
        } catch (final IOException e) {
            alive = false; // the client is gone in the middle of something
        }
        if (alive) {
            arm();
        } else {
            hangUp();
        }
    }

    /** Reads and writes what can be read and written now; false once the client has left. */
    private boolean exchange() throws IOException {
        boolean more = true;
        while (more) {
            final int heard = control == null ? 0 : lines.fill(control);
            // after the lines: a packet written before a line is here by now, and comes first
            final boolean packetsEnded = takePackets();
            takeLines();
            deliver();
            if (heard < 0 || packetsEnded) {
                return false;
            }
            more = heard > 0;
        }
        return true;
    }

    private boolean takePackets() throws IOException {
        if (packet == null) {
            return false;
        }
        int heard = frames.fill(packet);
        while (heard > 0) {
            takeFrames();
            heard = frames.fill(packet);
        }
        return heard < 0;
    }

    private void takeFrames() throws IOException {
        final ByteBuffer buffer = frames.reading();
        while (buffer.remaining() >= Integer.BYTES) {
            final int length = buffer.getInt(buffer.position());
            if (length < 1 || length > MAX_PACKET) {
                throw new IOException("a packet of " + length + " octets");
            }
            if (buffer.remaining() < Integer.BYTES + length) {
                break;
            }
            final byte[] octets = new byte[length];
            buffer.position(buffer.position() + Integer.BYTES);
            buffer.get(octets);
            session.inject(octets);
        }
        frames.done();
    }

    private void takeLines() throws IOException {
        final ByteBuffer buffer = lines.reading();
        int start = buffer.position();
        for (int i = start; i < buffer.limit(); i++) {
            if (buffer.get(i) == '\n') {
                final byte[] octets = new byte[i - start];
                buffer.get(start, octets);
                start = i + 1;
                session.request(new String(octets, StandardCharsets.UTF_8));
            }
        }
        buffer.position(start);
        lines.done();
    }

    private void onPacket(final Packet sent) {
        packets.append(ByteBuffer.allocate(Integer.BYTES + Long.BYTES + sent.octets().length)
            .putInt(sent.octets().length).putLong(sent.timeUs()).put(sent.octets()).array());
    }

    private void onReply(final String line) {
        replies.append((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Packets before replies; only a client that does not take its packets gets replies first, or both would wait for ever. */
    private void deliver() throws IOException {
        packets.drainTo(packet);
        replies.drainTo(control);
    }

    private void arm() {
        arm(packet, packetListener, packets);
        arm(control, controlListener, replies);
    }

    /** What to be woken for: another client while there is none, else what it says, and room for what it is to be told. */
    private void arm(final SocketChannel channel, final ServerSocketChannel listener, final Outbox outbox) {
        listener.keyFor(selector).interestOps(channel == null ? SelectionKey.OP_ACCEPT : 0);
        if (channel != null) {
            channel.keyFor(selector).interestOps(SelectionKey.OP_READ | (outbox.isEmpty() ? 0 : SelectionKey.OP_WRITE));
        }
    }

    private SocketChannel accept(final ServerSocketChannel listener) throws IOException {
        final SocketChannel channel = listener.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
            channel.register(selector, SelectionKey.OP_READ);
        }
        return channel;
    }

    private void hangUp() throws IOException {
        close(control);
        close(packet);
        control = null;
        packet = null;
        startOver();
        selector.selectNow();
        arm();
    }

    private void startOver() {
        lines.clear();
        frames.clear();
        replies.clear();
        packets.clear();
        session = new Session(this::onReply, this::onPacket);
    }

    private static void close(final SocketChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        close(control);
        close(packet);
        controlListener.close();
        packetListener.close();
        selector.close();
    }

    /**
     * Runs the control port.
     *
     * @param arguments {@code --control PATH --packets PATH}.
     * @throws IOException if a path cannot be listened on.
     */
    public static void main(final String[] arguments) throws IOException {
        final Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        final String control = options.remove("--control");
        final String packets = options.remove("--packets");
        if (control == null || packets == null || !options.isEmpty() || arguments.length != 4) {
            System.err.println("usage: rds tcp-control --control PATH --packets PATH (see docs/tcp-control.md)");
            System.exit(2);
        }
        try (ControlPort port = new ControlPort(Path.of(control), Path.of(packets))) {
            System.out.println("ready");
            System.out.flush();
            port.serve();
        }
    }
}
