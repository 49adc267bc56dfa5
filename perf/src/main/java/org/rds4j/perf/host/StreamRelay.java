package org.rds4j.perf.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.CloseHelper;
import org.rds4j.node.RdsNode;

/**
 * A node's side of control connections that tools in other processes have at its address: a socket of the Unix domain in the
 * driver's directory, which whoever may attach may use. A few connections with little on them: each has a thread that waits.
 */
public final class StreamRelay implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 16;
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> GROUP = PosixFilePermissions.fromString("rw-rw----");

    private final RdsNode node;
    private final Path path;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

    private StreamRelay(final RdsNode node, final Path path, final ServerSocketChannel server) {
        this.node = node;
        this.path = path;
        this.server = server;
    }

    /**
     * Lets tools in.
     *
     * @param node that is a driver; borrowed.
     * @return closed by the caller, before the node.
     * @throws IOException when the socket cannot be made.
     */
    public static StreamRelay open(final RdsNode node) throws IOException {
        final Path path = RelayProtocol.path(node.driverDir());
        Files.deleteIfExists(path); // of an earlier driver: the directory is claimed by now
        final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            final boolean isForGroup =
                Files.getPosixFilePermissions(node.driverDir()).contains(PosixFilePermission.GROUP_EXECUTE);
            Files.setPosixFilePermissions(path, isForGroup ? GROUP : OWNER);
        } catch (final IOException e) {
            server.close();
            throw e;
        }
        final StreamRelay relay = new StreamRelay(node, path, server);
        Thread.ofPlatform().daemon().name("rds-relay").start(relay::accept);
        return relay;
    }

    private void accept() {
        try {
            while (true) {
                final SocketChannel client = server.accept();
                if (clients.size() < MAX_CONNECTIONS) {
                    clients.add(client);
                    Thread.ofPlatform().daemon().name("rds-relayed").start(() -> serve(client));
                } else {
                    client.close();
                }
            }
        } catch (final ClosedChannelException e) {
            // The node ends.
        } catch (final IOException e) {
            System.err.println("rds node: no more control connections of other processes: " + e);
        }
    }

    private void serve(final SocketChannel client) {
        try (RelaySession session = new RelaySession(node, client)) {
            session.run();
        } catch (final IOException e) {
            // The tool has gone; so its connection ends.
        } finally {
            clients.remove(client);
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(server);
        CloseHelper.closeAll(clients);
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            // The next driver removes it.
        }
    }
}
