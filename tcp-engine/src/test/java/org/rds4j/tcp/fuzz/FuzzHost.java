package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkCounter;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;

/**
 * One whole host, from Ethernet frames up to applications, on a virtual clock. Checks after every event what must hold
 * whatever comes in: pools are bounded and every connection in use has an owner, each frame has one outcome, nothing is sent
 * because of a frame that was dropped, and in the end everything is home again.
 */
final class FuzzHost implements TcpAcceptor {
    static final long MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;
    static final IpAddress ADDRESS = IpAddress.parse("192.0.2.1");
    static final IpAddress PEER = IpAddress.parse("192.0.2.2");
    static final IpAddress ADDRESS6 = IpAddress.parse("2001:db8::1");
    static final IpAddress PEER6 = IpAddress.parse("2001:db8::2");
    static final int MTU = 1500;
    static final int PORT = 80;

    private static final long SECOND = 1_000_000_000L;
    private static final long START_NS = 1_000 * SECOND;
    private static final long DRAIN_NS = 20_000 * SECOND;
    private static final long LEAST_STEP_NS = 5 * SECOND;
    private static final int MOST_STEPS = 20_000;
    private static final int MOST_FRAMES_AT_ONCE = 2_000;
    private static final List<NetworkCounter> OUTCOMES = new ArrayList<>();
    /** Outcomes after which nobody may hear of this host. */
    private static final List<NetworkCounter> SILENT = List.of(
        NetworkCounter.FRAME_TOO_SHORT, NetworkCounter.FRAME_BAD_SOURCE, NetworkCounter.FRAME_NOT_FOR_US,
        NetworkCounter.FRAME_TAGGED, NetworkCounter.FRAME_UNKNOWN_TYPE, NetworkCounter.ARP_MALFORMED,
        NetworkCounter.ARP_NOT_FOR_US, NetworkCounter.ARP_UNSOLICITED, NetworkCounter.ND_MALFORMED,
        NetworkCounter.ND_NOT_FOR_US, NetworkCounter.ND_UNSOLICITED, NetworkCounter.ROUTER_ADVERTISEMENT_IGNORED,
        NetworkCounter.IP_BAD_HEADER, NetworkCounter.IP_BAD_LENGTH, NetworkCounter.IP_BAD_CHECKSUM,
        NetworkCounter.IP_SOURCE_ROUTED, NetworkCounter.IP_TTL_ZERO, NetworkCounter.IP_BAD_SOURCE,
        NetworkCounter.IP_OWN_SOURCE, NetworkCounter.IP_GROUP_DESTINATION, NetworkCounter.IP_NOT_FOR_US,
        NetworkCounter.IP_FRAGMENT, NetworkCounter.IP_FRAGMENT_KEPT, NetworkCounter.IP_FRAGMENT_REFUSED,
        NetworkCounter.TRANSPORT_BAD_CHECKSUM, NetworkCounter.ICMP_TOO_SHORT, NetworkCounter.ICMP_BAD_CHECKSUM,
        NetworkCounter.ICMP_IGNORED, NetworkCounter.ICMP_ERROR_MALFORMED, NetworkCounter.ICMP_ERROR_NOT_OURS);

    static {
        for (final NetworkCounter counter : NetworkCounter.values()) {
            if (counter.isOutcome()) {
                OUTCOMES.add(counter);
            }
        }
    }

    final TcpCounters counters = TcpCounters.inMemory();
    final NetworkCounters networkCounters = NetworkCounters.allocate();
    final NetworkLayer network;
    final TcpEngine engine;
    final FrameChecker outlet;
    final List<FuzzOwner> owners = new ArrayList<>();
    final TcpListener listener;
    long nowNs = START_NS;
    /** Whether the octets of the first connection's peer follow the pattern. */
    boolean isPatterned;
    /** Whether that connection has a watcher of what it receives. */
    boolean isWatched;

    private final TcpConfiguration configuration;

    FuzzHost(
        final List<InterfaceConfiguration> interfaces, final TcpConfiguration configuration, final SegmentObserver observer) {
        this.configuration = configuration;
        network = new NetworkLayer(interfaces, new Random(5), networkCounters);
        engine = new TcpEngine(configuration, Routes.of(network), new Random(7), counters);
        network.transport(engine);
        outlet = new FrameChecker(observer);
        engine.onTime(nowNs);
        listener = engine.listen(PORT, this);
        pump();
    }

    @Override
    public TcpHandler onAccept(final TcpConnection connection) {
        return own(connection);
    }

    FuzzOwner own(final TcpConnection connection) {
        final FuzzOwner owner = new FuzzOwner(this, connection);
        owners.add(owner);
        return owner;
    }

    /** Dials the peer; null when nothing is left to dial with. */
    FuzzOwner dial(final IpAddress remote, final int remotePort, final int localPort) {
        final FuzzOwner owner = new FuzzOwner(this, null);
        owner.connection = engine.connect(remote.high(), remote.low(), remotePort, localPort, 0, 0, owner, nowNs);
        if (owner.connection == null) {
            return null;
        }
        owners.add(owner);
        return owner;
    }

    /** Frames arrive together. */
    void receive(final FrameBurst frames) {
        final long silentBefore = count(SILENT);
        final int sentBefore = outlet.frames;
        network.onBurst(frames, nowNs);
        pump();
        require(networkCounters.get(NetworkCounter.FRAMES_RECEIVED) == count(OUTCOMES), "a frame has one outcome");
        final boolean allDropped = frames.count() > 0 && count(SILENT) - silentBefore == frames.count();
        require(!allDropped || outlet.frames == sentBefore,
            "a frame was sent in answer to one that was dropped");
        check();
    }

    private long count(final List<NetworkCounter> some) {
        long sum = 0;
        for (int i = 0; i < some.size(); i++) {
            sum += networkCounters.get(some.get(i));
        }
        return sum;
    }

    void advance(final long byNs) {
        nowNs += byNs;
        engine.onTime(nowNs);
        pump();
        check();
    }

    void toDeadline() {
        final long deadlineNs = Math.min(engine.nextDeadlineNs(), network.nextDeadlineNs());
        if (deadlineNs != Long.MAX_VALUE) {
            advance(Math.max(1, deadlineNs - nowNs));
        }
    }

    /** Sends everything that may be sent now. */
    void pump() {
        final int before = outlet.frames;
        boolean sends = true;
        while (sends) {
            sends = network.poll(outlet, nowNs) > 0 || engine.pollControl(outlet, nowNs) > 0 || emit();
            require(outlet.frames - before < MOST_FRAMES_AT_ONCE, "frames without end");
        }
        network.poll(outlet, nowNs); // the question for a neighbour that the last attempt to send missed
    }

    private boolean emit() {
        final int promised = engine.nextFrameLength(0);
        if (promised == 0) {
            return false;
        }
        final int emitted = engine.emit(0, outlet, nowNs);
        require(emitted == 0 || emitted == promised || emitted == FrameChecker.LEAST_FRAME,
            emitted + " octets were sent where " + promised + " were promised");
        return emitted > 0;
    }

    void check() {
        int live = 0;
        for (int i = 0; i < owners.size(); i++) {
            final FuzzOwner owner = owners.get(i);
            if (!owner.isClosed) {
                live++;
                owner.check(configuration);
            }
        }
        require(engine.connectionsInUse() == live, engine.connectionsInUse() + " connections of " + live + " owners");
        require(engine.timeWaitRecords() <= configuration.timeWaitCapacity(), "records in TIME-WAIT");
        require(engine.streamBuffersInUse() <= 2 * live, "rings of " + live + " owners: " + engine.streamBuffersInUse());
        require(listener.halfOpen() <= configuration.backlog(), "half-open handshakes");
    }

    /** Nobody is heard any more: connections that wait for an answer end, the others are ended, and nothing is left. */
    void end() {
        silence();
        for (int i = 0; i < owners.size(); i++) {
            if (!owners.get(i).isClosed) {
                owners.get(i).connection.abort();
            }
        }
        check();
        silence();
        require(engine.connectionsInUse() == 0, "connections are left");
        require(engine.timeWaitRecords() == 0, "records in TIME-WAIT are left");
        require(listener.halfOpen() == 0, "half-open handshakes are left");
        require(engine.streamBuffersInUse() == 0, "rings are lent");
        require(engine.sendRecordsLent() == 0, "records of segments are lent");
        require(engine.nextDeadlineNs() == Long.MAX_VALUE, "a timer runs for nobody");
    }

    private void silence() {
        final long endNs = nowNs + DRAIN_NS;
        int steps = 0;
        while (engine.nextDeadlineNs() <= endNs) {
            advance(Math.max(LEAST_STEP_NS, engine.nextDeadlineNs() - nowNs));
            require(steps++ < MOST_STEPS, "timers without end");
        }
    }
}
