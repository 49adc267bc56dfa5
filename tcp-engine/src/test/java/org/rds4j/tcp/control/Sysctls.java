package org.rds4j.tcp.control;

import java.util.Map;
import org.rds4j.tcp.TcpConfiguration;

/** What FreeBSD and Linux call their settings, so that a script's sysctls can be passed on as they are. */
final class Sysctls {
    private static final String FREEBSD = "net.inet.tcp.";
    private static final String LINUX = "net.ipv4.tcp_";
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_S = 1_000_000_000;

    /** A knob, and what its value is multiplied by; 0 for a name that has no number. */
    private record Meaning(String knob, long unit) {
    }

    private static final Map<String, Meaning> KNOWN = Map.ofEntries(
        Map.entry("kern.ipc.maxsockbuf", new Meaning("maxsockbuf", 1)),
        Map.entry(FREEBSD + "sack.enable", new Meaning("sack", 1)),
        Map.entry(FREEBSD + "icmp_may_rst", new Meaning("icmpEndsAttempts", 1)),
        Map.entry(FREEBSD + "ecn.maxretries", new Meaning("ecnSynRetries", 1)),
        Map.entry(FREEBSD + "ecn.enable", new Meaning("ecn", 1)),
        Map.entry(FREEBSD + "recvspace", new Meaning("rcvbuf", 1)),
        Map.entry(FREEBSD + "sendspace", new Meaning("sndbuf", 1)),
        Map.entry(FREEBSD + "rexmit_initial", new Meaning("initialRtoNs", NS_PER_MS)),
        Map.entry(FREEBSD + "delacktime", new Meaning("delayedAckNs", NS_PER_MS)),
        Map.entry(FREEBSD + "drop_synfin", new Meaning("drop_synfin", 1)),
        Map.entry(FREEBSD + "insecure_rst", new Meaning("insecureReset", 1)),
        Map.entry(FREEBSD + "insecure_syn", new Meaning("insecureSyn", 1)),
        Map.entry(FREEBSD + "keepinit", new Meaning("keepinit", 1000)),
        Map.entry(FREEBSD + "keepidle", new Meaning("keepidle", 1000)),
        Map.entry(FREEBSD + "keepintvl", new Meaning("keepintvl", 1000)),
        Map.entry(FREEBSD + "keepcnt", new Meaning("keepcnt", 1)),
        Map.entry(FREEBSD + "msl", new Meaning("timeWaitNs", 2 * NS_PER_MS)),
        Map.entry(FREEBSD + "finwait2_timeout", new Meaning("finWait2Ns", NS_PER_MS)),
        Map.entry(FREEBSD + "initcwnd_segments", new Meaning("initial_window", 1)),
        Map.entry(FREEBSD + "syncache.rexmtlimit", new Meaning("synack_retries", 1)),
        Map.entry(FREEBSD + "cc.algorithm", new Meaning("congestion", 0)),
        Map.entry(LINUX + "timestamps", new Meaning("timestamps", 1)),
        Map.entry(LINUX + "sack", new Meaning("sack", 1)),
        Map.entry(LINUX + "window_scaling", new Meaning("window_scaling", 1)),
        Map.entry(LINUX + "ecn", new Meaning("ecn", 1)),
        Map.entry(LINUX + "syn_retries", new Meaning("syn_retries", 1)),
        Map.entry(LINUX + "synack_retries", new Meaning("synack_retries", 1)),
        Map.entry(LINUX + "retries2", new Meaning("retries", 1)),
        Map.entry(LINUX + "orphan_retries", new Meaning("orphan_retries", 1)),
        Map.entry(LINUX + "fin_timeout", new Meaning("finWait2Ns", NS_PER_S)),
        Map.entry(LINUX + "keepalive_time", new Meaning("keepidle", 1_000_000)),
        Map.entry(LINUX + "keepalive_intvl", new Meaning("keepintvl", 1_000_000)),
        Map.entry(LINUX + "keepalive_probes", new Meaning("keepcnt", 1)),
        Map.entry(LINUX + "notsent_lowat", new Meaning("notsent_lowat", 1)),
        Map.entry(LINUX + "slow_start_after_idle", new Meaning("idleRestart", 1)),
        Map.entry(LINUX + "pacing_ss_ratio", new Meaning("slowStartPacingPercent", 1)),
        Map.entry(LINUX + "pacing_ca_ratio", new Meaning("avoidancePacingPercent", 1)),
        Map.entry(LINUX + "rto_min_us", new Meaning("rto_min", 1)),
        Map.entry(LINUX + "rto_max_ms", new Meaning("rto_max", 1000)),
        Map.entry(LINUX + "min_tso_segs", new Meaning("pushedBurst", 1)),
        Map.entry(LINUX + "congestion_control", new Meaning("congestion", 0)));

    /** What is as it is: it may be set to that. */
    private static final Map<String, String> FIXED = Map.ofEntries(
        Map.entry(FREEBSD + "rexmit_drop_options", "0"),
        Map.entry(FREEBSD + "rexmit_slop", "0"),
        Map.entry(FREEBSD + "delayed_ack", "1"),
        Map.entry(FREEBSD + "syncookies", "1"),
        Map.entry(FREEBSD + "tolerate_missing_ts", "0"),
        Map.entry(FREEBSD + "hostcache.purgenow", "1"));

    private Sysctls() {
    }

    /** Whether a name is that of a sysctl, known or not. */
    static boolean isName(final String name) {
        return name.indexOf('.') > 0;
    }

    /** Of least, usual and most. */
    private static long ofThree(final String value, final int index) throws Refusal {
        final String[] numbers = value.split("[ ,]+", -1);
        if (numbers.length != 3) {
            throw new Refusal(Errno.EINVAL);
        }
        return Knobs.number(numbers[index]);
    }

    /** Sets what a sysctl means; one that is not known is refused, unless it switches off what is not there. */
    static void set(final Knobs knobs, final String name, final String value) throws Refusal {
        if ((FREEBSD + "rfc1323").equals(name)) {
            knobs.set("timestamps", value);
            knobs.set("window_scaling", value);
            return;
        }
        if ((LINUX + "wmem").equals(name)) {
            knobs.set("sendspace", Long.toString(ofThree(value, 1)));
            return;
        }
        if ((LINUX + "rmem").equals(name)) {
            knobs.set("rcvbuf", Long.toString(ofThree(value, 1)));
            knobs.set("window_shift", Long.toString(TcpConfiguration.shiftFor(ofThree(value, 2))));
            return;
        }
        final Meaning meaning = KNOWN.get(name);
        if (FIXED.containsKey(name)) {
            if (!FIXED.get(name).equals(value)) {
                throw new Refusal(Errno.ENOTSUP);
            }
        } else if (meaning == null) {
            knobs.setNumberOrName(name, value);
        } else if (meaning.unit == 0) {
            knobs.set(meaning.knob, value);
        } else {
            knobs.set(meaning.knob, Long.toString(Math.multiplyExact(Knobs.number(value), meaning.unit)));
        }
    }
}
