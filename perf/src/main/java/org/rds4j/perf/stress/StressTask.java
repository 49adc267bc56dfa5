package org.rds4j.perf.stress;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;

/** One socket of a run and its conversations with every task of the peer. Used by one thread. */
final class StressTask implements DatagramHandler, AutoCloseable {
    private static final int POLL_LIMIT = 64;

    private final StressOptions options;
    private final RdsSocket socket;
    private final NanoClock clock;
    private final StressCounters counters;
    private final StressPattern pattern;
    private final boolean sendsRequests;
    private final Conversation[] conversations;
    private final UnsafeBuffer request;
    private final UnsafeBuffer ack;
    private final int ownPort;

    StressTask(
        final StressOptions options, final RdsSocket socket, final int number, final boolean isActive,
        final StressPattern pattern, final StressCounters counters, final NanoClock clock) {
        this.options = options;
        this.socket = socket;
        this.clock = clock;
        this.counters = counters;
        this.pattern = pattern;
        this.sendsRequests = isActive || !options.oneWay();
        this.ownPort = portOf(number);
        this.conversations = new Conversation[options.tasks()];
        for (int i = 0; i < conversations.length; i++) {
            conversations[i] = new Conversation(
                StressOptions.host(options.sendAddress(), portOf(i)), options.depth());
        }
        this.request = message(options.requestSize());
        this.ack = message(options.ackSize());
        socket.bind(ownPort);
        socket.serviceLevel(options.serviceLevel());
        socket.sendBufferLength(options.bufferLength());
    }

    private int portOf(final int task) {
        return options.port() + 1 + task;
    }

    private UnsafeBuffer message(final int length) {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        if (options.verify()) {
            pattern.fill(message, StressHeader.LENGTH, length - StressHeader.LENGTH);
        }
        return message;
    }

    int receive() {
        return socket.poll(this, POLL_LIMIT);
    }

    /** Answers what is owed and fills the pipelines, until the send buffer is full. */
    int send() {
        int sent = 0;
        for (final Conversation conversation : conversations) {
            while (conversation.owesAck()) {
                if (!sendAck(conversation)) {
                    return sent;
                }
                sent++;
            }
            while (sendsRequests && conversation.hasRoom()) {
                if (!sendRequest(conversation)) {
                    return sent;
                }
                sent++;
            }
        }
        return sent;
    }

    private boolean sendAck(final Conversation conversation) {
        write(ack, conversation, conversation.ackIndex(), StressHeader.ACK);
        if (!offer(conversation, ack)) {
            return false;
        }
        conversation.onAckSent();
        counters.onAckSent(ack.capacity());
        return true;
    }

    private boolean sendRequest(final Conversation conversation) {
        write(request, conversation, conversation.requestIndex(), StressHeader.REQUEST);
        final long startNs = clock.nanoTime();
        if (!offer(conversation, request)) {
            return false;
        }
        counters.onRequestSent(request.capacity(), clock.nanoTime() - startNs);
        conversation.onRequestSent(startNs);
        return true;
    }

    private void write(final UnsafeBuffer message, final Conversation conversation, final int index, final int operation) {
        StressHeader.write(
            message, conversation.sendSequence(), options.receiveAddress(), options.sendAddress(), ownPort,
            conversation.peer.port(), index, operation);
    }

    private boolean offer(final Conversation conversation, final UnsafeBuffer message) {
        final int result = socket.offer(conversation.peer, message, 0, message.capacity());
        if (result < 0 && result != RdsSocket.BACK_PRESSURED) {
            throw RdsException.of(RdsSocket.errnoOf(result), "cannot send to " + conversation.peer);
        }
        return result > 0;
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        final long nowNs = clock.nanoTime();
        if (length == 0) {
            return;
        }
        if (length < StressHeader.LENGTH) {
            throw new StressException("received short data: " + length);
        }
        final int number = info.sourcePort() - portOf(0);
        if (number < 0 || number >= conversations.length) {
            throw new StressException("received bad task index " + number);
        }
        final Conversation conversation = conversations[number];
        final int operation = StressHeader.operation(buffer, offset);
        checkSize(operation, length);
        if (StressHeader.isRetry(buffer, offset)
            && Integer.compareUnsigned(StressHeader.sequence(buffer, offset), conversation.receiveSequence()) < 0) {
            return;
        }
        check(conversation, operation, buffer, offset, length, info);
        if (operation == StressHeader.ACK) {
            counters.onAckReceived(length, conversation.onAckReceived(nowNs));
        } else {
            conversation.onRequestReceived();
            counters.onRequestReceived(length);
        }
    }

    private void checkSize(final int operation, final int length) {
        final int expected = switch (operation) {
            case StressHeader.REQUEST -> options.requestSize();
            case StressHeader.ACK -> options.ackSize();
            default -> throw new StressException("unknown op " + operation);
        };
        if (length != expected) {
            throw new StressException((operation == StressHeader.ACK ? "ack" : "req") + " size " + length + ", not " + expected);
        }
    }

    private void check(
        final Conversation conversation, final int operation, final DirectBuffer buffer, final int offset, final int length,
        final DatagramInfo info) {
        final HeaderCheck header = new HeaderCheck(
            conversation.receiveSequence(), (int) info.sourceLow(), info.sourcePort(), options.receiveAddress(), ownPort,
            conversation.expectedIndex(operation), operation);
        if (!header.matches(buffer, offset)) {
            throw bogus(info, header.difference(buffer, offset));
        }
        if (options.verify()) {
            final String damage =
                pattern.check(buffer, offset + StressHeader.LENGTH, length - StressHeader.LENGTH);
            if (damage != null) {
                throw bogus(info, damage);
            }
        }
    }

    private StressException bogus(final DatagramInfo info, final String details) {
        return new StressException("header from " + info.source() + " to id " + ownPort + " bogus", details);
    }

    @Override
    public void close() {
        socket.close();
    }
}
