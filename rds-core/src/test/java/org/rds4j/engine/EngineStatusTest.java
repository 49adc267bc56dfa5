package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsSocket;
import org.rds4j.status.StatusPage;
import org.rds4j.status.StatusTable;

/** What an engine shows of itself. */
class EngineStatusTest {
    private final TestNetwork network = new TestNetwork(5);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final RdsSocket from = one.socket(4000);
    private final RdsSocket to = two.socket(4001);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64 << 10));
    private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(8 * StatusPage.ROW_LENGTH));
    private final StatusPage page = new StatusPage(memory);

    /** All rows of a table, over as many pages as it takes. */
    private List<long[]> rows(final TestNode node, final StatusTable table) {
        final List<long[]> rows = new ArrayList<>();
        page.begin(0, 0);
        do {
            page.begin(page.outer(), page.inner());
            node.engine.status().write(table, page);
            for (int i = 0; i < page.rows(); i++) {
                final long[] row = new long[StatusPage.WORDS];
                for (int word = 0; word < row.length; word++) {
                    row[word] = memory.getLong(i * StatusPage.ROW_LENGTH + word * Long.BYTES);
                }
                rows.add(row);
            }
        } while (!page.isComplete());
        return rows;
    }

    private static List<Long> column(final List<long[]> rows, final int word) {
        return rows.stream().map(row -> row[word]).toList();
    }

    private void connect() {
        from.connect(to.localAddress());
        from.offer(buffer, 0, 8);
        network.until(() -> to.poll((data, offset, length, info) -> { }, 1) == 1);
        network.until(() -> from.unacknowledgedLength() == 0);
    }

    @Test
    void shouldShowBoundSockets() {
        one.socket(4002);
        from.connect(to.localAddress());
        from.sendBufferLength(5_000);
        from.receiveBufferLength(7_000);
        to.offer(from.localAddress(), buffer, 0, 8);
        network.until(() -> to.unacknowledgedLength() == 0);
        final List<long[]> sockets = rows(one, StatusTable.SOCKETS);
        assertEquals(List.of(4000L, 4002L), column(sockets, 2));
        assertEquals(List.of(4001L, 0L), column(sockets, 5));
        assertEquals(List.of(to.localAddress().low(), 0L), column(sockets, 4));
        assertEquals(List.of(5_000L, 1L << 20), column(sockets, 6));
        assertEquals(7_000L, sockets.getFirst()[7]);
        assertTrue(sockets.getFirst()[10] > 8, "octets of the ring in use");
        assertEquals(List.of(64L << 10, 64L << 10), column(sockets, 11));
    }

    @Test
    void shouldShowAPath() {
        connect();
        final long[] path = rows(one, StatusTable.PATHS).getFirst();
        assertEquals(one.address.low(), path[1]);
        assertEquals(two.address.low(), path[4]);
        assertEquals(3, path[8], "after the opener and one message");
        assertEquals(2, path[10], "up");
        assertEquals(0, path[12] + path[13] + path[14] + path[15]);
        assertEquals(1, path[16]);
        assertEquals(rows(two, StatusTable.PATHS).getFirst()[9], path[8], "what is sent next is expected next");
    }

    @Test
    void shouldShowLoopbackOnceItIsUsed() {
        assertEquals(0, rows(one, StatusTable.PATHS).size());
        from.connect(one.address.withPort(4000));
        from.offer(buffer, 0, 8);
        from.connect(one.address);
        from.offer(buffer, 0, 8);
        network.step();
        assertEquals(List.of(1L, 3L), column(rows(one, StatusTable.RECEIVE), 7), "the datagram, and the pong after the ping");
        final long[] row = rows(one, StatusTable.PATHS).getFirst();
        assertEquals(one.address.low(), row[1]);
        assertEquals(one.address.low(), row[4]);
        assertEquals(4, row[8]);
        assertEquals(2, row[10], "up");
    }

    @Test
    void shouldShowMessagesInTheQueueWhereTheyWait() {
        connect();
        network.lastLink().dialed.cut();
        network.isRefusing = true;
        network.steps(20);
        for (int i = 1; i <= 30; i++) {
            assertTrue(from.offer(buffer, 0, i) > 0);
        }
        network.steps(20);
        final List<long[]> queued = rows(one, StatusTable.SEND);
        assertEquals(30, queued.size(), "over several pages");
        assertEquals(4000, queued.getFirst()[2]);
        assertEquals(4001, queued.getFirst()[5]);
        for (int i = 0; i < 30; i++) {
            assertEquals(3 + i, queued.get(i)[7], "sequence");
            assertEquals(i + 1, queued.get(i)[8], "length");
        }
        assertEquals(0, rows(one, StatusTable.RETRANSMIT).size());
        assertEquals(30, rows(one, StatusTable.PATHS).getFirst()[12]);
    }

    @Test
    void shouldShowTheGapsThatCancelledMessagesLeave() {
        connect();
        network.lastLink().dialed.cut();
        network.isRefusing = true;
        network.steps(20);
        for (int i = 0; i < 30; i++) {
            assertTrue(from.offer(to.localAddress().withPort(4001 + i % 3), buffer, 0, 10) > 0);
        }
        network.steps(20);
        from.cancelSentTo(to.localAddress().withPort(4002));
        final List<long[]> queued = rows(one, StatusTable.SEND);
        assertEquals(20, queued.size());
        assertEquals(List.of(3L, 5L, 6L, 8L), column(queued, 7).subList(0, 4));
        final long[] path = rows(one, StatusTable.PATHS).getFirst();
        assertEquals(20, path[12], "messages, not numbers");
        assertEquals(0, path[13]);
        assertEquals(20 * 58, path[14]);
        assertEquals(33, path[8]);
    }

    @Test
    void shouldShowMessagesThatAreSentAndNotAcknowledged() {
        connect();
        network.maxTransfer = 0;
        from.offer(buffer, 0, 700);
        network.steps(5);
        final List<long[]> sent = rows(one, StatusTable.RETRANSMIT);
        assertEquals(List.of(700L), column(sent, 8));
        assertEquals(List.of(3L), column(sent, 7));
        assertEquals(0, rows(one, StatusTable.SEND).size());
        assertEquals(748, rows(one, StatusTable.PATHS).getFirst()[15]);
    }

    @Test
    void shouldShowMessagesThatNobodyHasRead() {
        connect();
        for (int i = 1; i <= 20; i++) {
            from.offer(buffer, 0, i);
        }
        from.offer(buffer, 0, 20_000);
        network.until(() -> from.unacknowledgedLength() == 0);
        assertEquals(5, to.poll((data, offset, length, info) -> { }, 5));
        final List<long[]> unread = rows(two, StatusTable.RECEIVE);
        assertEquals(16, unread.size());
        assertEquals(4001, unread.getFirst()[2]);
        assertEquals(one.address.low(), unread.getFirst()[4]);
        assertEquals(4000, unread.getFirst()[5]);
        assertEquals(8, unread.getFirst()[7], "sequence of the sixth of them");
        assertEquals(6, unread.getFirst()[8]);
        assertEquals(20_000, unread.getLast()[8], "in a block");
        assertEquals(0, rows(one, StatusTable.RECEIVE).size());
    }

    @Test
    void shouldStayUprightWhateverTheCursor() {
        connect();
        for (final StatusTable table : StatusTable.values()) {
            for (final long cursor : new long[] {Long.MIN_VALUE, -1, 1, 5, Integer.MAX_VALUE + 1L, Long.MAX_VALUE}) {
                page.begin(cursor, cursor);
                one.engine.status().write(table, page);
                page.begin(0, cursor);
                one.engine.status().write(table, page);
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        connect();
        for (int i = 1; i <= 40; i++) {
            from.offer(buffer, 0, i);
        }
        network.until(() -> from.unacknowledgedLength() == 0);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 20_000; round++) {
            ask();
        }
        final long start = threads.getCurrentThreadAllocatedBytes();
        final long own = threads.getCurrentThreadAllocatedBytes() - start;
        final long before = threads.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < 20_000; round++) {
            ask();
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before - own;
        assertTrue(allocated < 2_000, allocated + " octets");
    }

    private void ask() {
        for (int id = StatusTable.SOCKETS.id(); id <= StatusTable.CARRIERS.id(); id++) {
            page.begin(0, 0);
            two.engine.status().write(StatusTable.ofId(id), page);
        }
    }
}
