package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;

/** Sends every datagram back to the client. */
final class EchoApplication implements Application {
    private final RdsNode node;
    private final RdsAddress client;
    private final RdsSocket socket;
    private final RdsAddress address;
    private final UnsafeBuffer reply;
    private final DatagramHandler onRequest = this::onRequest;
    private boolean isReplyPending;

    EchoApplication(final RdsNode node, final RdsAddress client, final int size) {
        this.node = node;
        this.client = client;
        this.socket = node.socket();
        this.address = node.address().withPort(socket.bind(0));
        this.reply = new UnsafeBuffer(new byte[size]);
    }

    @Override
    public int doWork() {
        final int work = node.invoke();
        if (!isReplyPending && socket.poll(onRequest, 1) == 0) {
            return work;
        }
        isReplyPending = socket.offer(client, reply, 0, reply.capacity()) < 0;
        return work + 1 + node.invoke();
    }

    private void onRequest(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        reply.putBytes(0, buffer, offset, length);
    }

    @Override
    public RdsAddress address() {
        return address;
    }

    @Override
    public void close() {
        socket.close();
    }
}
