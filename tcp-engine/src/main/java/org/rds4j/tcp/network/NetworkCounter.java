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
    FRAME_TAGGED("frame tagged", "dropped: carries a VLAN tag that belongs to no interface", true),
    /** Outcome: unknown EtherType. */
    FRAME_UNKNOWN_TYPE("frame unknown type", "dropped: neither IP of a version spoken here nor ARP", true),

    /** Outcome: broken ARP. */
    ARP_MALFORMED("arp malformed", "dropped: too short, not IPv4 over Ethernet, unknown operation or impossible sender", true),
    /** Outcome: foreign ARP. */
    ARP_NOT_FOR_US("arp not for us", "dropped: about hosts that this one neither is nor knows", true),
    /** Outcome: ARP answer nobody asked for. */
    ARP_UNSOLICITED("arp unsolicited", "dropped: a reply to a request that was never made", true),
    /** Outcome: ARP claims our address. */
    ARP_CONFLICT("arp conflict", "another station claims an IPv4 address of this host", true),
    /** Outcome: ARP request for us. */
    ARP_REQUEST_RECEIVED("arp request received", "requests for this host's address", true),
    /** Outcome: ARP reply to us. */
    ARP_REPLY_RECEIVED("arp reply received", "replies that were asked for", true),
    /** Outcome: ARP announcement. */
    ARP_ANNOUNCEMENT_RECEIVED("arp announcement received", "gratuitous announcements of known neighbours", true),

    /** Outcome: broken neighbour message. */
    ND_MALFORMED("nd malformed", "dropped: neighbour message with hop limit below 255, bad option or impossible target", true),
    /** Outcome: foreign neighbour message. */
    ND_NOT_FOR_US("nd not for us", "dropped: about hosts that this one neither is nor knows", true),
    /** Outcome: advertisement nobody asked for. */
    ND_UNSOLICITED("nd unsolicited", "dropped: claims to be the answer to a solicitation that was never sent", true),
    /** Outcome: claims our address. */
    ND_CONFLICT("nd conflict", "another station claims an IPv6 address of this host", true),
    /** Outcome: solicitation for us. */
    ND_SOLICITATION_RECEIVED("nd solicitation received", "solicitations of this host's addresses", true),
    /** Outcome: advertisement. */
    ND_ADVERTISEMENT_RECEIVED("nd advertisement received", "advertisements of known neighbours", true),
    /** Outcome: router advertisement. */
    ROUTER_ADVERTISEMENT_RECEIVED("router advertisement received", "router advertisements taken, as configured", true),
    /** Outcome: router advertisement. */
    ROUTER_ADVERTISEMENT_IGNORED("router advertisement ignored", "dropped: router advertisements are not configured", true),

    /** Outcome: broken IP header. */
    IP_BAD_HEADER("ip bad header", "dropped: wrong version or header length", true),
    /** Outcome: impossible length. */
    IP_BAD_LENGTH("ip bad length", "dropped: total length exceeds the frame or is below the header", true),
    /** Outcome: bad header checksum. */
    IP_BAD_CHECKSUM("ip bad checksum", "dropped: header checksum wrong", true),
    /** Outcome: broken options. */
    IP_BAD_OPTIONS("ip bad options", "dropped: an option's length is impossible, or IPv6 forbids to skip it", true),
    /** Outcome: source routing. */
    IP_SOURCE_ROUTED("ip source routed", "dropped: carries a source route", true),
    /** Outcome: broken IPv6 extension headers. */
    IP_BAD_EXTENSIONS(
        "ip bad extensions", "dropped: IPv6 extension headers too many, out of place, cut off, or hiding what follows", true),
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
    IP_FRAGMENT("ip fragment", "dropped: reassembly is off", true),
    /** Outcome: fragment. */
    IP_FRAGMENT_KEPT("ip fragment kept", "fragments that wait for the others of their packet", true),
    /** Outcome: fragment. */
    IP_FRAGMENT_REFUSED(
        "ip fragment refused", "dropped: fragments that overlap, contradict each other, hide the ports, or find no room", true),
    /** Outcome: nothing behind the header. */
    IP_NO_PAYLOAD("ip no payload", "dropped: IPv6 packets that end with their headers", true),
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
    REASSEMBLED("reassembled", "packets put together from fragments", false),
    /** Event. */
    REASSEMBLY_OVERLAP("reassembly overlap", "packets given up because their fragments overlap or contradict each other", false),
    /** Event. */
    REASSEMBLY_FULL("reassembly full", "fragments dropped because all places are taken", false),
    /** Event. */
    REASSEMBLY_TIMEOUT("reassembly timeout", "packets given up because fragments did not arrive in time", false),
    /** Event. */
    ND_SOLICITATION_SENT("nd solicitation sent", "neighbour solicitations queued", false),
    /** Event. */
    ND_ADVERTISEMENT_SENT("nd advertisement sent", "neighbour advertisements queued", false),
    /** Event. */
    ROUTER_SOLICITATION_SENT("router solicitation sent", "router solicitations queued", false),
    /** Event. */
    DUPLICATE_ADDRESS("duplicate address", "own IPv6 addresses not used because another host has them", false),
    /** Event. */
    ARP_REQUEST_SENT("arp request sent", "requests queued", false),
    /** Event. */
    ARP_REPLY_SENT("arp reply sent", "replies queued", false),
    /** Event. */
    ARP_ANNOUNCEMENT_SENT("arp announcement sent", "own gratuitous announcements queued", false),
    /** Event. */
    CONTROL_QUEUE_FULL("control queue full", "own ARP, ND and ICMP frames dropped because the queue was full", false),
    /** Event. */
    CONTROL_FRAMES_SENT("control frames sent", "own ARP, ND and ICMP frames handed to the link", false),
    /** Event. */
    NEIGHBOUR_FAILED("neighbour failed", "neighbours that left all requests unanswered", false),
    /** Event. */
    NEIGHBOUR_EVICTED("neighbour evicted", "neighbours forgotten to make room", false),
    /** Event. */
    NEIGHBOUR_TABLE_FULL("neighbour table full", "neighbours not taken because all others are in use", false),
    /** Event. */
    ROUTE_EVICTED("route evicted", "routes forgotten to make room", false),
    /** Event. */
    NO_ROUTE("no route", "routes made to hosts off the link without a gateway, or of a family not spoken", false);

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
