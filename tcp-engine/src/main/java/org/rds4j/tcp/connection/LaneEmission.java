package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameSink;

/**
 * What leaves by each lane: connections with something to send take turns, and answers to SYNs take turns with them. Beside the
 * lanes goes what belongs to no live connection. Nothing here is part of the public API. One thread.
 */
public final class LaneEmission {
    private final Connections connections;
    private final SegmentEmission emission;
    private final ConnectionTiming timing;
    private final SegmentWriter writer;
    private final ReadyLanes ready = new ReadyLanes();
    /** Answers to SYNs by lane, made when somebody listens there. */
    private final ControlQueue[] answers = new ControlQueue[TcpEngine.LANES];
    /** A bit for each lane that has a queue of answers, and for each whose answers have the next turn. */
    private int answersOpen;
    private int answersTurns;

    LaneEmission(final Connections connections, final SegmentWriter writer) {
        this.connections = connections;
        this.timing = connections.timing;
        this.writer = writer;
        emission = new SegmentEmission(
            connections.configuration, connections.counters, timing, connections.pathProbing, writer);
    }

    /** Somebody listens on a lane: there are answers to SYNs from now on. */
    void openAnswers(final int lane) {
        if (answers[lane] == null) {
            answers[lane] = new ControlQueue(connections.configuration, writer, connections.counters);
            answersOpen |= 1 << lane;
        }
    }

    ControlQueue answers(final int lane) {
        return answers[lane];
    }

    /**
     * The next frame of a lane.
     *
     * @param lane 0..15.
     * @return its length in octets, or 0.
     */
    public int nextFrameLength(final int lane) {
        final int ofConnections = nextLengthOfConnections(lane);
        final int ofAnswers = nextLengthOfAnswers(lane, connections.nowNs);
        return isAnswersTurn(lane, ofAnswers, ofConnections) ? ofAnswers : ofConnections;
    }

    /** Answers to SYNs take turns with connections: a flood of SYNs gets half of a lane's frames at most. */
    private boolean isAnswersTurn(final int lane, final int ofAnswers, final int ofConnections) {
        return ofAnswers > 0 && (ofConnections == 0 || (answersTurns & 1 << lane) != 0);
    }

    private int nextLengthOfAnswers(final int lane, final long nowNs) {
        return answers[lane] == null ? 0 : answers[lane].nextFrameLength(nowNs);
    }

    private int nextLengthOfConnections(final int lane) {
        Connection connection = ready.first(lane);
        while (connection != null) {
            final int plan = emission.planned(connection);
            if (plan != SegmentEmission.NOTHING) {
                return emission.frameLength(connection, plan);
            }
            ready.remove(connection);
            waitForTime(connection);
            connection = ready.first(lane);
        }
        return 0;
    }

    /**
     * Sends the next frame of a lane, and more of the same connection if the sink takes trains.
     *
     * @param lane   0..15.
     * @param sink   where they are built.
     * @param frames most of them.
     * @param nowNs  the engine's time.
     * @return octets of the frames, or 0.
     */
    public int emit(final int lane, final FrameSink sink, final int frames, final long nowNs) {
        final int ofConnections = nextLengthOfConnections(lane);
        if (isAnswersTurn(lane, nextLengthOfAnswers(lane, nowNs), ofConnections)) {
            answersTurns &= ~(1 << lane);
            emission.onOtherEmitted();
            return answers[lane].poll(sink, nowNs);
        }
        if (ofConnections == 0) {
            return 0;
        }
        answersTurns |= 1 << lane;
        final Connection connection = ready.first(lane);
        if (!connection.route.isResolved(nowNs)) {
            ready.park(connection);
            timing.onParked(connection);
            return 0;
        }
        emission.trains.limit(frames);
        final int octets = emission.emit(connection, sink, nowNs); // as planned for the length
        if (octets > 0) {
            ready.rotate(lane);
            touch(connection);
        } else if (connection.settings.payloadSink != null) {
            ready.rotate(lane); // its sink is full, which others need not wait for
        }
        return octets;
    }

    /**
     * Frames of the last {@link #emit} that sent something.
     *
     * @return 1 or more.
     */
    public int framesEmitted() {
        return emission.segmentsEmitted();
    }

    /**
     * Sends a segment that belongs to no live connection.
     *
     * @param sink  where it is built.
     * @param nowNs the engine's time.
     * @return octets of the frame, or 0.
     */
    public int pollControl(final FrameSink sink, final long nowNs) {
        return connections.control.poll(sink, nowNs);
    }

    /** Whether something waits for its next hop, or may do so: nobody says when that is resolved. */
    boolean mustBePolled() {
        return ready.hasParked() || !connections.control.isEmpty() || hasAnswers();
    }

    private boolean hasAnswers() {
        for (int left = answersOpen; left != 0; left &= left - 1) {
            if (!answers[Integer.numberOfTrailingZeros(left)].isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Connections whose next hop is known by now get their turn. */
    void unpark(final long nowNs) {
        ready.unpark(nowNs);
    }

    /** A connection is to leave by another lane. */
    void move(final Connection connection, final int lane) {
        ready.move(connection, lane);
    }

    /** A connection has nothing to send any more. */
    void remove(final Connection connection) {
        ready.remove(connection);
    }

    /**
     * Keeps the lanes right after anything that may have changed what a connection sends next. One that stands in its lane
     * already is looked at when its turn comes.
     */
    void touch(final Connection connection) {
        emission.forget();
        if (ready.hasTurn(connection)) {
            return;
        }
        if (emission.plan(connection) != SegmentEmission.NOTHING) {
            ready.add(connection);
        } else {
            waitForTime(connection);
        }
    }

    /** Nothing is sent now: it may be that only a timer can move the connection. */
    private void waitForTime(final Connection connection) {
        if (emission.isHeld()) {
            timing.startPace(connection);
        } else {
            timing.startIfStuck(connection);
        }
    }
}
