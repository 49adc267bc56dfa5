package org.rds4j.node;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.BufferUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.InlineTlsMode;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.congestion.CongestionCounts;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.engine.RdsEngine;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.schedule.EgressArbiter;
import org.rds4j.qos.status.QosCounter;
import org.rds4j.qos.status.QosCounters;
import org.rds4j.socket.EngineProxy;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounter;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.wire.ChecksumWarmUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the parts of a node in the order in which they need each other: encryption, link, network, TCP, RDS, egress. */
final class NodeAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(NodeAssembly.class);
    private static final int ENCRYPTION_QUEUE_LENGTH = 64;
    private static final int ETHERNET_HEADER_LENGTH = 14;

    private final RdsContext context;
    private final QosConfiguration qos;
    private final RandomGenerator random;
    private final EngineProxy proxy;
    private final CounterListing counters = new CounterListing();
    private final RdsCounters rdsCounters = RdsCounters.inMemory();
    private final List<AutoCloseable> resources;
    private final List<Agent> agents = new ArrayList<>();
    private IdentityAgent identities;
    private EncryptionBarrier encryption;
    private final NodeParts parts;
    private final NodeStatusService status;

    /**
     * Makes every part.
     *
     * @param resources takes what is to be closed after the agents, also when the assembly fails half-way.
     */
    NodeAssembly(final RdsNode.Builder builder, final List<AutoCloseable> resources) {
        ChecksumWarmUp.begin();
        this.resources = resources;
        this.context = builder.context;
        this.qos = builder.qos;
        this.random = builder.random != null ? builder.random : new SecureRandom();
        // Before the device: a file that does not serve should not cost the time to start a NIC.
        final SecurityService security = security(builder);
        this.status = status(builder);
        final LinkPort port = link(builder.link);
        if (security != null) {
            security.choice().begin();
        }
        final NetworkLayer network = network(port);
        final TcpEngine tcp = tcp(network, port);
        final NodeCounters nodeCounters = nodeCounters();
        final LaneSettings lanes = LaneSettings.of(qos, context.tcpPort());
        final Carriers carriers = new Carriers(context, tcp, lanes, security, random, nodeCounters);
        final RdsEngine rds = rds(carriers);
        final String notice = OverflowNotice.of(context, rds.receiveOverflowLimit());
        if (builder.link == null && notice != null) { // simulated nodes are small on purpose
            LOG.warn(notice);
        }
        this.proxy = rds.proxy();
        carriers.attach(rds);
        carriers.list(counters);
        final PlainStreams streams = new PlainStreams(tcp, lanes.laneCount(), lanes.dscpOfLane());
        final Egress egress = new Egress(network, tcp, arbiter(port), port, offloads(), nodeCounters);
        final EngineAgent engine = new EngineAgent(
            context.nanoClock(), port, network, tcp, rds, carriers, streams, egress, status);
        agents.addFirst(engine);
        if (encryption != null) {
            encryption.keep(engine);
        }
        status.publish(counters, rds.status(), carriers.status());
        this.parts = new NodeParts(
            engine, streams, List.copyOf(agents), identities, counters, encryption, List.copyOf(resources));
    }

    NodeParts parts() {
        return parts;
    }

    EngineProxy proxy() {
        return proxy;
    }

    RdsCounters rdsCounters() {
        return rdsCounters;
    }

    NodeStatusService status() {
        return status;
    }

    RandomGenerator random() {
        return random;
    }

    private NodeStatusService status(final RdsNode.Builder builder) {
        final NodeStatusService service = NodeStatusService.create(context, builder.link == null);
        resources.add(service);
        return service;
    }

    private LinkPort link(final LinkPort given) {
        if (given != null) {
            return given;
        }
        try {
            final DeviceLink device = DeviceLink.open(context);
            resources.add(device);
            return device.port();
        } catch (final RuntimeException e) {
            status.close();
            throw e;
        }
    }

    private NetworkLayer network(final LinkPort port) {
        final NetworkCounters networkCounters = NetworkCounters.allocate();
        for (final NetworkCounter counter : NetworkCounter.values()) {
            counters.add(counter.label(), counter.meaning(), () -> networkCounters.get(counter));
        }
        InterfaceConfiguration configuration =
            InterfaceConfiguration.of(port.macAddress(), cidr(), port.capabilities());
        if (context.mtu() < configuration.mtu()) {
            configuration = configuration.withMtu(context.mtu());
        }
        if (context.gateway() != null) {
            configuration = configuration.withGateway(context.gateway());
        }
        configuration = context.deviceOffload() ? configuration : configuration.withSoftwareChecksums();
        configuration = context.aggregation() ? configuration : configuration.withoutAggregation();
        return new NetworkLayer(configuration, random, networkCounters);
    }

    /** An IPv4 address may have been written as an IPv6 one. */
    private String cidr() {
        return RdsAddress.hostText(context.localAddress().high(), context.localAddress().low()) + "/" + context.prefixLength();
    }

    private TcpEngine tcp(final NetworkLayer network, final LinkPort port) {
        final TcpCounters tcpCounters = TcpCounters.inMemory();
        for (final TcpCounter counter : TcpCounter.values()) {
            counters.add(counter.label(), counter.meaning(), () -> tcpCounters.get(counter));
        }
        final TcpConfiguration configuration = TcpConfiguration.datacenter()
            .sendBufferLength(context.tcpBufferLength())
            .receiveBufferLength(context.tcpBufferLength())
            .maxConnections(context.maxConnections())
            .keepaliveIdleNs(context.keepAliveIdleNs())
            .keepaliveIntervalNs(context.keepAliveIntervalNs())
            .keepaliveProbes(context.keepAliveCount())
            .transmitChecksum(context.deviceOffload() && port.capabilities().transmitChecksum())
            .build();
        final TcpEngine tcp = new TcpEngine(configuration, Routes.of(network), random, tcpCounters);
        network.transport(tcp);
        counters.add("connections-in-use", "TCP connections, those on their way in or out included", tcp::connectionsInUse);
        counters.add("stream-rings-in-use", "rings lent to TCP connections that hold octets", tcp::streamBuffersInUse);
        counters.add("send-records-in-use", "records of TCP segments in flight", tcp::sendRecordsLent);
        return tcp;
    }

    private LinkOffloads offloads() {
        final LinkOffloads wanted = context.deviceOffload() ? LinkOffloads.ALL : LinkOffloads.SOFTWARE;
        return context.segmentation() ? wanted : LinkOffloads.NONE;
    }

    private NodeCounters nodeCounters() {
        final NodeCounters nodeCounters =
            new NodeCounters(new UnsafeBuffer(BufferUtil.allocateDirectAligned(NodeCounters.LENGTH, Long.BYTES)), 0);
        for (final NodeCounter counter : NodeCounter.values()) {
            counters.add(counter.label(), counter.meaning(), () -> nodeCounters.get(counter));
        }
        return nodeCounters;
    }

    private SecurityService security(final RdsNode.Builder builder) {
        if (context.security() == SecurityMode.PLAINTEXT) {
            return null;
        }
        identities = new IdentityAgent(
            context, new CredentialFiles(context, builder.epochClock.time()), builder.epochClock);
        identities.levelsOfLane(LaneSettings.levels(qos));
        identities.list(counters);
        final CipherChoice choice = new CipherChoice();
        return new SecurityService(
            identities, choice, context.cipher(), builder.keyLimits, encryption(builder.encryption), inline(builder, choice));
    }

    private InlineService inline(final RdsNode.Builder builder, final CipherChoice choice) {
        final boolean isSought = builder.inline == null && context.inlineTls() == InlineTlsMode.AUTO;
        final InlineTls device = isSought ? InlineDevices.open(context.device(), choice.provider()) : builder.inline;
        if (device == null) {
            return null;
        }
        encryption.guard(device);
        final InlineService service = new InlineService(device, choice, context.tcpBufferLength());
        service.list(counters);
        return service;
    }

    /** Inline where there is no other thread, else over the threads given or as many of its own as the context says. */
    private List<EncryptionLink> encryption(final List<EncryptionAgent> given) {
        final CryptoCounters engineCounters = CryptoCounters.allocate();
        final List<EncryptionQueue> queues = new ArrayList<>();
        if (given.isEmpty() && context.threadingMode() != ThreadingMode.DEDICATED) {
            final CryptoCounters inline = CryptoCounters.allocate();
            list(List.of(inline), "");
            queues.add(EncryptionQueue.inline(ENCRYPTION_QUEUE_LENGTH, qos.laneCount(), inline, engineCounters));
        } else {
            final List<EncryptionAgent> threads = given.isEmpty() ? ownThreads() : given;
            list(threads.stream().map(EncryptionAgent::counters).toList(), "");
            threads.forEach(thread -> queues.add(thread.newQueue(
                ENCRYPTION_QUEUE_LENGTH, qos.laneCount(), new RecordArbiter(qos, context.nanoClock()), engineCounters)));
        }
        list(List.of(engineCounters), "_engine");
        encryption = new EncryptionBarrier(queues, EncryptionBarrier.PATIENCE_NS);
        resources.add(encryption);
        return queues.stream().map(EncryptionLink::new).toList();
    }

    private List<EncryptionAgent> ownThreads() {
        final List<EncryptionAgent> threads = new ArrayList<>();
        for (int i = 0; i < context.encryptionThreads(); i++) {
            threads.add(new EncryptionAgent(i == 0 ? "rds-encryption" : "rds-encryption-" + i, CryptoCounters.allocate()));
        }
        agents.addAll(threads);
        return threads;
    }

    /** What several threads count is shown as one sum and, of each, with the thread's number. */
    private void list(final List<CryptoCounters> ofThreads, final String suffix) {
        for (final CryptoCounter counter : CryptoCounter.values()) {
            counters.add(counter.label() + suffix, counter.meaning(), () -> sum(ofThreads, counter));
        }
        for (int i = 0; ofThreads.size() > 1 && i < ofThreads.size(); i++) {
            list(List.of(ofThreads.get(i)), suffix + "_thread" + i);
        }
    }

    private static long sum(final List<CryptoCounters> ofThreads, final CryptoCounter counter) {
        long sum = 0;
        for (int i = 0; i < ofThreads.size(); i++) {
            sum += ofThreads.get(i).get(counter);
        }
        return sum;
    }

    private RdsEngine rds(final Carriers carriers) {
        for (final RdsCounter counter : RdsCounter.values()) {
            counters.add(counter.label(), counter.meaning(), () -> rdsCounters.get(counter));
        }
        final RdsEngine rds = new RdsEngine(context, carriers, qos::laneOf, random, rdsCounters);
        counters.add("send-pool-in-use", "octets lent to paths for messages queued or unacknowledged", rds::sendPoolInUse);
        counters.add("reassembly-in-use", "octets of partly received messages", rds::reassemblyInUse);
        counters.add("receive-overflow-limit", "most octets of messages behind full receive rings; a socket's share is 3/4",
            rds::receiveOverflowLimit);
        counters.add("reassembly-copied", "payload octets copied to make messages whole", rds::reassemblyCopied);
        counters.add("receive-overflow-in-use", "octets of messages behind full receive rings", rds::receiveOverflowInUse);
        counters.add("paths", "paths to peers, with a carrier or without", rds::pathCount);
        final CongestionCounts congestion = rds.proxy().congestion().counts();
        counters.add("cong_send_error", "datagrams refused because their destination is congested", congestion::refused);
        counters.add("cong_send_blocked", "datagrams that waited because their destination is congested", congestion::blocked);
        return rds;
    }

    private EgressArbiter arbiter(final LinkPort port) {
        final QosCounters qosCounters = QosCounters.allocate(qos.laneCount());
        for (int lane = 0; lane < qos.laneCount(); lane++) {
            for (final QosCounter counter : QosCounter.values()) {
                final int ofLane = lane;
                counters.add(counter.label() + "_lane" + lane, counter.meaning(), () -> qosCounters.get(ofLane, counter));
            }
        }
        return new EgressArbiter(qos, port.capabilities().mtu() + ETHERNET_HEADER_LENGTH, qosCounters);
    }
}
