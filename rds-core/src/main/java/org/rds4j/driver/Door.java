package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where clients come in: a Unix socket that listens in the driver's directory. Conductor only. */
final class Door implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final Path path;
    private final int socket;

    private Door(final Path path, final int socket) {
        this.path = path;
        this.socket = socket;
    }

    /** Opens the door of a directory, in place of one that an earlier driver left. */
    static Door open(final DriverDirectory directory) throws IOException {
        final Path path = directory.resolve(DriverDirectory.DOOR);
        Files.deleteIfExists(path);
        final int socket = (int) UnixCall.SOCKET.call(Line.AF_UNIX, Line.SOCK_SEQPACKET | Line.PRIVATE_AND_PROMPT, 0);
        try (Arena arena = Arena.ofConfined()) {
            UnixCall.BIND.call(socket, Line.address(path, arena).address(), Line.addressLength());
            directory.share(path);
            UnixCall.LISTEN.call(socket, BACKLOG);
            return new Door(path, socket);
        } catch (final IOException | RuntimeException | Error e) {
            UnixCall.closeDescriptor(socket);
            throw e;
        }
    }

    /** Lets the next in; null when nobody is there. */
    Line accept() {
        try {
            return new Line((int) UnixCall.ACCEPT4.call(socket, 0, 0, Line.PRIVATE_AND_PROMPT));
        } catch (final UnixException e) {
            return null; // EAGAIN; or it has gone again; or this process has no descriptor for it, and it waits
        }
    }

    @Override
    public void close() {
        UnixCall.closeDescriptor(socket);
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new DriverException("cannot remove " + path + ": " + e.getMessage());
        }
    }
}
