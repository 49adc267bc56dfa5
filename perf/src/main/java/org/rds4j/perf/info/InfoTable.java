package org.rds4j.perf.info;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.rds4j.RdsAddress;
import org.rds4j.SecurityMode;
import org.rds4j.status.CarrierStatus;
import org.rds4j.status.ClientStatus;
import org.rds4j.status.MessageStatus;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.PathStatus;
import org.rds4j.status.SecurityStatus;
import org.rds4j.status.SocketStatus;
import org.rds4j.status.StatusTable;

/**
 * One block of {@code rds info}: what to ask a node, and the answer as text in the columns of rds-info.
 *
 * @param <T> what a row shows.
 */
public final class InfoTable<T> {
    /** Option T. */
    public static final InfoTable<CarrierStatus> TCP = new InfoTable<>("tcp", "TCP Connections:", format(
        "%15s %5s %15s %5s %10s %10s %10s %10s %10s", "LocalAddr", "LPort", "RemoteAddr", "RPort", "HdrRemain", "DataRemain",
        "SentNxt", "ExpectUna", "SeenUna"), NodeStatus::carriers, InfoTable::line);
    /** Option c. */
    public static final InfoTable<NodeStatus.Counter> COUNTERS = new InfoTable<>("counters", "Counters:", format(
        "%25s %16s", "CounterName", "Value"), node -> KernelCounters.ordered(node.counters()), InfoTable::line);
    /** Option k. */
    public static final InfoTable<SocketStatus> SOCKETS = new InfoTable<>("sockets", "RDS Sockets:", format(
        "%15s %5s %15s %5s %10s %10s %8s", "BoundAddr", "BPort", "ConnAddr", "CPort", "SndBuf", "RcvBuf", "Inode"),
        NodeStatus::sockets, InfoTable::line);
    /** Option n: as the kernel, one row for all paths of a connection. */
    public static final InfoTable<PathStatus> CONNECTIONS = new InfoTable<>("connections", "RDS Connections:", format(
        "%15s %15s %4s %16s %16s %4s", "LocalAddr", "RemoteAddr", "Tos", "NextTX", "NextRX", "Flgs"),
        node -> node.paths().stream().filter(path -> path.index() == 0).toList(), InfoTable::line);
    /** Option r. */
    public static final InfoTable<MessageStatus> RECEIVE = queue("receive", "Receive", StatusTable.RECEIVE);
    /** Option s. */
    public static final InfoTable<MessageStatus> SEND = queue("send", "Send", StatusTable.SEND);
    /** Option t. */
    public static final InfoTable<MessageStatus> RETRANSMIT = queue("retransmit", "Retransmit", StatusTable.RETRANSMIT);
    /** Not of rds-info: what stands behind a connection, path by path. */
    public static final InfoTable<PathStatus> PATHS = new InfoTable<>("paths", "RDS Paths:", format(
        "%15s %5s %15s %5s %4s %4s %10s %8s %6s %7s %10s %7s %10s", "LocalAddr", "LPort", "RemoteAddr", "RPort", "Tos",
        "Path", "State", "Gen", "NPaths", "Queued", "QBytes", "Unacked", "UBytes"), NodeStatus::paths, InfoTable::detail);

    /** Not of rds-info: what protects each path. */
    public static final InfoTable<SecurityStatus> SECURITY = new InfoTable<>("security", "RDS Path Security:", format(
        "%15s %5s %15s %5s %4s %4s %9s %11s %8s %22s %10s %7s %7s %20s  %s", "LocalAddr", "LPort", "RemoteAddr", "RPort", "Tos",
        "Path", "Security", "Cipher", "SealedBy", "Handshake", "Age", "SendKey", "RecvKey", "PeerExpires", "Peer (Provider)"),
        NodeStatus::security, InfoTable::line);
    /** Not of rds-info: applications in other processes. */
    public static final InfoTable<ClientStatus> CLIENTS = new InfoTable<>("clients", "Driver Clients:", format(
        "%10s %10s %10s %24s", "Client", "Process", "Sockets", "LastSignOfLife"), NodeStatus::clients, InfoTable::line);

    private static final long NS_PER_S = 1_000_000_000L;

    private final String key;
    private final String title;
    private final String header;
    private final Function<NodeStatus, List<T>> source;
    private final Function<T, String> line;

    private InfoTable(
        final String key, final String title, final String header, final Function<NodeStatus, List<T>> source,
        final Function<T, String> line) {
        this.key = key;
        this.title = title;
        this.header = header;
        this.source = source;
        this.line = line;
    }

    private static InfoTable<MessageStatus> queue(final String key, final String name, final StatusTable table) {
        return new InfoTable<>(key, name + " Message Queue:", format(
            "%15s %5s %15s %5s %4s %16s %10s", "LocalAddr", "LPort", "RemoteAddr", "RPort", "Tos", "Seq", "Bytes"),
            node -> node.messages(table), InfoTable::line);
    }

    /**
     * The name of the table in JSON.
     *
     * @return lower case.
     */
    public String key() {
        return key;
    }

    /**
     * Asks a node.
     *
     * @param node running.
     * @return its rows.
     */
    public List<T> rows(final NodeStatus node) {
        return source.apply(node);
    }

    /**
     * The block as rds-info prints it: an empty line, the title, the names of the columns, the rows.
     *
     * @param rows of {@link #rows}.
     * @return lines, the last one ended.
     */
    public String text(final List<T> rows) {
        final StringBuilder text = new StringBuilder("\n").append(title).append('\n').append(header).append('\n');
        rows.forEach(row -> text.append(line.apply(row)).append('\n'));
        return text.toString();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library of its own
    private static String format(final String columns, final Object... values) {
        return String.format(Locale.ROOT, columns, values);
    }

    private static String host(final RdsAddress address) {
        return RdsAddress.hostText(address.high(), address.low());
    }

    /** The kernel shows 32-bit sequence numbers: the lower half of a position. */
    private static long low(final long position) {
        return position & 0xffff_ffffL;
    }

    private static String line(final CarrierStatus c) {
        return format("%15s %5d %15s %5d %10d %10d %10d %10d %10d", host(c.local()), c.local().port(), host(c.remote()),
            c.remote().port(), c.headerRemaining(), c.dataRemaining(), low(c.sentPosition()), low(c.expectedPosition()),
            low(c.acknowledgedPosition()));
    }

    private static String line(final NodeStatus.Counter counter) {
        return format("%25s %16s", counter.label(), Long.toUnsignedString(counter.value()));
    }

    private static String line(final SocketStatus socket) {
        final RdsAddress connected = socket.connected();
        return format("%15s %5d %15s %5d %10d %10d %8d", host(socket.bound()), socket.bound().port(),
            connected == null ? socket.bound().isIpv4() ? "0.0.0.0" : "::" : host(connected),
            connected == null ? 0 : connected.port(), socket.sendBufferLength(), socket.receiveBufferLength(), socket.id());
    }

    private static String line(final PathStatus path) {
        return format("%15s %15s %4d %16s %16s %4s", host(path.local()), host(path.remote()), path.lane(),
            Long.toUnsignedString(path.nextSendSequence()), Long.toUnsignedString(path.nextReceiveSequence()), path.flags());
    }

    private static String line(final MessageStatus message) {
        return format("%15s %5d %15s %5d %4d %16s %10d", host(message.local()), message.local().port(),
            host(message.remote()), message.remote().port(), message.lane(), Long.toUnsignedString(message.sequence()),
            message.length());
    }

    private static String line(final SecurityStatus path) {
        final boolean isSecure = path.mode() != SecurityMode.PLAINTEXT;
        final String sealedBy = path.isInline() ? "nic" : "software";
        return format("%15s %5d %15s %5d %4d %4d %9s %11s %8s %22s %10s %7s %7s %20s  %s",
            host(path.local()), path.local().port(),
            host(path.remote()), path.remote().port(), path.lane(), path.index(), isSecure ? "tls1.3" : "plaintext",
            path.cipher(), isSecure ? sealedBy : "-", isSecure ? path.handshake() : "-", path.ageNs() / NS_PER_S + "s",
            isSecure ? path.sendKey() : "-", isSecure ? path.receiveKey() : "-",
            isSecure ? Instant.ofEpochMilli(path.expiresMs()).truncatedTo(ChronoUnit.SECONDS) : "-",
            isSecure ? path.peer() + " (" + path.provider() + ")" : "-");
    }

    private static String line(final ClientStatus client) {
        return format("%10d %10d %10d %24s", client.number(), client.pid(), client.sockets(),
            client.heartbeatMs() == 0 ? "-" : Instant.ofEpochMilli(client.heartbeatMs()).truncatedTo(ChronoUnit.MILLIS));
    }

    private static String detail(final PathStatus path) {
        return format("%15s %5d %15s %5d %4d %4d %10s %8s %6d %7d %10d %7d %10d", host(path.local()), path.localPort(),
            host(path.remote()), path.remotePort(), path.lane(), path.index(), path.state().label(),
            Long.toHexString(path.peerGeneration()), path.peerPaths(), path.queuedMessages(), path.queuedLength(),
            path.unackedMessages(), path.unackedLength());
    }
}
