package org.rds4j.tests.node;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.CloseHelper;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tests.support.TwoNodes;

/** Sockets on two nodes that all send to all of the other node, held to the promise of reliable datagrams. */
final class Traffic implements AutoCloseable {
    private static final int POLL_LIMIT = 16;

    /** A socket and what it still has to send. */
    private final class End implements AutoCloseable {
        private final CheckedSocket socket;
        private int left;
        private int nextLength = -1;
        private End nextPeer;

        End(final RdsNode node, final int port) {
            socket = TwoNodes.checked(checker, node, port);
        }

        int work(final List<End> peers) {
            int work = socket.poll(POLL_LIMIT);
            while (left > 0 && offer(peers)) {
                work++;
            }
            return work;
        }

        private boolean offer(final List<End> peers) {
            if (nextLength < 0) {
                nextPeer = peers.get(random.nextInt(peers.size()));
                nextLength = random.nextInt(maxLength + 1);
            }
            if (socket.send(nextPeer.socket.address(), nextLength) < 0) {
                return false;
            }
            nextLength = -1;
            left--;
            return true;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private final TwoNodes nodes;
    private final RandomGenerator random;
    private final int maxLength;
    private final HistoryChecker checker = new HistoryChecker(1);
    private final List<End> firstEnds = new ArrayList<>();
    private final List<End> secondEnds = new ArrayList<>();

    Traffic(final TwoNodes nodes, final RandomGenerator random, final int socketsPerNode, final int maxLength) {
        this.nodes = nodes;
        this.random = random;
        this.maxLength = maxLength;
        for (int i = 0; i < socketsPerNode; i++) {
            firstEnds.add(new End(nodes.first(), 5000 + i));
            secondEnds.add(new End(nodes.second(), 6000 + i));
        }
    }

    /** Has every socket of one or both nodes send some datagrams, and waits until each has come as promised. */
    void exchange(final int firstSends, final int secondSends) {
        firstEnds.forEach(end -> end.left = firstSends);
        secondEnds.forEach(end -> end.left = secondSends);
        nodes.await("the datagrams to come", () -> {
            firstEnds.forEach(end -> end.work(secondEnds));
            secondEnds.forEach(end -> end.work(firstEnds));
            return checker.violation().isPresent() || (isSent() && checker.outstanding() == 0);
        });
        checker.requireComplete();
    }

    private boolean isSent() {
        return firstEnds.stream().allMatch(end -> end.left == 0) && secondEnds.stream().allMatch(end -> end.left == 0);
    }

    @Override
    public void close() {
        CloseHelper.closeAll(firstEnds);
        CloseHelper.closeAll(secondEnds);
    }
}
