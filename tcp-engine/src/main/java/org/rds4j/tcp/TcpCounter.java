package org.rds4j.tcp;

/** What a {@link TcpEngine} counts; each drop, refusal and exhaustion has a name of its own. */
public enum TcpCounter {
    /** Segments taken in. */
    SEGMENTS_IN("segments-in", "segments handed to TCP"),
    /** Segments sent. */
    SEGMENTS_OUT("segments-out", "segments sent, retransmissions included"),
    /** Payload received in order. */
    OCTETS_IN("octets-in", "payload octets received in order"),
    /** Payload sent. */
    OCTETS_OUT("octets-out", "payload octets sent, retransmissions included"),
    /** Active opens. */
    ACTIVE_OPENS("active-opens", "connections opened from here"),
    /** Passive opens. */
    PASSIVE_OPENS("passive-opens", "connections accepted"),
    /** Segments sent again. */
    RETRANSMISSIONS("retransmissions", "segments sent again"),
    /** Retransmission timeouts. */
    TIMEOUTS("timeouts", "retransmission timeouts"),
    /** Fast retransmits. */
    FAST_RETRANSMITS("fast-retransmits", "losses repaired without a timeout"),
    /** Tail loss probes sent. */
    TAIL_PROBES("tail-probes", "tail loss probes sent (RFC 8985 section 7)"),
    /** Silent repairs probed. */
    REPAIR_PROBES("repair-probes", "first segments sent again because a repair heard nothing"),
    /** Retransmissions lost. */
    LOST_RETRANSMISSIONS("lost-retransmissions", "retransmissions found to be lost without a timeout"),
    /** Timeouts for nothing. */
    SPURIOUS_TIMEOUTS("spurious-timeouts", "timeouts found to be for nothing and undone (RFC 5682, RFC 3522)"),
    /** Recoveries for nothing. */
    SPURIOUS_RECOVERIES("spurious-recoveries", "repairs found to be for nothing and undone (RFC 3522, RFC 2883)"),
    /** Duplicates reported by the peer. */
    DSACKS_IN("dsacks-in", "duplicates reported by the peer (RFC 2883)"),
    /** SACKs withdrawn by the peer. */
    SACKS_RENEGED("sacks-reneged", "timeouts at which the peer had discarded what it had sacked"),
    /** SACK blocks ignored. */
    DROP_SACK("drop-sack", "ignored: SACK block outside of what is in flight"),
    /** Window probes sent. */
    WINDOW_PROBES("window-probes", "probes of a closed window sent"),
    /** Keepalive probes sent. */
    KEEPALIVE_PROBES("keepalive-probes", "keepalive probes sent"),
    /** Out-of-order segments kept. */
    OUT_OF_ORDER("out-of-order", "segments kept until a gap before them is filled"),
    /** Resets sent. */
    RESETS_OUT("resets-out", "resets sent"),
    /** Connections reset by the peer. */
    RESETS_IN("resets-in", "connections reset or refused by the peer"),
    /** Challenge acknowledgements. */
    CHALLENGE_ACKS("challenge-acks", "challenge acknowledgements and replies to unacceptable segments sent"),
    /** Challenge acknowledgements suppressed. */
    CHALLENGE_ACKS_LIMITED("challenge-acks-limited", "the same, held back by the rate limit"),
    /** Path MTU lowered by a router. */
    PATH_MTU_LOWERED("path-mtu-lowered", "path MTUs lowered because a router said so"),
    /** Black holes. */
    PATH_BLACK_HOLES("path-black-holes", "path MTUs lowered because full-size segments vanish"),
    /** Path probes. */
    PATH_PROBES("path-probes", "segments larger than the path MTU sent to try the path"),
    /** Path probes lost. */
    PATH_PROBES_LOST("path-probes-lost", "such segments that did not arrive"),
    /** Connections that ended by timeout. */
    CONNECTION_TIMEOUTS("connection-timeouts", "connections dropped because the peer was silent"),
    /** TIME-WAIT records evicted. */
    TIME_WAIT_EVICTIONS("time-wait-evictions", "TIME-WAIT records given up for newer ones"),
    /** TIME-WAIT records taken over. */
    TIME_WAIT_REUSES("time-wait-reuses", "TIME-WAIT records taken over by a new SYN"),
    /** Connections with ECN. */
    ECN_CONNECTIONS("ecn-connections", "connections that negotiated explicit congestion notification"),
    /** Connects that gave up on ECN. */
    ECN_FALLBACKS("ecn-fallbacks", "SYNs sent without a request for ECN because two with it were lost"),
    /** Marked packets. */
    ECN_MARKED_IN("ecn-marked-in", "data segments received in packets marked by a congested switch"),
    /** Echoes. */
    ECN_ECHOES_IN("ecn-echoes-in", "acknowledgements of new data received that echo marks"),
    /** Windows reduced. */
    ECN_REDUCTIONS("ecn-reductions", "congestion windows reduced because of echoed marks"),
    /** Data held back by pacing. */
    PACED("paced", "times that data waited for its turn by pacing"),
    /** Windows restarted. */
    IDLE_RESTARTS("idle-restarts", "congestion windows that began anew after silence"),
    /** Dropped: malformed header. */
    DROP_MALFORMED("drop-malformed", "dropped: header or options that do not fit the segment"),
    /** Dropped: checksum. */
    DROP_CHECKSUM("drop-checksum", "dropped: wrong TCP checksum"),
    /** Dropped: no connection. */
    DROP_NO_CONNECTION("drop-no-connection", "dropped: neither a connection nor a listener"),
    /** Dropped: listener. */
    DROP_LISTENER("drop-listener", "dropped: not a SYN, sent to a listener"),
    /** Dropped: backlog. */
    DROP_BACKLOG("drop-backlog", "dropped: SYN that would take over a TIME-WAIT record while the listener's table is full"),
    /** Dropped: accept queue. */
    DROP_ACCEPT_QUEUE("drop-accept-queue", "dropped: end of a handshake that the owner cannot take now; it is kept"),
    /** Cookies sent. */
    SYN_COOKIES_SENT("syn-cookies-sent", "SYNs answered by a cookie because the listener's table is full"),
    /** Cookies returned. */
    SYN_COOKIES_RETURNED("syn-cookies-returned", "handshakes completed by a cookie"),
    /** Cookies refused. */
    SYN_COOKIES_REFUSED("syn-cookies-refused", "acknowledgements that carried no cookie of the last two minutes"),
    /** Handshakes given up. */
    HALF_OPEN_TIMEOUTS("half-open-timeouts", "handshakes given up because the peer did not complete them"),
    /** Dropped: connections exhausted. */
    DROP_NO_CONNECTIONS_LEFT(
        "drop-no-connections-left", "refused: all connection objects are in use; a handshake that a peer began is kept"),
    /** Dropped: route. */
    DROP_NO_ROUTE("drop-no-route", "refused: no route to the host"),
    /** Refused: ports. */
    DROP_NO_PORT("drop-no-port", "refused: local ports or the four-tuple in use"),
    /** Dropped: outside the window. */
    DROP_OUT_OF_WINDOW("drop-out-of-window", "dropped: sequence number not acceptable"),
    /** Dropped: acknowledgement. */
    DROP_BAD_ACK("drop-bad-ack", "dropped: acknowledgement of what was not sent, or too old"),
    /** Dropped: no acknowledgement. */
    DROP_NO_ACK("drop-no-ack", "dropped: no ACK flag on a synchronised connection"),
    /** Dropped: reset. */
    DROP_BAD_RESET("drop-bad-reset", "dropped: reset that does not match exactly"),
    /** Dropped: SYN. */
    DROP_BAD_SYN("drop-bad-syn", "dropped: SYN on a synchronised connection, or one with a FIN"),
    /** Dropped: PAWS. */
    DROP_PAWS("drop-paws", "dropped: timestamp older than the last (RFC 7323 section 5)"),
    /** Dropped: timestamp missing. */
    DROP_NO_TIMESTAMP("drop-no-timestamp", "dropped: timestamps were negotiated and are missing"),
    /** Dropped: duplicate data. */
    DROP_DUPLICATE("drop-duplicate", "dropped: payload that was received before"),
    /** Dropped: reassembly. */
    DROP_REASSEMBLY("drop-reassembly", "dropped: too many separate runs of out-of-order data"),
    /** Dropped: no ring. */
    DROP_NO_BUFFER("drop-no-buffer", "dropped: data while every stream buffer is in use"),
    /** Refused: no ring. */
    SEND_NO_BUFFER("send-no-buffer", "refused: data to send while every stream buffer is in use"),
    /** Dropped: data after close. */
    DROP_AFTER_CLOSE("drop-after-close", "reset: data for an owner that has closed"),
    /** Dropped: time wait. */
    DROP_TIME_WAIT("drop-time-wait", "dropped: segment for a connection in TIME-WAIT"),
    /** Dropped: control queue. */
    DROP_CONTROL_QUEUE("drop-control-queue", "not sent: queue of control segments full, or no route"),
    /** Dropped: reset limit. */
    DROP_RESET_LIMIT("drop-reset-limit", "not sent: resets over the rate limit"),
    /** Ignored ICMP. */
    DROP_ICMP("drop-icmp", "ignored: ICMP error that matches nothing in flight");

    private final String label;
    private final String meaning;

    TcpCounter(final String label, final String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Short name for tables.
     *
     * @return lower case, words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What is counted.
     *
     * @return one line.
     */
    public String meaning() {
        return meaning;
    }
}
