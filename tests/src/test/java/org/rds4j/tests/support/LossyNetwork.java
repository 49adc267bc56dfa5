package org.rds4j.tests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * A Linux client, a Linux router and a Linux server, each in a namespace of its own, joined by veth pairs; the router also has
 * the device of an engine that runs there. The router drops what it passes on at random, to and from the client alike. It is not
 * done where packets leave a host: a drop there is told to its TCP, which then has lost nothing.
 */
public final class LossyNetwork implements AutoCloseable {
    /** The client's address. */
    public static final String CLIENT = "198.18.81.2";
    /** The server's address. */
    public static final String SERVER = "198.18.82.2";
    /** The engine's address. */
    public static final String ENGINE = "198.18.83.2";
    /** The interface that the engine's device makes. */
    public static final String ENGINE_INTERFACE = "rds0";
    /** The router's address there. */
    public static final String ENGINE_GATEWAY = "198.18.83.1";

    private static final String TO_CLIENT = "k0";

    private final NetworkNamespace client = new NetworkNamespace();
    private final NetworkNamespace router = new NetworkNamespace();
    private final NetworkNamespace server = new NetworkNamespace();
    private final String offloadOff;
    private Program between;

    /**
     * Makes one, or skips the test with the reason why this machine cannot.
     *
     * @param offloadOff script that has the kernel make checksums and segments itself, so that what is dropped is one segment.
     * @param loss       chance of each packet to be dropped.
     */
    public LossyNetwork(final String offloadOff, final double loss) {
        this(offloadOff, loss, List.of(), 0);
    }

    /**
     * Makes one whose client is further away.
     *
     * @param offloadOff as above.
     * @param loss       as above.
     * @param way        words of a program that, given the names of two interfaces and microseconds, makes the interfaces and
     *                   carries frames between them by that delay; none for no delay.
     * @param delayUs    each way.
     */
    public LossyNetwork(final String offloadOff, final double loss, final List<String> way, final long delayUs) {
        this.offloadOff = offloadOff;
        try {
            if (way.isEmpty()) {
                router.ip("link add " + TO_CLIENT + " type veth peer name k1 netns " + client.name());
            } else {
                between = Program.start(router.inside(Program.concat(way, List.of(TO_CLIENT, "k1", "" + delayUs))));
                between.awaitLine("ready");
                router.ip("link set k1 netns " + client.name());
            }
            router.ip("link add l0 type veth peer name l1 netns " + server.name());
            join(router, TO_CLIENT, "198.18.81.1");
            join(router, "l0", "198.18.82.1");
            join(client, "k1", CLIENT);
            join(server, "l1", SERVER);
            client.ip("route add default via 198.18.81.1");
            server.ip("route add default via 198.18.82.1");
            router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            assumeTrue(drop("-o", loss) && drop("-i", loss), "needs iptables with its statistic module");
        } catch (final RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void join(final NetworkNamespace namespace, final String device, final String address) {
        namespace.run("python3", offloadOff, device);
        namespace.ip("addr add " + address + "/24 dev " + device);
        namespace.ip("link set " + device + " up");
    }

    private boolean drop(final String direction, final double loss) {
        final String rule = "iptables -A FORWARD " + direction + " " + TO_CLIENT
            + " -m statistic --mode random --probability " + loss + " -j DROP";
        return Program.succeeds(router.inside(Arrays.asList(rule.split(" ", -1))).toArray(String[]::new));
    }

    /** Where the client runs. */
    public NetworkNamespace client() {
        return client;
    }

    /** Where the engine runs. */
    public NetworkNamespace router() {
        return router;
    }

    /** Where the server runs. */
    public NetworkNamespace server() {
        return server;
    }

    /** Gives the router its address on the engine's device, which is there now. */
    public void joinEngine() {
        join(router, ENGINE_INTERFACE, ENGINE_GATEWAY);
    }

    /** Packets dropped on their way to the client, and from it. */
    public long[] drops() {
        final long[] drops = router.run("iptables", "-nvxL", "FORWARD").lines().filter(line -> line.contains(" DROP "))
            .mapToLong(line -> Long.parseLong(line.strip().split(" +", 2)[0])).toArray();
        if (drops.length != 2) {
            throw new AssertionError(drops.length + " rules that drop");
        }
        return drops;
    }

    @Override
    public void close() {
        CloseHelper.closeAll(between, client, router, server);
    }
}
