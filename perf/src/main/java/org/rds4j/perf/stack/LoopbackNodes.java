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
 * applications run on the caller's thread; encryption, where there is any, on one other thread.
 */
public final class LoopbackNodes implements AutoCloseable {
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
     * @param name      of ports and mempool, unique in the process, at most 12 characters.
     * @param encrypted whether they speak TLS 1.3 to each other, or plaintext.
     * @param mtu       of the link, in octets.
     */
    public LoopbackNodes(final String name, final boolean encrypted, final int mtu) {
        final DpdkEnvironment environment = DpdkEnvironment.start();
        encryption = encrypted ? new EncryptionThread() : null;
        identities = encrypted ? new DemoIdentities(List.of("client", "server")) : null;
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
    public RdsNode client() {
        return client;
    }

    /**
     * The node that answers.
     *
     * @return 10.0.0.2.
     */
    public RdsNode server() {
        return server;
    }

    /**
     * Lets both engines do a duty cycle.
     *
     * @return work done.
     */
    public int invoke() {
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
