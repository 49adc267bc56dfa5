package org.rds4j.perf.info;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rds4j.node.RdsNode;
import org.rds4j.status.NodeStatus;

/**
 * Counters as rds-info lists them: those of the Linux kernel by its names and in its order, then all others of the stack. What
 * the kernel counts and this stack does not, as what only InfiniBand raises, is 0.
 */
public final class KernelCounters {
    /** The kernel's names in its order: net/rds/stats.c and tcp_stats.c. */
    static final List<String> NAMES = List.of(
        "conn_reset", "recv_drop_bad_checksum", "recv_drop_old_seq", "recv_drop_no_sock", "recv_drop_dead_sock",
        "recv_deliver_raced", "recv_delivered", "recv_queued", "recv_immediate_retry", "recv_delayed_retry",
        "recv_ack_required", "recv_rdma_bytes", "recv_ping", "send_queue_empty", "send_queue_full", "send_lock_contention",
        "send_lock_queue_raced", "send_immediate_retry", "send_delayed_retry", "send_drop_acked", "send_ack_required",
        "send_queued", "send_rdma", "send_rdma_bytes", "send_pong", "page_remainder_hit", "page_remainder_miss",
        "copy_to_user", "copy_from_user", "cong_update_queued", "cong_update_received", "cong_send_error",
        "cong_send_blocked", "recv_bytes_added_to_sock", "recv_bytes_freed_fromsock", "send_stuck_rm",
        "mprds_catchup_tx0_retries", "tcp_data_ready_calls", "tcp_write_space_calls", "tcp_sndbuf_full",
        "tcp_connect_raced", "tcp_listen_closed_stale");

    /** What the kernel counts twice and this stack once: an octet or message given to a socket is copied there at once. */
    private static final Map<String, String> SAME =
        Map.of("recv_queued", "recv_delivered", "recv_bytes_added_to_sock", "copy_to_user");

    private KernelCounters() {
    }

    /**
     * Puts counters into the kernel's order.
     *
     * @param counters of a node, in its order.
     * @return the kernel's first, the rest behind.
     */
    public static List<NodeStatus.Counter> ordered(final List<NodeStatus.Counter> counters) {
        final Map<String, NodeStatus.Counter> rest = new LinkedHashMap<>();
        counters.forEach(counter -> rest.put(word(counter.label()), counter));
        final List<NodeStatus.Counter> ordered = new ArrayList<>();
        final Map<String, NodeStatus.Counter> all = Map.copyOf(rest);
        for (final String name : NAMES) {
            final NodeStatus.Counter counter = rest.remove(name);
            ordered.add(counter != null ? counter : derived(name, SAME.containsKey(name) ? all.get(SAME.get(name)) : null));
        }
        rest.forEach((name, counter) -> ordered.add(new NodeStatus.Counter(name, counter.meaning(), counter.value())));
        return ordered;
    }

    private static NodeStatus.Counter derived(final String name, final NodeStatus.Counter same) {
        return same == null ? new NodeStatus.Counter(name, "not counted by this stack", 0)
            : new NodeStatus.Counter(name, same.meaning(), same.value());
    }

    /** A name is one word, as the kernel's are, so that scripts can take lines apart. */
    private static String word(final String label) {
        return label.toLowerCase(Locale.ROOT).replace(' ', '_').replace('-', '_');
    }

    /**
     * The counters of a node of this process.
     *
     * @param node running.
     * @return in the kernel's order.
     */
    public static List<NodeStatus.Counter> of(final RdsNode node) {
        final List<NodeStatus.Counter> counters = new ArrayList<>();
        node.counters((label, meaning, value) -> counters.add(new NodeStatus.Counter(label, meaning, value)));
        return ordered(counters);
    }
}
