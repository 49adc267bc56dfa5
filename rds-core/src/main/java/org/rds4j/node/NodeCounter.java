package org.rds4j.node;

/** What the wiring counts by itself; each is a reason why a connection or frame went no further. */
public enum NodeCounter {
    /** Inbound connection closed because it did not begin as the security policy asks. */
    POLICY_REFUSED(0, "node_policy_refused", "inbound connections whose first octets broke the security policy"),
    /** Inbound connection closed because it said nothing in time. */
    GREETING_TIMEOUT(1, "node_greeting_timeout", "inbound connections that sent no RDS header in time"),
    /** TCP handshake of a peer that must wait because too many connections are being greeted already. */
    GREETINGS_FULL(8, "node_greetings_full", "ends of TCP handshakes put off: too many peers had not said who they are yet"),
    /** Handshake that failed on either side. */
    HANDSHAKE_FAILED(2, "node_handshake_failed", "TLS handshakes that ended without a session"),
    /** Handshake that took too long. */
    HANDSHAKE_TIMEOUT(3, "node_handshake_timeout", "TLS handshakes given up after the time limit"),
    /** Record that did not authenticate or parse; its connection was reset. */
    RECORD_REFUSED(4, "node_record_refused", "records that failed authentication or framing; an alert ended the connection"),
    /** Record that could not be sealed; its connection was reset. */
    SEAL_FAILED(5, "node_seal_failed", "records that could not be sealed; the connection was reset"),
    /** Connection that could not be opened for want of a port or route. */
    CONNECT_EXHAUSTED(6, "node_connect_exhausted", "connections not opened because ports or routes ran out"),
    /** Connection that could not be opened because there are as many as there may be. */
    CONNECTIONS_FULL(11, "node_connections_full", "connections not opened because maxConnections are in use; tried again later"),
    /** Frames that the device did not take at once. */
    TRANSMIT_DEFERRED(7, "node_transmit_deferred", "frames kept back because the device's queue was full"),
    /** Connection that was to ask a peer to dial, and was neither refused nor closed in time. */
    KNOCK_TIMEOUT(9, "node_knock_timeout", "connections that ask a peer to dial given up after the time limit"),
    /** Inbound connection of a peer that is to be dialed, or of this host's own address. */
    INBOUND_REFUSED(10, "node_inbound_refused", "inbound connections refused because it is this host that dials the peer"),
    /** Inbound connection reset because its address had too many on their way. */
    GREETINGS_FULL_HOST(12, "node_greetings_full_host",
        "inbound connections reset because maxHandshakesPerHost of their address were under way"),
    /** Inbound connection reset to make room for a newer one. */
    GREETING_DISPLACED(13, "node_greeting_displaced",
        "inbound connections reset, the oldest first, because maxHandshakes newer ones came"),
    /** Inbound connection reset because handshakes come too fast. */
    HANDSHAKE_RATE(14, "node_handshake_rate", "inbound connections reset because handshakeRate was reached"),
    /** Inbound connection reset because its address begins handshakes too fast. */
    HANDSHAKE_RATE_HOST(15, "node_handshake_rate_host",
        "inbound connections reset because their address reached handshakeRatePerHost"),
    /** Handshake with too much input. */
    HANDSHAKE_TOO_LONG(16, "node_handshake_too_long", "TLS handshakes ended because the peer sent more than 64 KiB in them"),
    /** Path ended because its peer is not accepted any more. */
    PEER_EXPELLED(17, "node_peer_expelled", "paths ended because new credentials or time have left their peer without trust"),
    /** Path that makes a new handshake for its age. */
    PATH_RENEWED(18, "node_path_renewed",
        "paths closed in good order for a new handshake: at pathMaxAge, or where a key is due that the peer cannot follow"),
    /** Refused peer that the log does not hear of. */
    REFUSAL_UNREPORTED(19, "node_refusal_unreported", "refused peers that got no line in the log, as its ring was full"),
    /** Connection that its peer ended by an alert. */
    ALERT_RECEIVED(20, "node_alert_received", "connections that the peer ended by an alert in a record"),
    /** Connection that ended without a farewell. */
    TRUNCATED(21, "node_truncated", "encrypted connections that ended without close_notify; what was cut off is not delivered"),
    /** Peer that changes its keys far too often. */
    KEY_UPDATE_FLOOD(22, "node_key_update_flood", "connections ended because the peer sent more than 10 KeyUpdates in a second"),
    /** Data that waits in its log because the ring to the encryption thread is full. */
    ENCRYPTION_FULL(23, "node_encryption_full",
        "times that data stayed in its log because the ring of its lane to the encryption thread was full"),
    /** Octets copied into TCP's ring. */
    OCTETS_COPIED(24, "node_octets_copied", "octets copied from logs into streams; what is sealed is not copied");

    private final int slot;
    private final String label;
    private final String meaning;

    NodeCounter(final int slot, final String label, final String meaning) {
        this.slot = slot;
        this.label = label;
        this.meaning = meaning;
    }

    int slot() {
        return slot;
    }

    /**
     * The name tools print.
     *
     * @return lower case, prefixed by the part of the stack.
     */
    public String label() {
        return label;
    }

    /**
     * What one count stands for.
     *
     * @return a phrase.
     */
    public String meaning() {
        return meaning;
    }
}
