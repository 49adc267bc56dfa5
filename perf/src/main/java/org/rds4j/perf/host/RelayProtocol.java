package org.rds4j.perf.host;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.rds4j.Errno;
import org.rds4j.RdsException;

/**
 * What a tool and the node it is attached to say to each other about one TCP connection, over a socket of the Unix domain: the
 * tool asks, the node answers, in turns. A question is an octet and its operands, an answer an errno, 0 for none, and either
 * the result or a text.
 */
final class RelayProtocol {
    /** The socket's name in the driver's directory. */
    static final String NAME = "streams";
    /** Question: address as text, time-out. Result: local and remote address as texts. */
    static final int CONNECT = 1;
    /** Question: port. Result: none, once the port is open. */
    static final int LISTEN = 2;
    /** Question: none, after LISTEN. Result: as of CONNECT. */
    static final int ACCEPT = 3;
    /** Question: number of octets, time-out. Result: the octets. */
    static final int READ = 4;
    /** Question: octets with their number in front, time-out. */
    static final int WRITE = 5;
    /** Result: whether the connection has ended. */
    static final int IS_ENDED = 6;
    /** Most octets of one question or answer. */
    static final int MAX_LENGTH = 4096;

    private RelayProtocol() {
    }

    static Path path(final Path driverDirectory) {
        return driverDirectory.resolve(NAME);
    }

    static DataInputStream input(final SocketChannel channel) {
        return new DataInputStream(Channels.newInputStream(channel));
    }

    static DataOutputStream output(final SocketChannel channel) {
        return new DataOutputStream(Channels.newOutputStream(channel));
    }

    static void refuse(final DataOutputStream out, final RdsException refusal) throws IOException {
        out.writeInt(refusal.errno().number());
        out.writeUTF(refusal.getMessage());
    }

    static void requireDone(final DataInputStream in) throws IOException {
        final int errno = in.readInt();
        if (errno != 0) {
            throw RdsException.of(Errno.ofNumber(errno), in.readUTF());
        }
    }
}
