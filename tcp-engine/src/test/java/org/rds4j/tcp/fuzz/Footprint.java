package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.List;
import java.util.function.ToLongFunction;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.network.NetworkCounter;

/**
 * What shows that the frames of an attack arrived where it hurts: it moves little or not at all in peace, and no more when frames
 * are lost before that on a wrong port, address or check.
 *
 * @param label of what is counted.
 * @param count of the server, or of what the attacker hears of it.
 * @param least that an attack must bring it to.
 */
record Footprint(String label, ToLongFunction<HostileSuite> count, long least) {
    /** Of nearly all frames; the rest opens connections and makes the station known. */
    private static final long MOST = 15_000;
    private static final long SOME = 1_000;
    private static final int IN_PEACE = 10;

    /** Fails when an attack has not reached what it is meant for. */
    static void requireOf(final HostileSuite.Attack attack, final HostileSuite suite) {
        for (final Footprint each : of(attack)) {
            final long count = each.count.applyAsLong(suite);
            require(count >= each.least, attack + " misses its aim: " + each.label + " is " + count + ", not " + each.least);
        }
    }

    /** Fails when what is to show an attack moves without one. */
    static void requireNone(final HostileSuite peace) {
        for (final HostileSuite.Attack attack : HostileSuite.Attack.values()) {
            for (final Footprint each : of(attack)) {
                final long count = each.count.applyAsLong(peace);
                require(IN_PEACE * count < each.least, each.label + " is " + count + " in peace and shows nothing of " + attack);
            }
        }
    }

    private static List<Footprint> of(final HostileSuite.Attack attack) {
        return switch (attack) {
            case SYN_FLOOD -> List.of(
                counted(TcpCounter.SYN_COOKIES_SENT, MOST),
                new Footprint("half-open handshakes", suite -> suite.server.mostHalfOpen, HostileSuite.BACKLOG));
            case OVERLAPS -> List.of(counted(TcpCounter.OUT_OF_ORDER, MOST), counted(TcpCounter.DROP_DUPLICATE, SOME));
            case CRUMBS_OUT_OF_ORDER -> List.of(
                counted(TcpCounter.DROP_REASSEMBLY, MOST), counted(TcpCounter.OUT_OF_ORDER, SOME));
            case TINY_WINDOW -> List.of(
                new Footprint("crumbs sent", suite -> suite.attacker.crumbsHeard, SOME));
            case CLOSED_WINDOW -> List.of(counted(TcpCounter.WINDOW_PROBES, Attacker.PORTS));
            case SLOW_READER -> List.of(
                new Footprint("octets acknowledged one at a time", Footprint::acknowledged, MOST),
                new Footprint("full rings", Footprint::fullRings, Attacker.PORTS));
            case SACK -> List.of(
                counted(TcpCounter.FAST_RETRANSMITS, SOME / 2), counted(TcpCounter.DROP_SACK, SOME),
                new Footprint("records of segments", suite -> suite.server.mostRecords, SOME / 2));
            case FRAGMENTS, FRAGMENTS_IPV6 -> List.of(
                counted(NetworkCounter.IP_FRAGMENT_KEPT, HostileSuite.REASSEMBLIES),
                counted(NetworkCounter.REASSEMBLY_FULL, MOST));
            case ICMP_ECHO -> List.of(counted(NetworkCounter.ECHO_LIMITED, MOST), counted(NetworkCounter.ECHO_ANSWERED, 1));
            case ICMP_ERRORS -> List.of(
                counted(TcpCounter.DROP_ICMP, MOST), counted(TcpCounter.PATH_MTU_LOWERED, 1));
            case ARP_FLOOD -> List.of(
                counted(NetworkCounter.NEIGHBOUR_TABLE_FULL, MOST), counted(NetworkCounter.ARP_REPLY_SENT, MOST));
            case ND_FLOOD -> List.of(
                counted(NetworkCounter.NEIGHBOUR_TABLE_FULL, MOST), counted(NetworkCounter.ND_ADVERTISEMENT_SENT, MOST));
            case RESETS -> List.of(
                counted(TcpCounter.DROP_BAD_RESET, MOST), counted(TcpCounter.CHALLENGE_ACKS, 1),
                counted(TcpCounter.CHALLENGE_ACKS_LIMITED, SOME));
            case STRAYS -> List.of(
                counted(TcpCounter.DROP_NO_CONNECTION, MOST), counted(TcpCounter.RESETS_OUT, SOME),
                counted(TcpCounter.DROP_RESET_LIMIT, SOME));
        };
    }

    private static Footprint counted(final TcpCounter counter, final long least) {
        return new Footprint(counter.label(), suite -> suite.server.counters.get(counter), least);
    }

    private static Footprint counted(final NetworkCounter counter, final long least) {
        return new Footprint(counter.label(), suite -> suite.server.networkCounters.get(counter), least);
    }

    private static long acknowledged(final HostileSuite suite) {
        return suite.server.ofAttacker().mapToLong(TcpConnection::acknowledgedPosition).sum();
    }

    private static long fullRings(final HostileSuite suite) {
        return suite.server.ofAttacker().filter(c -> c.sendSpace() == 0).count();
    }
}
