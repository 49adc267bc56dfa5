package org.rds4j.engine;

import org.rds4j.message.ReleaseHandler;
import org.rds4j.message.SendLog;
import org.rds4j.peer.PeerPath;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.SendControl;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * What becomes of a socket's datagrams on their way out when it asks to give them up (RDS_CANCEL_SENT_TO), or is closed:
 * then what was accepted still goes out, unless its payload is lent or everything shall be as on Linux. Engine thread.
 */
final class SendCancellation implements SendControl {
    private final PathTable paths;
    private final SubmitDrain submitDrain;
    private final ReleaseHandler released;
    private final boolean isCancelledByClose;
    private final RdsCounters counters;
    private long nowNs;

    SendCancellation(
        final PathTable paths, final SubmitDrain submitDrain, final ReleaseHandler released, final boolean isCancelledByClose,
        final RdsCounters counters) {
        this.paths = paths;
        this.submitDrain = submitDrain;
        this.released = released;
        this.isCancelledByClose = isCancelledByClose;
        this.counters = counters;
    }

    void now(final long timeNs) {
        nowNs = timeNs;
    }

    /** First the ring, so that nothing of it comes into a log after the log was searched. */
    @Override
    public boolean cancel(final EngineSocket socket, final long high, final long low, final int port) {
        final int submitted = submitDrain.cancel(socket, high, low, port);
        if (submitted < 0) {
            return false;
        }
        counters.add(RdsCounter.SEND_CANCELLED, submitted);
        for (int i = 0; i < paths.size(); i++) {
            final PeerPath path = paths.path(i);
            if (path.key().remoteLow() == low && path.key().remoteHigh() == high) {
                counters.add(RdsCounter.SEND_CANCELLED, path.log().cancel(socket.id(), port, released));
            }
        }
        return true;
    }

    @Override
    public void beforeClose(final EngineSocket socket) {
        if (isCancelledByClose) {
            cancelAll(socket, SendLog.ANY_PORT);
        } else {
            submitDrain.drainAll(socket, nowNs);
            if (socket.hasLent()) {
                cancelAll(socket, SendLog.LENT_TO_ANY_PORT); // nobody would hear that the memory is free again
            }
        }
        if (socket.hasQueued()) {
            disownAll(socket);
        }
        counters.add(RdsCounter.SEND_DROP_CLOSED, socket.backlog().unreadLength());
        counters.add(RdsCounter.RECV_DROP_DEAD_SOCK, socket.receiveSide().unreadRingLength());
    }

    /** Its id will be another socket's some day, perhaps before a dead peer's log is empty. */
    private void disownAll(final EngineSocket socket) {
        for (int i = 0; i < paths.size(); i++) {
            paths.path(i).log().disown(socket.id());
        }
    }

    private void cancelAll(final EngineSocket socket, final int port) {
        for (int i = 0; i < paths.size(); i++) {
            counters.add(RdsCounter.SEND_CANCELLED, paths.path(i).log().cancel(socket.id(), port, released));
        }
    }
}
