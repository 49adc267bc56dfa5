package org.rds4j.perf.host;

import java.util.List;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.node.PlainStreamListener;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.info.KernelCounters;
import org.rds4j.status.NodeStatus;

/** A node in this process, which ends with it. */
public final class OwnNode implements RdsHost {
    private final RdsContext context;
    private final Function<RdsContext, RdsNode> launcher;
    private RdsNode node;

    /**
     * A node that is not started yet.
     *
     * @param context  concluded.
     * @param launcher starts a node of the context; it is closed with this.
     */
    public OwnNode(final RdsContext context, final Function<RdsContext, RdsNode> launcher) {
        this.context = context;
        this.launcher = launcher;
    }

    @Override
    public void start() {
        node = launcher.apply(context);
    }

    @Override
    public RdsAddress address() {
        return context.localAddress();
    }

    @Override
    public int maxMessageLength() {
        return context.maxMessageLength();
    }

    @Override
    public RdsSocket socket() {
        return node.socket();
    }

    @Override
    public ControlStream connect(final RdsAddress destination, final long timeoutNs) {
        return new NodeStream(node.connectStream(destination, timeoutNs));
    }

    @Override
    public ControlStream accept(final int port, final Runnable whenListening) {
        try (PlainStreamListener listener = node.listenStream(port)) {
            whenListening.run();
            return new NodeStream(listener.accept(Long.MAX_VALUE));
        }
    }

    @Override
    public List<NodeStatus.Counter> counters() {
        return KernelCounters.of(node);
    }

    @Override
    public void close() {
        CloseHelper.close(node);
    }
}
