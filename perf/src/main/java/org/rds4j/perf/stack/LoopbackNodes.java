package org.rds4j.perf.stack;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Properties;
import org.agrona.CloseHelper;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.offload.ModelPort;
import org.rds4j.tcp.link.LinkPort;

/**
 * Two nodes, each with an engine of its own, on a crossed pair of {@code net_ring} ports. A node's engine and application run
 * on one thread, and so does encryption unless there are threads for it: the client's is the measuring thread, the server's
 * depends on the {@link Host}.
 */
final class LoopbackNodes implements AutoCloseable {
    private static final int FRAMES = 6_144;
    private static final int RING_SIZE = 1_024;
    private static final int NO_DEVICE = -1;

    private final int threshold;
    private final Host host;
    private final DemoIdentities identities;
    private final EncryptionThreads encryption;
    private final DpdkMempool mempool;
    private final DpdkRingPair ports;
    private final RdsNode client;
    private final RdsNode server;

    /**
     * Brings both nodes up.
     *
     * @param name        of ports and mempool, unique in the process, at most 12 characters.
     * @param isEncrypted whether what they say to each other is encrypted.
     * @param host        of the server's application, closed with the nodes.
     * @param mtu         of the link, in octets.
     */
    LoopbackNodes(final String name, final boolean isEncrypted, final Host host, final int mtu) {
        this(name, isEncrypted, null, host, mtu, null, NO_DEVICE);
    }

    /**
     * Brings both nodes up, with encryption in the background.
     *
     * @param name       as above.
     * @param encryption seals and opens while a session is open, closed with the nodes.
     * @param host       as above.
     * @param mtu        as above.
     */
    LoopbackNodes(final String name, final EncryptionThreads encryption, final Host host, final int mtu) {
        this(name, true, encryption, host, mtu, null, NO_DEVICE);
    }

    /**
     * Brings both nodes up as drivers.
     *
     * @param name        as above.
     * @param isEncrypted as above.
     * @param host        as above.
     * @param mtu         as above.
     * @param drivers     parent of the nodes' driver directories, which are called {@code client} and {@code server}; null for
     *                    none.
     */
    LoopbackNodes(final String name, final boolean isEncrypted, final Host host, final int mtu, final Path drivers) {
        this(name, isEncrypted, null, host, mtu, drivers, NO_DEVICE);
    }

    /**
     * Brings both nodes up, encrypted, each with a modelled NIC that encrypts large records.
     *
     * @param name      as above.
     * @param host      as above.
     * @param mtu       as above.
     * @param threshold octets of content from which on a record is for the NIC.
     * @return the nodes.
     */
    static LoopbackNodes withModels(final String name, final Host host, final int mtu, final int threshold) {
        return new LoopbackNodes(name, true, null, host, mtu, null, threshold);
    }

    private LoopbackNodes(final String name, final boolean isEncrypted, final EncryptionThreads encryption, final Host host,
        final int mtu, final Path drivers, final int threshold) {
        this.threshold = threshold;
        final DpdkEnvironment environment = DpdkEnvironment.start();
        this.host = host;
        this.encryption = encryption;
        identities = isEncrypted ? new DemoIdentities(List.of("client", "server")) : null;
        mempool = DpdkMempool.create(environment, name, FRAMES, DpdkMempool.frameCapacityForMtu(mtu));
        ports = DpdkRingPair.open(environment, name, mempool, RING_SIZE, mtu, new SecureRandom());
        client = launch(0, "client", "10.0.0.1/24", ports.first(), mtu, drivers);
        server = launch(1, "server", "10.0.0.2/24", ports.second(), mtu, drivers);
    }

    private RdsNode launch(
        final int number, final String name, final String address, final LinkPort port, final int mtu, final Path drivers) {
        final RdsContext context = new RdsContext(new Properties())
            .address(address)
            .mtu(mtu)
            .maxConnections(16)
            .tcpBufferLength(1 << 20)
            .sendBufferLength(4 << 20)
            .receiveBufferLength(4 << 20)
            .driverDir(drivers == null ? null : drivers.resolve(name))
            .threadingMode(ThreadingMode.INVOKER);
        final RdsNode.Builder builder = RdsNode.with(
            identities == null ? context.security(SecurityMode.PLAINTEXT) : identities.apply(context, name));
        if (encryption != null) {
            builder.encryption(encryption.agent(number));
        }
        if (threshold == NO_DEVICE) {
            return builder.link(port).launch();
        }
        final ModelPort nic = new ModelPort(port, ModelMode.STRICT);
        return builder.link(nic).inlineTls(new InlineTls(nic.model(), OffloadPolicy.DEFAULT, threshold)).launch();
    }

    /**
     * The node that sends first.
     *
     * @return 10.0.0.1.
     */
    RdsNode client() {
        return client;
    }

    /**
     * The node that answers.
     *
     * @return 10.0.0.2.
     */
    RdsNode server() {
        return server;
    }

    /** A session begins: whatever else is busy for it starts. */
    void begin() {
        if (encryption != null) {
            encryption.start();
        }
    }

    /** The session is over. */
    void end() {
        if (encryption != null) {
            encryption.stop();
        }
    }

    /**
     * Where the server's application runs.
     *
     * @return the thread's keeper.
     */
    Host host() {
        return host;
    }

    @Override
    public void close() {
        begin();
        CloseHelper.closeAll(host, client, server, encryption, ports, mempool, identities);
    }
}
