package org.rds4j.perf.info;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;
import org.rds4j.status.CarrierStatus;
import org.rds4j.status.ClientStatus;
import org.rds4j.status.MessageStatus;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.PathStatus;
import org.rds4j.status.SocketStatus;

/** Blocks as rds-info 2.0.7 prints them, to the column. */
class InfoTableTest {
    private static final RdsAddress LOCAL = RdsAddress.parse("10.0.0.1");
    private static final RdsAddress REMOTE = RdsAddress.parse("10.0.0.2");

    private static PathStatus path(final PathStatus.State state, final long queued) {
        return new PathStatus(LOCAL, REMOTE, 2, 0, 17, 5, state, 0xfeed_beefL, queued, 3, 4096, 1234, true, 49_153, 16_385, 8);
    }

    @Test
    void shouldPrintCounters() {
        assertEquals("""

            Counters:
                          CounterName            Value
                           conn_reset               42
            """, InfoTable.COUNTERS.text(List.of(new NodeStatus.Counter("conn_reset", "", 42))));
    }

    @Test
    void shouldPrintSockets() {
        assertEquals("""

            RDS Sockets:
                  BoundAddr BPort        ConnAddr CPort     SndBuf     RcvBuf    Inode
                   10.0.0.1  4000        10.0.0.2  4001     106496    1048576    65537
                   10.0.0.1  4002         0.0.0.0     0     106496    1048576    65538
            """, InfoTable.SOCKETS.text(List.of(
            new SocketStatus(LOCAL.withPort(4000), REMOTE.withPort(4001), 106_496, 1 << 20, 65_537, 0, 0, 1 << 16),
            new SocketStatus(LOCAL.withPort(4002), null, 106_496, 1 << 20, 65_538, 0, 0, 1 << 16))));
    }

    @Test
    void shouldPrintConnections() {
        assertEquals("""

            RDS Connections:
                  LocalAddr      RemoteAddr  Tos           NextTX           NextRX Flgs
                   10.0.0.1        10.0.0.2    2               17                5 s-C-
                   10.0.0.1        10.0.0.2    2               17                5 -c--
                   10.0.0.1        10.0.0.2    2               17                5 ---E
                   10.0.0.1        10.0.0.2    2               17                5 ----
            """, InfoTable.CONNECTIONS.text(List.of(path(PathStatus.State.UP, 1), path(PathStatus.State.CONNECTING, 1),
            path(PathStatus.State.ERROR, 0), path(PathStatus.State.DOWN, 1))));
    }

    @Test
    void shouldPrintQueues() {
        final List<MessageStatus> messages =
            List.of(new MessageStatus(LOCAL.withPort(4000), REMOTE.withPort(4001), 2, 1_000_000, 1024, 4));
        final String rest = """
                  LocalAddr LPort      RemoteAddr RPort  Tos              Seq      Bytes
                   10.0.0.1  4000        10.0.0.2  4001    2          1000000       1024
            """;
        assertEquals("\nReceive Message Queue:\n" + rest, InfoTable.RECEIVE.text(messages));
        assertEquals("\nSend Message Queue:\n" + rest, InfoTable.SEND.text(messages));
        assertEquals("\nRetransmit Message Queue:\n" + rest, InfoTable.RETRANSMIT.text(messages));
    }

    @Test
    void shouldPrintTcpConnectionsWithTheLowerHalvesOfPositions() {
        assertEquals("""

            TCP Connections:
                  LocalAddr LPort      RemoteAddr RPort  HdrRemain DataRemain    SentNxt  ExpectUna    SeenUna
                   10.0.0.1 16385        10.0.0.2 40000         48          0          7          7          5
            """, InfoTable.TCP.text(List.of(new CarrierStatus(LOCAL.withPort(16_385), REMOTE.withPort(40_000), 2, 48, 0,
            (1L << 32) + 7, (1L << 32) + 7, (1L << 32) + 5, false, 2, 14_480, 100_000, 0))));
    }

    @Test
    void shouldPrintPathsInDetail() {
        assertEquals("""

            RDS Paths:
                  LocalAddr LPort      RemoteAddr RPort  Tos Path      State      Gen NPaths  Queued     QBytes Unacked     UBytes
                   10.0.0.1 49153        10.0.0.2 16385    2    0         up feedbeef      8       1       4096       3       1234
            """, InfoTable.PATHS.text(List.of(path(PathStatus.State.UP, 1))));
    }

    @Test
    void shouldPrintClients() {
        assertEquals("""

            Driver Clients:
                Client    Process    Sockets           LastSignOfLife
                     3       4711          2 2026-01-02T03:04:05.006Z
                     4       4712          0                        -
            """, InfoTable.CLIENTS.text(List.of(
            new ClientStatus(3, 4711, 2, 1_767_323_045_006L), new ClientStatus(4, 4712, 0, 0))));
    }

    @Test
    void shouldListTheKernelsCountersFirstAndThenOnesOfOurOwnAsOneWord() {
        final List<NodeStatus.Counter> counters = KernelCounters.ordered(List.of(
            new NodeStatus.Counter("frames received", "", 7), new NodeStatus.Counter("send_pong", "", 3),
            new NodeStatus.Counter("loopback_delivered", "", 2), new NodeStatus.Counter("conn_reset", "", 1)));
        assertEquals("conn_reset", counters.getFirst().label());
        assertEquals(1, counters.getFirst().value());
        assertEquals(KernelCounters.NAMES, counters.stream().map(NodeStatus.Counter::label).limit(42).toList());
        assertEquals(3, counters.get(24).value());
        assertEquals(List.of("frames_received", "loopback_delivered"),
            counters.stream().skip(42).map(NodeStatus.Counter::label).toList());
    }

    @Test
    void shouldGiveTheKernelsSecondNameToWhatIsCountedOnce() {
        final List<NodeStatus.Counter> counters = KernelCounters.ordered(List.of(
            new NodeStatus.Counter("recv_delivered", "", 7), new NodeStatus.Counter("copy_to_user", "", 700)));
        assertEquals(List.of(7L, 7L), counters.subList(6, 8).stream().map(NodeStatus.Counter::value).toList());
        assertEquals(new NodeStatus.Counter("recv_bytes_added_to_sock", "", 700), counters.get(33));
    }

    /** The list of the kernel, word by word. */
    @Test
    void shouldKnowTheKernelsOrder() {
        assertEquals("conn_reset recv_drop_bad_checksum recv_drop_old_seq recv_drop_no_sock recv_drop_dead_sock "
            + "recv_deliver_raced recv_delivered recv_queued recv_immediate_retry recv_delayed_retry recv_ack_required "
            + "recv_rdma_bytes recv_ping send_queue_empty send_queue_full send_lock_contention send_lock_queue_raced "
            + "send_immediate_retry send_delayed_retry send_drop_acked send_ack_required send_queued send_rdma send_rdma_bytes "
            + "send_pong page_remainder_hit page_remainder_miss copy_to_user copy_from_user cong_update_queued "
            + "cong_update_received cong_send_error cong_send_blocked recv_bytes_added_to_sock recv_bytes_freed_fromsock "
            + "send_stuck_rm mprds_catchup_tx0_retries tcp_data_ready_calls tcp_write_space_calls tcp_sndbuf_full "
            + "tcp_connect_raced tcp_listen_closed_stale", String.join(" ", KernelCounters.NAMES));
    }
}
