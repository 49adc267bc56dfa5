package org.rds4j.perf.offload;

import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/**
 * A port whose NIC also encrypts and decrypts, as the {@link ConnectXModel} does: what the model sends leaves by the same port,
 * what comes passes it, and the model works whenever the port's thread looks for frames. The cipher is software's, so this shows
 * what happens, not how fast hardware is.
 */
public final class ModelPort extends ForwardingPort {
    private final LinkPortSink sink;
    private final ConnectXModel model;

    /**
     * A NIC.
     *
     * @param port closed with this one.
     * @param mode how the model takes what a driver must not do.
     */
    public ModelPort(final LinkPort port, final ModelMode mode) {
        super(port);
        sink = new LinkPortSink(port);
        model = new ConnectXModel(mode, port.capabilities().mtu(), sink);
    }

    /**
     * The part that encrypts.
     *
     * @return to be given to the node, which closes it.
     */
    public ConnectXModel model() {
        return model;
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        model.poll();
        sink.flush();
        model.forgetReceived();
        final int count = super.receiveBurst(frames);
        for (int i = 0; i < count; i++) {
            model.receive(frames.address(i), frames.length(i));
        }
        return count;
    }

    @Override
    public void close() {
        sink.close();
        super.close();
    }
}
