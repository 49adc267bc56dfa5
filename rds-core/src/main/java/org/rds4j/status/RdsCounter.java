package org.rds4j.status;

/** What the RDS engine counts; labels are the Linux kernel's where it counts the same. Ids are the layout: append only. */
public enum RdsCounter {
    /** Carriers that broke or were replaced. */
    CONN_RESET(0, "conn_reset", "carriers that broke or were replaced"),
    /** Received messages below the expected sequence number. */
    RECV_DROP_OLD_SEQ(1, "recv_drop_old_seq", "messages dropped as already received"),
    /** Received messages for a port nobody is bound to. */
    RECV_DROP_NO_SOCK(2, "recv_drop_no_sock", "messages dropped for want of a bound socket"),
    /** Received messages given to a socket. */
    RECV_DELIVERED(3, "recv_delivered", "messages given to a socket"),
    /** Times a carrier was left unread because a socket's ring was full, and its share of what is behind it. */
    RECV_BLOCKED(4, "recv_blocked", "times the reading of a carrier stopped because of a socket that is not read"),
    /** Pings received. */
    RECV_PING(5, "recv_ping", "pings received"),
    /** Pongs, and probes of either kind, given to a log or, when they open a carrier, to that. */
    SEND_PONG(6, "send_pong", "pongs and probes sent"),
    /** Pings not answered because the send log was full. */
    PONG_DROP_LOG_FULL(7, "pong_drop_log_full", "pings not answered because the send log was full"),
    /** Messages queued to a path. */
    SEND_QUEUED(8, "send_queued", "messages queued to a path"),
    /** Times a socket's submit ring had to wait for room in a send log. */
    SEND_QUEUE_FULL(9, "send_queue_full", "times a full send log stopped the draining of a socket"),
    /** Messages dropped because the peer table is full. */
    SEND_DROP_NO_PEER(10, "send_drop_no_peer", "messages dropped because maxPeers is reached"),
    /** Messages resent on a new carrier. */
    SEND_RETRANSMITTED(11, "send_retransmitted", "messages sent again on a new carrier"),
    /** Messages sent to an earlier life of the peer and not acknowledged. */
    SEND_DROP_GENERATION(12, "send_drop_generation", "unacknowledged messages dropped because the peer restarted"),
    /** Payload octets copied in from applications. */
    COPY_FROM_USER(13, "copy_from_user", "payload octets taken from applications"),
    /** Payload octets given to sockets. */
    COPY_TO_USER(14, "copy_to_user", "payload octets given to sockets"),
    /** Congestion maps received. */
    CONG_UPDATE_RECEIVED(15, "cong_update_received", "congestion maps received"),
    /** Received headers that claim more than the longest message. */
    RECV_ERROR_TOO_LONG(16, "recv_error_too_long", "carriers dropped because a header claimed more than maxMessageLength"),
    /** Times reading stopped for want of reassembly memory. */
    RECV_BLOCKED_REASSEMBLY(17, "recv_blocked_reassembly", "times reassembly memory ran out"),
    /** Partly received messages discarded with their carrier. */
    RECV_DROP_PARTIAL(18, "recv_drop_partial", "partly received messages discarded with their carrier"),
    /** Inbound carriers refused because the peer table is full. */
    CONN_DROP_NO_PEER(19, "conn_drop_no_peer", "inbound carriers refused because maxPeers is reached"),
    /** Carriers closed because the duel rule prefers another. */
    CONN_DROP_DUEL(20, "conn_drop_duel", "inbound carriers refused or replaced because of who dialed them"),
    /** Attempts to connect. */
    CONN_ATTEMPTS(21, "conn_attempts", "attempts to connect"),
    /** Carriers that became a path's own. */
    CONN_UP(22, "conn_up", "carriers taken into use"),
    /** Known peers seen with a new generation number. */
    PEER_RESTARTED(23, "peer_restarted", "times a peer came back with a new generation number"),
    /** Datagrams delivered on this host without a carrier. */
    LOOPBACK_DELIVERED(24, "loopback_delivered", "messages delivered to a socket of this host"),
    /** Octets of submit ring still full when their socket was closed and the log had no room. */
    SEND_DROP_CLOSED(25, "send_drop_closed", "octets of submit ring dropped because their socket was closed"),
    /** Octets of receive ring still unread when their socket was closed. */
    RECV_DROP_DEAD_SOCK(26, "recv_drop_dead_sock", "octets of receive ring dropped because their socket was closed"),
    /** Attempts to connect that had to wait for their turn. */
    CONN_ATTEMPTS_DEFERRED(27, "conn_attempts_deferred", "attempts to connect put off because the host made enough of them"),
    /** Knocks of peers with larger addresses. */
    CONN_KNOCKED(28, "conn_knocked", "times a peer with a larger address asked to be dialed"),
    /** Inbound carriers that found all paths of their peer taken, and knocks for paths that it does not have. */
    CONN_DROP_NO_PATH(29, "conn_drop_no_path", "inbound carriers and knocks for which their peer has no free path"),
    /** Times a path had something to send and waited for older messages of path 0. */
    MPRDS_CATCHUP_TX0_RETRIES(30, "mprds_catchup_tx0_retries", "times a path waited for older messages of path 0"),
    /** Carriers that turned out to be for another lane or a foreign peer. */
    CONN_DROP_OTHER_PATH(31, "conn_drop_other_path", "carriers closed because their peer knows no lanes, or meant another"),
    /** Messages given up by their socket before they were acknowledged. */
    SEND_CANCELLED(32, "send_cancelled", "messages given up by their socket before they were acknowledged"),
    /** Knocks of unknown hosts that came too fast. */
    CONN_DROP_STRANGER(33, "conn_drop_stranger", "unknown hosts not dialed because too many asked for it"),
    /** Congestion maps sent. */
    CONG_UPDATE_QUEUED(34, "cong_update_queued", "congestion maps queued to peers"),
    /** Maps of a wrong length, or of more hosts than there is room for. */
    CONG_DROP(35, "cong_drop", "congestion maps ignored: wrong length, or more hosts than maxPeers"),
    /** Pongs not sent because the port they would go to is congested. */
    PONG_DROP_CONGESTED(36, "pong_drop_congested", "pings not answered because their port is congested"),
    /** Datagrams put behind a full receive ring. */
    RECV_OVERFLOW(37, "recv_overflow", "messages that waited for room in a receive ring"),
    /** Sockets whose shared memory held what no sound application writes. */
    REGION_CORRUPT(38, "region_corrupt", "sockets closed because their shared memory held what cannot be"),
    /** Carriers of which nothing came in time, with something to send. */
    CONN_DROP_SILENT(39, "conn_drop_silent", "carriers given up because nothing came of them in time"),
    /** Messages longer than the memory of the socket they are for. */
    RECV_DROP_TOO_LONG(40, "recv_drop_too_long", "messages dropped because they are longer than their socket can take"),
    /** Applications in other processes that the driver did with because something went wrong with them. */
    CLIENT_FAILED(41, "client_failed", "applications in other processes cut off because what they did made no sense"),
    /** Hosts dialed because they still had connections to an engine that was here before. */
    CONN_ORPHANED(42, "conn_orphaned", "times an unknown host was dialed because it had connections to an engine before this"),
    /** Maps that came after a newer one of the same host. */
    CONG_DROP_OLD(43, "cong_drop_old", "congestion maps ignored because a newer one had come before over another path");

    private final int id;
    private final String label;
    private final String meaning;

    RdsCounter(final int id, final String label, final String meaning) {
        this.id = id;
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Place in the layout.
     *
     * @return 0 and up, without gaps.
     */
    public int id() {
        return id;
    }

    /**
     * Name for people and tools.
     *
     * @return lower case with underscores.
     */
    public String label() {
        return label;
    }

    /**
     * What is counted.
     *
     * @return half a sentence.
     */
    public String meaning() {
        return meaning;
    }
}
