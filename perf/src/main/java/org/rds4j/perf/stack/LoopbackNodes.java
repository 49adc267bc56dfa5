package org.rds4j.perf.stack;

import java.security.SecureRandom;
import java.util.List;
import java.util.Properties;
import org.agrona.CloseHelper;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.LinkPort;

/**
 * Two nodes, each with an engine of its own, on a crossed pair of {@code net_ring} ports. Both engines and both
 * applications run on the caller's thread, and so does encryption unless it has a thread of its own.
 */
final class LoopbackNodes implements AutoCloseable {
    private static final int FRAMES = 8_192;
    private static final int RING_SIZE = 1_024;

    private final EncryptionThread encryption;
    private final DemoIdentities identities;
    private final DpdkMempool mempool;
    private final DpdkRingPair ports;
    private final RdsNode client;
    private final RdsNode server;

    /**
     * Brings both nodes up.
     *
     * @param name       of ports and mempool, unique in the process, at most 12 characters.
     * @param protection of what they say to each other.
     * @param mtu        of the link, in octets.
     */
    LoopbackNodes(final String name, final Protection protection, final int mtu) {
        final DpdkEnvironment environment = DpdkEnvironment.start();
        encryption = protection == Protection.THREAD ? new EncryptionThread() : null;
        identities = protection == Protection.NONE ? null : new DemoIdentities(List.of("client", "server"));
        mempool = DpdkMempool.create(environment, name, FRAMES, DpdkMempool.frameCapacityForMtu(mtu));
        ports = DpdkRingPair.open(environment, name, mempool, RING_SIZE, mtu, new SecureRandom());
        client = launch("client", "10.0.0.1/24", ports.first(), mtu);
        server = launch("server", "10.0.0.2/24", ports.second(), mtu);
    }

    private RdsNode launch(final String name, final String address, final LinkPort port, final int mtu) {
        final RdsContext context = new RdsContext(new Properties())
            .address(address)
            .mtu(mtu)
            .maxConnections(16)
            .tcpBufferLength(1 << 20)
            .sendBufferLength(4 << 20)
            .receiveBufferLength(4 << 20)
            .threadingMode(ThreadingMode.INVOKER);
        final RdsNode.Builder builder = RdsNode.with(
            identities == null ? context.security(SecurityMode.PLAINTEXT) : identities.apply(context, name)).link(port);
        return (encryption == null ? builder : builder.encryption(encryption.agent())).launch();
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

    /**
     * Lets both engines do a duty cycle.
     *
     * @return work done.
     */
    int invoke() {
        return client.invoke() + server.invoke();
    }

    /**
     * Says whether a measurement is running, for the encryption thread to spin or sleep.
     *
     * @param busy true while it runs.
     */
    void busy(final boolean busy) {
        if (encryption != null) {
            encryption.busy(busy);
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(client, server, encryption, ports, mempool, identities);
    }
}
