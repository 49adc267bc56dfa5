package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.agrona.collections.Long2ObjectHashMap;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.engine.RdsEngine;
import org.rds4j.peer.OpenerMessage;
import org.rds4j.status.StatusSource;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every TCP connection of a node: dials and accepts, leads each through its greeting, gives the carrier to the RDS engine,
 * and takes the connection's memory back after its end. Engine thread only.
 */
final class Carriers implements PathConnector, TcpAcceptor, CompletionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Carriers.class);
    /** As much of the connections as peers may be greeting with at once, but at least what one of them opens at once. */
    private static final int GREETING_SHARE = 4;
    /** A peer whose turn it is answers far sooner. */
    private static final long LONG_SILENCE_NS = 100_000_000L;
    private static final long TELL_INTERVAL_NS = 10_000_000_000L;

    private final TcpEngine tcp;
    private final int tcpPort;
    private final int laneCount;
    private final int maxAccepted;
    private final long greetingTimeNs;
    private final long patienceNs;
    private final IntUnaryOperator dscpOfLane;
    private final RdsAddress local;
    private final int paths;
    private final int maxConnections;
    private final SourcePorts ports;
    private final SecurityService security;
    private final InlineService inline;
    private final RandomGenerator random;
    private final NodeCounters counters;
    private final List<Greeting> greetings = new ArrayList<>();
    private final List<TcpCarrier> ending = new ArrayList<>();
    private final List<SecureCarrier> leaving = new ArrayList<>();
    private final GreetingLimits limits;
    private final PathProtection protection = new PathProtection();
    private final PeerWatch watch;
    private final Long2ObjectHashMap<SecureGreeting> greetingById = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<SecureCarrier> carrierById = new Long2ObjectHashMap<>();
    private RdsEngine rds;
    private int accepted;
    private long nextId;
    private long toldFullNs = Long.MIN_VALUE / 2;
    private long nowNs;

    /**
     * A registry without connections.
     *
     * @param context    own address and paths per lane.
     * @param tcp        the engine that owns the connections.
     * @param settings   port, lanes and marking.
     * @param security   makes handshakes, or null in plaintext.
     * @param random     for markers.
     * @param counters   where refusals are counted.
     */
    Carriers(
        final RdsContext context,
        final TcpEngine tcp,
        final LaneSettings settings,
        final SecurityService security,
        final RandomGenerator random,
        final NodeCounters counters) {
        this.tcp = tcp;
        this.local = context.localAddress();
        this.paths = context.paths();
        this.maxConnections = context.maxConnections();
        this.ports = new SourcePorts(tcp, local, random);
        this.tcpPort = settings.tcpPort();
        this.laneCount = settings.laneCount();
        this.maxAccepted =
            Math.max(Math.min(maxConnections / GREETING_SHARE, context.maxHandshakes()), laneCount * paths);
        this.greetingTimeNs = context.handshakeTimeoutNs();
        this.patienceNs = context.drainTimeoutNs();
        this.limits = new GreetingLimits(context, security != null);
        this.watch = security == null ? null : new PeerWatch(security, counters);
        this.dscpOfLane = settings.dscpOfLane();
        this.security = security;
        this.inline = security == null ? null : security.inline();
        this.random = random;
        this.counters = counters;
    }

    /** What protects each path, for tools. */
    StatusSource status() {
        return protection;
    }

    void list(final CounterListing listing) {
        if (watch != null) {
            watch.refusals().list(listing);
        }
    }

    /** Completes the construction: the RDS engine needs this object as its connector. */
    void attach(final RdsEngine engine) {
        rds = engine;
        final int lane = engine.defaultLane();
        tcp.listen(tcpPort, lane, dscpOfLane.applyAsInt(lane), this);
        tcp.strays(this::onStray);
    }

    @Override
    public void connect(final PathKey key, final long now) {
        nowNs = now;
        open(key, greeting(key, key.remoteHigh(), key.remoteLow()));
    }

    @Override
    public void knock(final PathKey key, final long now) {
        nowNs = now;
        open(key, new KnockGreeting(this, key, now + greetingTimeNs));
    }

    private void open(final PathKey key, final Greeting greeting) {
        final int port = ports.choose(key, tcpPort);
        final TcpConnection connection = port == 0 ? null : tcp.connect(key.remoteHigh(), key.remoteLow(), tcpPort, port,
            key.lane(), dscpOfLane.applyAsInt(key.lane()), greeting, nowNs);
        if (connection == null) {
            forget(greeting);
            countUnopened(key);
            rds.onConnectFailed(key, CarrierDownReason.FAILED, nowNs);
            return;
        }
        begin(greeting, connection);
    }

    /** Will be tried again, but to no avail while other peers keep their connections. */
    private void countUnopened(final PathKey key) {
        if (tcp.connectionsInUse() < maxConnections) {
            count(NodeCounter.CONNECT_EXHAUSTED);
            return;
        }
        count(NodeCounter.CONNECTIONS_FULL);
        if (nowNs - toldFullNs >= TELL_INTERVAL_NS) {
            toldFullNs = nowNs;
            LOG.warn("no connection left for {}: all {} are in use, and a peer takes {} for each lane; raise 'maxConnections'",
                RdsAddress.hostText(key.remoteHigh(), key.remoteLow()), maxConnections, paths);
        }
    }

    @Override
    public TcpHandler onAccept(final TcpConnection connection) {
        final int order = RdsAddress.compareHosts(
            local.high(), local.low(), connection.remoteHigh(), connection.remoteLow());
        if (order <= 0) {
            refuse(connection, order < 0);
            return null;
        }
        final NodeCounter limit = limits.onBegin(connection.remoteHigh(), connection.remoteLow(), nowNs);
        if (limit != null) {
            count(limit);
            return null;
        }
        final Greeting greeting = greeting(null, connection.remoteHigh(), connection.remoteLow());
        accepted++;
        begin(greeting, connection);
        return greeting;
    }

    /**
     * A peer whose handshake does not end yet tries again by itself; a reset would cost it a connection and an attempt. But
     * whoever holds a place in silence loses it to whoever comes; its memory is free a moment later, so for that moment there are
     * more.
     */
    @Override
    public boolean isReady() {
        if (accepted < maxAccepted || (accepted < 2 * maxAccepted && displaceOldest())) {
            return true;
        }
        count(NodeCounter.GREETINGS_FULL);
        return false;
    }

    private boolean displaceOldest() {
        for (final Greeting greeting : greetings) {
            if (greeting.displace(nowNs + greetingTimeNs - LONG_SILENCE_NS)) {
                return true;
            }
        }
        return false;
    }

    /** This host dials those with larger addresses, and itself it reaches without TCP. */
    private void refuse(final TcpConnection connection, final boolean isKnock) {
        count(NodeCounter.INBOUND_REFUSED);
        if (isKnock) {
            final int lane = SourcePorts.laneOf(connection.remotePort());
            rds.onKnock(new PathKey(connection.remoteHigh(), connection.remoteLow(),
                lane < laneCount ? lane : rds.defaultLane(), SourcePorts.indexOf(connection.remotePort())), nowNs);
        }
    }

    /** Of those that this host dials, whoever still has a connection from its port for peers waits to be dialed. */
    private void onStray(final long remoteHigh, final long remoteLow, final int remotePort, final int localPort) {
        if (remotePort == tcpPort && RdsAddress.compareHosts(local.high(), local.low(), remoteHigh, remoteLow) < 0) {
            rds.onOrphan(remoteHigh, remoteLow, nowNs);
        }
    }

    private Greeting greeting(final PathKey dialedKey, final long high, final long low) {
        final long deadlineNs = nowNs + greetingTimeNs;
        if (security == null) {
            return new PlainGreeting(this, dialedKey, deadlineNs);
        }
        final long id = nextId++;
        final HandshakeTask task = dialedKey == null
            ? security.serverTask(
                id, (marker, certificates) -> SecureGreeting.answer(marker, laneCount, paths, security.cipher(), random),
                high, low)
            : security.clientTask(
                id, PathMarker.of(dialedKey.lane(), dialedKey.index(), paths, security.cipher(), random), high, low);
        final SecureGreeting greeting = new SecureGreeting(this, dialedKey, deadlineNs, security.pin(), task);
        greetingById.put(id, greeting);
        return greeting;
    }

    private void begin(final Greeting greeting, final TcpConnection connection) {
        greeting.connection(connection);
        greetings.add(greeting);
    }

    /** Lane and path of an inbound plaintext connection, as its first header says. */
    PathKey keyOfFirstHeader(final TcpConnection connection, final long headerAddress) {
        final int lane = OpenerMessage.laneOf(headerAddress);
        return new PathKey(
            connection.remoteHigh(), connection.remoteLow(),
            lane >= 0 && lane < laneCount ? lane : rds.defaultLane(),
            OpenerMessage.indexOf(headerAddress, connection.remotePort()));
    }

    boolean isForeign(final TcpConnection connection) {
        return rds.isForeign(connection.remoteHigh(), connection.remoteLow());
    }

    PathKey keyOfForeign(final TcpConnection connection) {
        return new PathKey(
            connection.remoteHigh(), connection.remoteLow(), rds.defaultLane(), PathKey.UNKNOWN_INDEX);
    }

    void onUp(final PathKey key, final TcpCarrier carrier, final boolean isDialed) {
        carrier.connection.lane(key.lane());
        carrier.connection.dscp(dscpOfLane.applyAsInt(key.lane()));
        if (carrier instanceof SecureCarrier secure) {
            final HandshakeTask task = greetingById.remove(secure.session().id()).task();
            secure.session().lane(key.lane());
            carrierById.put(secure.session().id(), secure);
            watch.onUp(key, secure, task.peer(), isDialed, nowNs);
            protection.add(carrier, key, isDialed, task.peer(), task.provider().name());
        } else {
            protection.add(carrier, key, isDialed, null, "");
        }
        rds.onCarrierUp(key, carrier, isDialed, nowNs);
    }

    void onDown(final TcpCarrier carrier, final CarrierDownReason reason) {
        ending.add(carrier);
        protection.remove(carrier);
        rds.onCarrierDown(carrier, reason, nowNs);
    }

    void onConnectFailed(final PathKey key, final CarrierDownReason reason) {
        rds.onConnectFailed(key, reason, nowNs);
    }

    void onHandshakeFailed(final HandshakeTask task, final TcpConnection connection, final boolean isDialed) {
        count(NodeCounter.HANDSHAKE_FAILED);
        watch.onHandshakeFailed(task, connection, isDialed);
    }

    /** Null where no device encrypts. */
    InlineService inline() {
        return inline;
    }

    /** A carrier's connection is about to be given back. */
    void forget(final SecureCarrier carrier) {
        carrierById.remove(carrier.session().id());
        watch.onGone(carrier);
    }

    void count(final NodeCounter counter) {
        counters.increment(counter);
    }

    void count(final NodeCounter counter, final long amount) {
        counters.add(counter, amount);
    }

    long nowNs() {
        return nowNs;
    }

    /** A carrier has sent its last alert, and ends when that is heard or its time is over. */
    void onLastWord(final SecureCarrier carrier) {
        leaving.add(carrier);
    }

    private void pollLeaving() {
        for (int i = leaving.size() - 1; i >= 0; i--) {
            if (leaving.get(i).endAfterLastWord()) {
                leaving.remove(i);
            }
        }
    }

    /** How long a peer may take to close what this host has closed. */
    long patienceNs() {
        return patienceNs;
    }

    /** Tells the time to whatever happens before {@link #poll}. */
    void now(final long now) {
        nowNs = now;
        protection.now(now);
    }

    /** TCP has been given every packet that the NIC had. */
    void onReceivedAll() {
        if (inline != null) {
            inline.onReceivedAll();
        }
    }

    /** Takes finished records and handshake steps from the encryption threads. */
    int drain() {
        return security == null ? 0 : security.drain(this);
    }

    /** Moves greetings and endings on, and takes what is finished from the encryption threads. */
    int poll(final long now) {
        int work = security == null ? 0 : drain() + watch.poll();
        if (inline != null) {
            work += inline.poll();
        }
        if (!greetings.isEmpty()) {
            pollGreetings(now);
        }
        if (!leaving.isEmpty()) {
            pollLeaving();
        }
        if (!ending.isEmpty()) {
            pollEnding();
        }
        return work;
    }

    private void pollGreetings(final long now) {
        for (int i = greetings.size() - 1; i >= 0; i--) {
            final Greeting greeting = greetings.get(i);
            greeting.poll(now);
            if (greeting.endWhenQuiet()) {
                greetings.remove(i);
                if (greeting.dialedKey() == null) {
                    accepted--;
                    limits.onEnd(greeting.connection().remoteHigh(), greeting.connection().remoteLow());
                }
                forget(greeting);
            }
        }
    }

    private void forget(final Greeting greeting) {
        if (greeting instanceof SecureGreeting secure && greetingById.remove(secure.task().id()) != null) {
            secure.giveUp();
        }
    }

    private void pollEnding() {
        for (int i = ending.size() - 1; i >= 0; i--) {
            final TcpCarrier carrier = ending.get(i);
            carrier.releaseWhenDrained();
            if (carrier.isReleased()) {
                ending.remove(i);
            }
        }
    }

    @Override
    public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
        carrierById.get(session.id()).onSealed((int) tag, error);
    }

    @Override
    public void onOpened(
        final SecureSession session,
        final long tag,
        final long contentAddress,
        final int contentLength,
        final int contentType,
        final RecordError error) {
        carrierById.get(session.id()).onOpened(contentAddress, contentLength, contentType, error);
    }

    @Override
    public void onHandshake(final HandshakeTask task) {
        final SecureGreeting greeting = greetingById.get(task.id());
        if (greeting != null) {
            greeting.onStep();
        }
    }

    @Override
    public void onClosed(final SecureSession session) {
        // The carrier is forgotten already.
    }

    /** Greetings and last words have time limits; they are few and short-lived, so they are simply asked often. */
    long nextDeadlineNs() {
        final long greetingNs = greetings.isEmpty() && leaving.isEmpty() ? Long.MAX_VALUE : nowNs + 1_000_000L;
        return inline == null ? greetingNs : Math.min(greetingNs, inline.nextDeadlineNs(nowNs));
    }
}
