package org.rds4j.tcp.network;

/**
 * What the network layer counts. Every frame that is handed in ends in exactly one of the outcomes, so that these add up to
 * {@link #FRAMES_RECEIVED}.
 */
public enum NetworkCounter {
    /** All frames handed in. */
    FRAMES_RECEIVED("frames received", "frames handed in by the link", false),
    /** Outcome: too short for its headers. */
    FRAME_TOO_SHORT("frame too short", "dropped: shorter than its Ethernet header or tag", true),
    /** Outcome: impossible source. */
    FRAME_BAD_SOURCE("frame bad source", "dropped: the source MAC address is zero or a group", true),
    /** Outcome: other station. */
    FRAME_NOT_FOR_US("frame not for us", "dropped: addressed to another station or a multicast group", true),
    /** Outcome: tagged. */
    FRAME_TAGGED("frame tagged", "dropped: carries a VLAN tag with an id", true),
    /** Outcome: unknown EtherType. */
    FRAME_UNKNOWN_TYPE("frame unknown type", "dropped: neither IPv4 nor ARP", true),

    /** Outcome: broken ARP. */
    ARP_MALFORMED("arp malformed", "dropped: too short, not IPv4 over Ethernet, unknown operation or impossible sender", true),
    /** Outcome: foreign ARP. */
    ARP_NOT_FOR_US("arp not for us", "dropped: about hosts that this one neither is nor knows", true),
    /** Outcome: ARP answer nobody asked for. */
    ARP_UNSOLICITED("arp unsolicited", "dropped: a reply to a request that was never made", true),
    /** Outcome: ARP claims our address. */
    ARP_CONFLICT("arp conflict", "another station claims this host's IPv4 address", true),
    /** Outcome: ARP request for us. */
    ARP_REQUEST_RECEIVED("arp request received", "requests for this host's address", true),
    /** Outcome: ARP reply to us. */
    ARP_REPLY_RECEIVED("arp reply received", "replies that were asked for", true),
    /** Outcome: ARP announcement. */
    ARP_ANNOUNCEMENT_RECEIVED("arp announcement received", "gratuitous announcements of known neighbours", true),

    /** Outcome: broken IPv4 header. */
    IP_BAD_HEADER("ip bad header", "dropped: wrong version or header length", true),
    /** Outcome: impossible length. */
    IP_BAD_LENGTH("ip bad length", "dropped: total length exceeds the frame or is below the header", true),
    /** Outcome: bad header checksum. */
    IP_BAD_CHECKSUM("ip bad checksum", "dropped: header checksum wrong", true),
    /** Outcome: broken options. */
    IP_BAD_OPTIONS("ip bad options", "dropped: an option's length is impossible", true),
    /** Outcome: source routing. */
    IP_SOURCE_ROUTED("ip source routed", "dropped: carries a source route", true),
    /** Outcome: no hops left. */
    IP_TTL_ZERO("ip ttl zero", "dropped: time to live is 0", true),
    /** Outcome: martian source. */
    IP_BAD_SOURCE("ip bad source", "dropped: the source cannot be a host", true),
    /** Outcome: own source. */
    IP_OWN_SOURCE("ip own source", "dropped: comes from outside with this host's address as source", true),
    /** Outcome: group destination. */
    IP_GROUP_DESTINATION("ip group destination", "dropped: broadcast or multicast on the network or the link", true),
    /** Outcome: other host. */
    IP_NOT_FOR_US("ip not for us", "dropped: addressed to another host", true),
    /** Outcome: fragment. */
    IP_FRAGMENT("ip fragment", "dropped: reassembly is not done", true),
    /** Outcome: unknown protocol. */
    IP_UNKNOWN_PROTOCOL("ip unknown protocol", "not taken: protocol that nobody here speaks", true),
    /** Outcome: device says that the transport checksum is wrong. */
    TRANSPORT_BAD_CHECKSUM("transport bad checksum", "dropped: the device found the TCP or UDP checksum wrong", true),
    /** Outcome: handed to TCP. */
    SEGMENTS_DELIVERED("segments delivered", "segments handed to TCP", true),
    /** Event: a segment went upward with the one before. */
    SEGMENTS_AGGREGATED("segments aggregated", "segments handed to TCP in one pass with the one before", false),
    /** Outcome: UDP. */
    UDP_RECEIVED("udp received", "not taken: UDP datagrams, as nothing listens", true),

    /** Outcome: short ICMP. */
    ICMP_TOO_SHORT("icmp too short", "dropped: shorter than an ICMP header", true),
    /** Outcome: bad ICMP checksum. */
    ICMP_BAD_CHECKSUM("icmp bad checksum", "dropped: ICMP checksum wrong", true),
    /** Outcome: ICMP without meaning here. */
    ICMP_IGNORED("icmp ignored", "dropped: types without use here: redirect, source quench, timestamp, replies", true),
    /** Outcome: useless ICMP error. */
    ICMP_ERROR_MALFORMED("icmp error malformed", "dropped: an error that does not quote enough, or an impossible MTU", true),
    /** Outcome: foreign ICMP error. */
    ICMP_ERROR_NOT_OURS("icmp error not ours", "dropped: an error about a packet that TCP here cannot have sent", true),
    /** Outcome: ICMP error handed on. */
    ICMP_ERROR_DELIVERED("icmp error delivered", "errors handed to TCP", true),
    /** Outcome: echo request. */
    ECHO_RECEIVED("echo received", "echo requests", true),

    /** Event. */
    ECHO_LIMITED("echo limited", "echo requests left unanswered by the rate limit", false),
    /** Event. */
    ECHO_TOO_LARGE("echo too large", "echo requests whose reply would exceed the MTU", false),
    /** Event. */
    ECHO_ANSWERED("echo answered", "echo replies queued", false),
    /** Event. */
    ICMP_ERROR_LIMITED("icmp error limited", "errors not reported because of the rate limit", false),
    /** Event. */
    ICMP_ERROR_SENT("icmp error sent", "errors queued for a sender", false),
    /** Event. */
    ARP_REQUEST_SENT("arp request sent", "requests queued", false),
    /** Event. */
    ARP_REPLY_SENT("arp reply sent", "replies queued", false),
    /** Event. */
    ARP_ANNOUNCEMENT_SENT("arp announcement sent", "own gratuitous announcements queued", false),
    /** Event. */
    CONTROL_QUEUE_FULL("control queue full", "own ARP and ICMP frames dropped because the queue was full", false),
    /** Event. */
    CONTROL_FRAMES_SENT("control frames sent", "own ARP and ICMP frames handed to the link", false),
    /** Event. */
    NEIGHBOUR_FAILED("neighbour failed", "neighbours that left all requests unanswered", false),
    /** Event. */
    NEIGHBOUR_EVICTED("neighbour evicted", "neighbours forgotten to make room", false),
    /** Event. */
    NEIGHBOUR_TABLE_FULL("neighbour table full", "neighbours not taken because all others are in use", false),
    /** Event. */
    ROUTE_EVICTED("route evicted", "routes forgotten to make room", false),
    /** Event. */
    NO_ROUTE("no route", "routes made to hosts that are off the link while there is no gateway, or not IPv4", false);

    private static final NetworkCounter[] ALL = values();

    private final String label;
    private final String meaning;
    private final boolean isOutcome;

    NetworkCounter(final String label, final String meaning, final boolean isOutcome) {
        this.label = label;
        this.meaning = meaning;
        this.isOutcome = isOutcome;
    }

    /**
     * A short name.
     *
     * @return the label, in lower case.
     */
    public String label() {
        return label;
    }

    /**
     * What is counted.
     *
     * @return a phrase.
     */
    public String meaning() {
        return meaning;
    }

    /**
     * Whether this is one of the ends that a received frame can come to.
     *
     * @return true for outcomes, false for the total and for events.
     */
    public boolean isOutcome() {
        return isOutcome;
    }

    /**
     * How many counters there are.
     *
     * @return the count.
     */
    public static int count() {
        return ALL.length;
    }
}
