package org.rds4j.crypto.handshake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The openssl command on a socket of the loopback interface, at the other end of a handshake of ours. */
final class OpenSslProcess implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;
    /** Nothing more comes when so long nothing has. */
    private static final int SILENCE_MS = 700;

    private final Process process;
    private final Path log;
    private final Socket socket;

    private OpenSslProcess(final Process process, final Path log, final Socket socket) {
        this.process = process;
        this.log = log;
        this.socket = socket;
    }

    /** {@code openssl s_client}, connected to us. */
    static OpenSslProcess client(final Path directory, final String... arguments) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(PATIENCE_MS);
            final Path log = Files.createTempFile(directory, "s_client", ".log");
            final Process process = start(
                directory, log, "s_client", "-connect", "127.0.0.1:" + listener.getLocalPort(), arguments);
            return new OpenSslProcess(process, log, listener.accept());
        }
    }

    /** {@code openssl s_server}, to which we have connected. */
    static OpenSslProcess server(final Path directory, final String... arguments) throws IOException, InterruptedException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Path log = Files.createTempFile(directory, "s_server", ".log");
        final Process process = start(directory, log, "s_server", "-accept", "127.0.0.1:" + port, arguments);
        return new OpenSslProcess(process, log, connect(port));
    }

    private static Socket connect(final int port) throws IOException, InterruptedException {
        IOException last = null;
        for (int waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 20) {
            final Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return socket;
            } catch (final IOException e) {
                socket.close();
                last = e;
                Thread.sleep(20);
            }
        }
        throw last;
    }

    private static Process start(
        final Path directory, final Path log, final String tool, final String option, final String where,
        final String... arguments) throws IOException {
        final List<String> command = new ArrayList<>(List.of("openssl", tool, option, where));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(directory.toFile())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** Octets for the application of openssl, which it sends inside TLS. */
    void say(final byte[] octets) throws IOException {
        final OutputStream input = process.getOutputStream();
        input.write(octets);
        input.flush();
    }

    /** Carries octets both ways until our handshake has ended and nothing more comes from there. */
    void run(final TlsHandshake ours) throws IOException {
        socket.setSoTimeout(SILENCE_MS);
        final byte[] buffer = new byte[16_384];
        final InputStream in = socket.getInputStream();
        ours.onInput(0, 0);
        boolean isOpen = send(ours);
        while (isOpen) {
            try {
                final int length = in.read(buffer);
                isOpen = length > 0;
                if (isOpen) {
                    Pump.feed(ours, Arrays.copyOf(buffer, length));
                    isOpen = send(ours) && ours.failure() == null;
                }
            } catch (final SocketTimeoutException e) {
                isOpen = false;
            }
        }
    }

    private boolean send(final TlsHandshake ours) {
        try {
            socket.getOutputStream().write(Pump.takeOutput(ours));
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    /** What openssl has printed, after it has ended. */
    String transcript() throws IOException, InterruptedException {
        process.getOutputStream().close();
        socket.shutdownOutput();
        if (!process.waitFor(2, TimeUnit.SECONDS)) {
            process.destroy();
            process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS);
        }
        return Files.readString(log, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroyForcibly();
    }
}
