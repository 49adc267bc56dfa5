package org.rds4j.tcp;

import java.util.Objects;
import org.agrona.BitUtil;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.wire.OptionLayout;

/**
 * Everything one {@link TcpEngine} is configured with. Times are nanoseconds. Defaults are those of a datacenter network
 * ({@link #datacenter()}); {@link #wideArea()} gives what the Internet needs.
 *
 * @param maxConnections         connections that exist at once, half-open and closed but unreleased ones included.
 * @param streamBuffers          most send rings, and as many receive rings, in use at once; 0 for one per connection.
 * @param sendBufferLength       octets of a connection's send ring, a power of two.
 * @param receiveBufferLength    octets of a connection's receive ring, a power of two; bounds the window.
 * @param overhangLength         octets behind each ring's end that make runs linear; one TLS record fits.
 * @param maxOutOfOrderRanges    separate runs of out-of-order data that a connection keeps, 16 octets of memory each; 0 for as
 *                               many as {@link #outOfOrderRanges()} says.
 * @param backlog                half-open handshakes that a listener remembers; SYN cookies answer those beyond.
 * @param timeWaitCapacity       TIME-WAIT records; the oldest is evicted when they run out.
 * @param controlQueueLength     segments without a connection that wait for {@link TcpEngine#pollControl}.
 * @param resetsPerSecond        resets sent in reply to segments that belong to no connection.
 * @param resetsPerDestination   the same, to one address. Both budgets vary at random between half and the whole.
 * @param initialWindowSegments  initial congestion window in segments (RFC 6928).
 * @param idleRestart            begin with the initial window again after a timeout's time without sending (RFC 5681 section
 *                               4.1).
 * @param quickAcks              segments acknowledged at once at the start of a connection.
 * @param synRetries             SYNs sent again before an attempt ends.
 * @param synAckRetries          SYN-ACKs sent again before a half-open connection is dropped.
 * @param dataRetries            timeouts in a row before an established connection is dropped.
 * @param orphanRetries          the same once the owner has closed.
 * @param unresponsiveRetries    retries after which the owner is told that the peer is silent (R1 of RFC 9293 section 3.8.3).
 * @param keepaliveProbes        unanswered keepalive probes before the connection is dropped, {@link #LEAST_KEEPALIVE_PROBES}
 *                               to {@link #MOST_KEEPALIVE_PROBES}.
 * @param firstPort              lowest local port chosen by the engine.
 * @param lastPort               highest local port chosen by the engine.
 * @param initialRtoNs           retransmission timeout before the first sample (RFC 6298).
 * @param rtoFloorNs             lowest retransmission timeout.
 * @param rtoFloorOnVariation    the floor is what is added to SRTT at least, and not what the sum is at least.
 * @param rtoCeilingNs           highest retransmission timeout.
 * @param delayedAckNs           longest delay of an acknowledgement; below the peer's RTO floor.
 * @param persistCeilingNs       longest time between two window probes.
 * @param timeWaitNs             twice the segment lifetime.
 * @param finWait2Ns             life of a closed connection whose peer does not close.
 * @param synTimeoutNs           least life of an attempt to connect that nobody answers (R2 of RFC 9293 section 3.8.3).
 * @param overrideNs             how long a window smaller than a segment is left unused (RFC 9293 section 3.8.6.2.1).
 * @param corkNs                 longest time that a cork holds a partial segment.
 * @param challengeAckIntervalNs least time between two challenge acknowledgements of a connection (RFC 5961).
 * @param userTimeoutNs          default user timeout, 0 for none.
 * @param keepaliveIdleNs        silence before the first keepalive probe, 0 for no keepalive.
 * @param keepaliveIntervalNs    time between keepalive probes.
 * @param sack                   offer selective acknowledgements (RFC 2018), and use RACK and the tail loss probe (RFC 8985).
 * @param peerAckDelayNs         longest time for which peers delay an acknowledgement; what a tail loss probe waits beyond two
 *                               round trips when one segment is in flight (RFC 8985 section 7.2).
 * @param probeSlackNs           the same when several segments are in flight.
 * @param eagerProbes            probe where RFC 8985 waits for timers: in a repair that hears nothing, which else would wait for
 *                               the retransmission timer, and with two new segments, as a peer does not delay their answer.
 * @param ackRepeatNs            silence after which the acknowledgement of a filled gap is repeated once, in case it was lost;
 *                               0 for never.
 * @param maxSendRecords         records of segments in flight that all connections may have together, beyond the few of each;
 *                               when they run out, a record covers several segments.
 * @param nagle                  hold small segments back while one is unacknowledged (Minshall).
 * @param pushedBurst            least segments of the bursts whose last segment carries PSH, as Linux has it with segmentation
 *                               offload; 0 for PSH at the end of what was written alone. Above 0 segments are emitted one by
 *                               one.
 * @param optionLayout           order of the options on a SYN.
 * @param dialect                whose choice is taken where kernels differ.
 * @param dropSynFin             ignore whatever carries SYN and FIN at once.
 * @param insecureReset          any reset inside the window ends a connection, and not only one at RCV.NXT (RFC 5961 section 3).
 * @param insecureSyn            a SYN inside the window resets a connection, where RFC 5961 section 4 has it challenged. Both are
 *                               RFC 793's rules, by which a stranger who guesses a window ends connections: for tests.
 * @param offeredWindowShift     window scale shift to offer, or {@link #AS_NEEDED}.
 * @param icmpEndsAttempts       an ICMP error that RFC 9293 calls hard ends an attempt to connect.
 * @param ecnSynRetries          SYNs that still ask for ECN when sent again (RFC 3168 section 6.1.1.1).
 * @param windowScale            offer the window scale option (RFC 7323).
 * @param timestamps             offer the timestamps option (RFC 7323).
 * @param takesUnstamped         segments without timestamps count though timestamps were negotiated, which RFC 7323 section 3.2
 *                               would have dropped.
 * @param transmitChecksum       the device computes TCP checksums of what is sent.
 * @param flow                   congestion control, ECN, pacing and the use of buffers.
 */
public record TcpConfiguration(
    int maxConnections,
    int streamBuffers,
    int sendBufferLength,
    int receiveBufferLength,
    int overhangLength,
    int maxOutOfOrderRanges,
    int backlog,
    int timeWaitCapacity,
    int controlQueueLength,
    int resetsPerSecond,
    int resetsPerDestination,
    int initialWindowSegments,
    boolean idleRestart,
    int quickAcks,
    int synRetries,
    int synAckRetries,
    int dataRetries,
    int orphanRetries,
    int unresponsiveRetries,
    int keepaliveProbes,
    int firstPort,
    int lastPort,
    long initialRtoNs,
    long rtoFloorNs,
    boolean rtoFloorOnVariation,
    long rtoCeilingNs,
    long delayedAckNs,
    long persistCeilingNs,
    long timeWaitNs,
    long finWait2Ns,
    long synTimeoutNs,
    long overrideNs,
    long corkNs,
    long challengeAckIntervalNs,
    long userTimeoutNs,
    long keepaliveIdleNs,
    long keepaliveIntervalNs,
    boolean nagle,
    int pushedBurst,
    OptionLayout optionLayout,
    TcpDialect dialect,
    boolean dropSynFin,
    boolean insecureReset,
    boolean insecureSyn,
    int offeredWindowShift,
    boolean icmpEndsAttempts,
    int ecnSynRetries,
    boolean windowScale,
    boolean timestamps,
    boolean takesUnstamped,
    boolean transmitChecksum,
    boolean sack,
    long peerAckDelayNs,
    long probeSlackNs,
    boolean eagerProbes,
    long ackRepeatNs,
    int maxSendRecords,
    FlowConfiguration flow) {

    /** Highest window scale shift (RFC 7323 section 2.3). */
    public static final int MAX_WINDOW_SHIFT = 14;

    /** Window scale shift: as large as the receive ring needs. */
    public static final int AS_NEEDED = -1;

    /** Fewest keepalive probes: a peer is not given up because of one lost segment. */
    public static final int LEAST_KEEPALIVE_PROBES = 2;
    /** Most keepalive probes. */
    public static final int MOST_KEEPALIVE_PROBES = 255;

    private static final int OCTETS_PER_RANGE = 2048;
    private static final int LEAST_RANGES = 64;
    private static final int MOST_RANGES = 8192;

    /** Checks every value; the message of the exception says which one is wrong and what would be right. */
    public TcpConfiguration {
        Objects.requireNonNull(optionLayout, "optionLayout");
        Objects.requireNonNull(dialect, "dialect");
        range("maxConnections", maxConnections, 1, 1 << 20);
        range("streamBuffers", streamBuffers, 0, 1 << 20);
        powerOfTwo("sendBufferLength", sendBufferLength);
        powerOfTwo("receiveBufferLength", receiveBufferLength);
        range("overhangLength", overhangLength, 64, Math.min(sendBufferLength, receiveBufferLength) / 2);
        range("maxOutOfOrderRanges", maxOutOfOrderRanges, 0, 1 << 16);
        range("backlog", backlog, 1, 1 << 20);
        range("timeWaitCapacity", timeWaitCapacity, 1, 1 << 20);
        range("controlQueueLength", controlQueueLength, 1, 1 << 16);
        range("resetsPerSecond", resetsPerSecond, 1, 1_000_000_000);
        range("resetsPerDestination", resetsPerDestination, 1, 1_000_000_000);
        range("initialWindowSegments", initialWindowSegments, 1, 1 << 10);
        range("quickAcks", quickAcks, 0, 1 << 16);
        range("pushedBurst", pushedBurst, 0, 1 << 16);
        range("offeredWindowShift", offeredWindowShift, AS_NEEDED, MAX_WINDOW_SHIFT);
        range("ecnSynRetries", ecnSynRetries, 0, 255);
        range("synRetries", synRetries, 1, 255);
        range("synAckRetries", synAckRetries, 1, 255);
        range("dataRetries", dataRetries, 1, 255);
        range("orphanRetries", orphanRetries, 1, 255);
        range("unresponsiveRetries", unresponsiveRetries, 1, 255);
        range("keepaliveProbes", keepaliveProbes, LEAST_KEEPALIVE_PROBES, MOST_KEEPALIVE_PROBES);
        range("firstPort", firstPort, 1, 65_535);
        range("lastPort", lastPort, firstPort, 65_535);
        range("rtoFloorNs", rtoFloorNs, 1_000, Long.MAX_VALUE);
        range("rtoCeilingNs", rtoCeilingNs, rtoFloorNs, 1L << 53);
        range("initialRtoNs", initialRtoNs, rtoFloorNs, rtoCeilingNs);
        range("delayedAckNs", delayedAckNs, 0, 500_000_000L);
        range("persistCeilingNs", persistCeilingNs, rtoFloorNs, 1L << 53);
        range("timeWaitNs", timeWaitNs, 0, 1L << 53);
        range("finWait2Ns", finWait2Ns, 0, 1L << 53);
        range("synTimeoutNs", synTimeoutNs, 0, 1L << 53);
        range("overrideNs", overrideNs, 100_000_000L, 1_000_000_000L);
        range("corkNs", corkNs, 1, 1_000_000_000L);
        range("challengeAckIntervalNs", challengeAckIntervalNs, 0, 1L << 53);
        range("userTimeoutNs", userTimeoutNs, 0, 1L << 53);
        range("keepaliveIdleNs", keepaliveIdleNs, 0, 1L << 53);
        range("keepaliveIntervalNs", keepaliveIntervalNs, 1, 1L << 53);
        range("peerAckDelayNs", peerAckDelayNs, 0, 500_000_000L);
        range("probeSlackNs", probeSlackNs, 0, 500_000_000L);
        range("ackRepeatNs", ackRepeatNs, 0, 500_000_000L);
        range("maxSendRecords", maxSendRecords, 0, 1 << 28);
        Objects.requireNonNull(flow, "flow");
    }

    /**
     * Defaults for a network with round trips of microseconds: RTO floor 5 ms, acknowledgements delayed by at most 1 ms, DCTCP.
     *
     * @return a builder to change them with.
     */
    public static Builder datacenter() {
        return new Builder();
    }

    /**
     * Defaults for the Internet: RTO floor 200 ms, acknowledgements delayed by at most 40 ms, tail loss probes for peers that
     * delay theirs by up to 200 ms, CUBIC, paced.
     *
     * @return a builder to change them with.
     */
    public static Builder wideArea() {
        return new Builder().rtoFloorNs(200_000_000L).delayedAckNs(40_000_000L)
            .peerAckDelayNs(200_000_000L).probeSlackNs(2_000_000L).ackRepeatNs(5_000_000L).flow(FlowConfiguration.WIDE_AREA);
    }

    /**
     * The window scale shift this side offers.
     *
     * @return 0 to {@value #MAX_WINDOW_SHIFT}.
     */
    public int windowShift() {
        if (!windowScale) {
            return 0;
        }
        return offeredWindowShift == AS_NEEDED ? shiftFor(receiveBufferLength) : offeredWindowShift;
    }

    /**
     * The window scale shift that a window of so many octets needs.
     *
     * @param octets of the largest window.
     * @return 0 to {@value #MAX_WINDOW_SHIFT}.
     */
    public static int shiftFor(final long octets) {
        int shift = 0;
        while (shift < MAX_WINDOW_SHIFT && 0xffffL << shift < octets) {
            shift++;
        }
        return shift;
    }

    /**
     * How many separate runs of out-of-order data a connection keeps. When every second segment of a window is lost, as happens
     * where a queue overflows in slow start, each of the others is a run: one for {@value #OCTETS_PER_RANGE} octets of the ring,
     * which takes less than a hundredth of its memory, and at most {@value #MOST_RANGES}.
     *
     * @return the setting, or what follows from the receive ring.
     */
    public int outOfOrderRanges() {
        return maxOutOfOrderRanges > 0
            ? maxOutOfOrderRanges : Math.clamp(receiveBufferLength / OCTETS_PER_RANGE, LEAST_RANGES, MOST_RANGES);
    }

    private static void range(final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                name + " is " + value + " but must be from " + least + " to " + most + "; set it with TcpConfiguration.Builder");
        }
    }

    private static void powerOfTwo(final String name, final int value) {
        if (!BitUtil.isPowerOfTwo(value) || value < 1024 || value > 1 << 29) {
            throw new IllegalArgumentException(
                name + " is " + value + " but must be a power of two from 1024 to " + (1 << 29));
        }
    }

    /** Collects settings; {@link #build()} checks them. Setters are named for the record's components. */
    public static final class Builder {
        private int maxConnections = 256;
        private int streamBuffers;
        private int sendBufferLength = 256 * 1024;
        private int receiveBufferLength = 256 * 1024;
        private int overhangLength = 16_704;
        private int maxOutOfOrderRanges;
        private int backlog = 1024;
        private int timeWaitCapacity = 4096;
        private int controlQueueLength = 256;
        private int resetsPerSecond = 20_000;
        private int resetsPerDestination = 10_000;
        private int initialWindowSegments = 10;
        private boolean idleRestart = true;
        private int quickAcks = 16;
        private int synRetries = 6;
        private int synAckRetries = 5;
        private int dataRetries = 15;
        private int orphanRetries = 8;
        private int unresponsiveRetries = 3;
        private int keepaliveProbes = 9;
        private int firstPort = 32_768;
        private int lastPort = 60_999;
        private long initialRtoNs = 1_000_000_000L;
        private long rtoFloorNs = 5_000_000L;
        private boolean rtoFloorOnVariation;
        private long rtoCeilingNs = 120_000_000_000L;
        private long delayedAckNs = 1_000_000L;
        private long persistCeilingNs = 60_000_000_000L;
        private long timeWaitNs = 60_000_000_000L;
        private long finWait2Ns = 60_000_000_000L;
        private long synTimeoutNs = 180_000_000_000L;
        private long overrideNs = 200_000_000L;
        private long corkNs = 200_000_000L;
        private long challengeAckIntervalNs = 500_000_000L;
        private long userTimeoutNs;
        private long keepaliveIdleNs;
        private long keepaliveIntervalNs = 75_000_000_000L;
        private boolean nagle;
        private int pushedBurst;
        private OptionLayout optionLayout = OptionLayout.LINUX;
        private TcpDialect dialect = TcpDialect.LINUX;
        private boolean dropSynFin;
        private boolean insecureReset;
        private boolean insecureSyn;
        private int offeredWindowShift = AS_NEEDED;
        private boolean icmpEndsAttempts = true;
        private int ecnSynRetries = 1;
        private boolean windowScale = true;
        private boolean timestamps = true;
        private boolean takesUnstamped;
        private boolean transmitChecksum;
        private boolean sack = true;
        private long peerAckDelayNs = 1_000_000L;
        private long probeSlackNs;
        private boolean eagerProbes = true;
        private long ackRepeatNs = 1_000_000L;
        private int maxSendRecords = 1 << 20;
        private FlowConfiguration flow = FlowConfiguration.DATACENTER;

        private Builder() {
        }

        /**
         * Sets {@link TcpConfiguration#maxConnections()}.
         *
         * @param value connections that exist at once, half-open and closed but unreleased ones included.
         * @return this.
         */
        public Builder maxConnections(final int value) {
            this.maxConnections = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#streamBuffers()}.
         *
         * @param value most send rings, and as many receive rings, in use at once; 0 for one per connection.
         * @return this.
         */
        public Builder streamBuffers(final int value) {
            this.streamBuffers = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#sendBufferLength()}.
         *
         * @param value octets of a connection's send ring, a power of two.
         * @return this.
         */
        public Builder sendBufferLength(final int value) {
            this.sendBufferLength = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#receiveBufferLength()}.
         *
         * @param value octets of a connection's receive ring, a power of two; bounds the window.
         * @return this.
         */
        public Builder receiveBufferLength(final int value) {
            this.receiveBufferLength = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#overhangLength()}.
         *
         * @param value octets behind each ring's end that make runs linear; one TLS record fits.
         * @return this.
         */
        public Builder overhangLength(final int value) {
            this.overhangLength = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#maxOutOfOrderRanges()}.
         *
         * @param value separate runs of out-of-order data that a connection keeps; 0 for as many as the receive ring makes
         *              useful.
         * @return this.
         */
        public Builder maxOutOfOrderRanges(final int value) {
            this.maxOutOfOrderRanges = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#backlog()}.
         *
         * @param value half-open handshakes that a listener remembers; SYN cookies answer those beyond.
         * @return this.
         */
        public Builder backlog(final int value) {
            this.backlog = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#timeWaitCapacity()}.
         *
         * @param value TIME-WAIT records; the oldest is evicted when they run out.
         * @return this.
         */
        public Builder timeWaitCapacity(final int value) {
            this.timeWaitCapacity = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#controlQueueLength()}.
         *
         * @param value segments without a connection that wait for {@link TcpEngine#pollControl}.
         * @return this.
         */
        public Builder controlQueueLength(final int value) {
            this.controlQueueLength = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#resetsPerSecond()}.
         *
         * @param value resets sent in reply to segments that belong to no connection.
         * @return this.
         */
        public Builder resetsPerSecond(final int value) {
            this.resetsPerSecond = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#resetsPerDestination()}.
         *
         * @param value the same, to one address. Both budgets vary at random between half and the whole.
         * @return this.
         */
        public Builder resetsPerDestination(final int value) {
            this.resetsPerDestination = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#initialWindowSegments()}.
         *
         * @param value initial congestion window in segments (RFC 6928).
         * @return this.
         */
        public Builder initialWindowSegments(final int value) {
            this.initialWindowSegments = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#idleRestart()}.
         *
         * @param value begin with the initial window again after idleness.
         * @return this.
         */
        public Builder idleRestart(final boolean value) {
            this.idleRestart = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#quickAcks()}.
         *
         * @param value segments acknowledged at once at the start of a connection.
         * @return this.
         */
        public Builder quickAcks(final int value) {
            this.quickAcks = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#synRetries()}.
         *
         * @param value SYNs sent again before an attempt ends.
         * @return this.
         */
        public Builder synRetries(final int value) {
            this.synRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#synAckRetries()}.
         *
         * @param value SYN-ACKs sent again before a half-open connection is dropped.
         * @return this.
         */
        public Builder synAckRetries(final int value) {
            this.synAckRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#dataRetries()}.
         *
         * @param value timeouts in a row before an established connection is dropped.
         * @return this.
         */
        public Builder dataRetries(final int value) {
            this.dataRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#orphanRetries()}.
         *
         * @param value the same once the owner has closed.
         * @return this.
         */
        public Builder orphanRetries(final int value) {
            this.orphanRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#unresponsiveRetries()}.
         *
         * @param value retries after which the owner is told that the peer is silent (R1 of RFC 9293 section 3.8.3).
         * @return this.
         */
        public Builder unresponsiveRetries(final int value) {
            this.unresponsiveRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#keepaliveProbes()}.
         *
         * @param value unanswered keepalive probes before the connection is dropped.
         * @return this.
         */
        public Builder keepaliveProbes(final int value) {
            this.keepaliveProbes = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#firstPort()}.
         *
         * @param value lowest local port chosen by the engine.
         * @return this.
         */
        public Builder firstPort(final int value) {
            this.firstPort = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#lastPort()}.
         *
         * @param value highest local port chosen by the engine.
         * @return this.
         */
        public Builder lastPort(final int value) {
            this.lastPort = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#initialRtoNs()}.
         *
         * @param value retransmission timeout before the first sample (RFC 6298).
         * @return this.
         */
        public Builder initialRtoNs(final long value) {
            this.initialRtoNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#rtoFloorNs()}.
         *
         * @param value lowest retransmission timeout.
         * @return this.
         */
        public Builder rtoFloorNs(final long value) {
            this.rtoFloorNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#rtoFloorOnVariation()}.
         *
         * @param value the floor is what is added to SRTT at least.
         * @return this.
         */
        public Builder rtoFloorOnVariation(final boolean value) {
            this.rtoFloorOnVariation = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#rtoCeilingNs()}.
         *
         * @param value highest retransmission timeout.
         * @return this.
         */
        public Builder rtoCeilingNs(final long value) {
            this.rtoCeilingNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#delayedAckNs()}.
         *
         * @param value longest delay of an acknowledgement; below the peer's RTO floor.
         * @return this.
         */
        public Builder delayedAckNs(final long value) {
            this.delayedAckNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#persistCeilingNs()}.
         *
         * @param value longest time between two window probes.
         * @return this.
         */
        public Builder persistCeilingNs(final long value) {
            this.persistCeilingNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#timeWaitNs()}.
         *
         * @param value twice the segment lifetime.
         * @return this.
         */
        public Builder timeWaitNs(final long value) {
            this.timeWaitNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#finWait2Ns()}.
         *
         * @param value life of a closed connection whose peer does not close.
         * @return this.
         */
        public Builder finWait2Ns(final long value) {
            this.finWait2Ns = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#synTimeoutNs()}.
         *
         * @param value least life of an attempt to connect that nobody answers (R2 of RFC 9293 section 3.8.3).
         * @return this.
         */
        public Builder synTimeoutNs(final long value) {
            this.synTimeoutNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#overrideNs()}.
         *
         * @param value how long a window smaller than a segment is left unused (RFC 9293 section 3.8.6.2.1).
         * @return this.
         */
        public Builder overrideNs(final long value) {
            this.overrideNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#corkNs()}.
         *
         * @param value longest time that a cork holds a partial segment.
         * @return this.
         */
        public Builder corkNs(final long value) {
            this.corkNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#challengeAckIntervalNs()}.
         *
         * @param value least time between two challenge acknowledgements of a connection (RFC 5961).
         * @return this.
         */
        public Builder challengeAckIntervalNs(final long value) {
            this.challengeAckIntervalNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#userTimeoutNs()}.
         *
         * @param value default user timeout, 0 for none.
         * @return this.
         */
        public Builder userTimeoutNs(final long value) {
            this.userTimeoutNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#keepaliveIdleNs()}.
         *
         * @param value silence before the first keepalive probe, 0 for no keepalive.
         * @return this.
         */
        public Builder keepaliveIdleNs(final long value) {
            this.keepaliveIdleNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#keepaliveIntervalNs()}.
         *
         * @param value time between keepalive probes.
         * @return this.
         */
        public Builder keepaliveIntervalNs(final long value) {
            this.keepaliveIntervalNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#nagle()}.
         *
         * @param value hold small segments back while one is unacknowledged (Minshall).
         * @return this.
         */
        public Builder nagle(final boolean value) {
            this.nagle = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#optionLayout()}.
         *
         * @param value order of the options on a SYN.
         * @return this.
         */
        public Builder optionLayout(final OptionLayout value) {
            this.optionLayout = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#pushedBurst()}.
         *
         * @param value least segments of a burst that ends with PSH, 0 for none.
         * @return this.
         */
        public Builder pushedBurst(final int value) {
            this.pushedBurst = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#dialect()}.
         *
         * @param value whose choice is taken where kernels differ.
         * @return this.
         */
        public Builder dialect(final TcpDialect value) {
            this.dialect = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#dropSynFin()}.
         *
         * @param value ignore whatever carries SYN and FIN at once.
         * @return this.
         */
        public Builder dropSynFin(final boolean value) {
            this.dropSynFin = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#insecureReset()}.
         *
         * @param value any reset inside the window ends a connection.
         * @return this.
         */
        public Builder insecureReset(final boolean value) {
            this.insecureReset = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#insecureSyn()}.
         *
         * @param value a SYN inside the window resets a connection.
         * @return this.
         */
        public Builder insecureSyn(final boolean value) {
            this.insecureSyn = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#offeredWindowShift()}.
         *
         * @param value 0 to {@value #MAX_WINDOW_SHIFT}, or {@link #AS_NEEDED}.
         * @return this.
         */
        public Builder offeredWindowShift(final int value) {
            this.offeredWindowShift = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#icmpEndsAttempts()}.
         *
         * @param value whether a hard ICMP error ends an attempt to connect.
         * @return this.
         */
        public Builder icmpEndsAttempts(final boolean value) {
            this.icmpEndsAttempts = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#ecnSynRetries()}.
         *
         * @param value SYNs that still ask for ECN when sent again.
         * @return this.
         */
        public Builder ecnSynRetries(final int value) {
            this.ecnSynRetries = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#windowScale()}.
         *
         * @param value offer the window scale option (RFC 7323).
         * @return this.
         */
        public Builder windowScale(final boolean value) {
            this.windowScale = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#timestamps()}.
         *
         * @param value offer the timestamps option (RFC 7323).
         * @return this.
         */
        public Builder timestamps(final boolean value) {
            this.timestamps = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#takesUnstamped()}.
         *
         * @param value segments without timestamps count though timestamps were negotiated.
         * @return this.
         */
        public Builder takesUnstamped(final boolean value) {
            this.takesUnstamped = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#transmitChecksum()}.
         *
         * @param value the device computes TCP checksums of what is sent.
         * @return this.
         */
        public Builder transmitChecksum(final boolean value) {
            this.transmitChecksum = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#sack()}.
         *
         * @param value offer selective acknowledgements (RFC 2018).
         * @return this.
         */
        public Builder sack(final boolean value) {
            this.sack = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#peerAckDelayNs()}.
         *
         * @param value longest time for which peers delay an acknowledgement.
         * @return this.
         */
        public Builder peerAckDelayNs(final long value) {
            this.peerAckDelayNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#probeSlackNs()}.
         *
         * @param value what a tail loss probe waits beyond two round trips when several segments are in flight.
         * @return this.
         */
        public Builder probeSlackNs(final long value) {
            this.probeSlackNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#eagerProbes()}.
         *
         * @param value probe in repairs, and with two new segments.
         * @return this.
         */
        public Builder eagerProbes(final boolean value) {
            this.eagerProbes = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#ackRepeatNs()}.
         *
         * @param value silence after which the acknowledgement of a filled gap is repeated, 0 for never.
         * @return this.
         */
        public Builder ackRepeatNs(final long value) {
            this.ackRepeatNs = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#maxSendRecords()}.
         *
         * @param value records of segments in flight that all connections may have together.
         * @return this.
         */
        public Builder maxSendRecords(final int value) {
            this.maxSendRecords = value;
            return this;
        }

        /**
         * Sets {@link TcpConfiguration#flow()}.
         *
         * @param value congestion control, ECN, pacing and the use of buffers.
         * @return this.
         */
        public Builder flow(final FlowConfiguration value) {
            this.flow = value;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return checked settings.
         * @throws IllegalArgumentException naming the value that is out of range.
         */
        public TcpConfiguration build() {
            return new TcpConfiguration(
                maxConnections, streamBuffers, sendBufferLength, receiveBufferLength, overhangLength, maxOutOfOrderRanges,
                backlog,
                timeWaitCapacity, controlQueueLength, resetsPerSecond, resetsPerDestination,
                initialWindowSegments, idleRestart, quickAcks, synRetries,
                synAckRetries, dataRetries, orphanRetries, unresponsiveRetries,
                keepaliveProbes, firstPort, lastPort, initialRtoNs,
                rtoFloorNs, rtoFloorOnVariation, rtoCeilingNs, delayedAckNs, persistCeilingNs, timeWaitNs, finWait2Ns,
                synTimeoutNs, overrideNs, corkNs,
                challengeAckIntervalNs, userTimeoutNs, keepaliveIdleNs, keepaliveIntervalNs, nagle, pushedBurst,
                optionLayout,
                dialect, dropSynFin, insecureReset, insecureSyn, offeredWindowShift, icmpEndsAttempts, ecnSynRetries,
                windowScale, timestamps, takesUnstamped,
                transmitChecksum, sack, peerAckDelayNs, probeSlackNs, eagerProbes, ackRepeatNs, maxSendRecords, flow);
        }
    }
}
