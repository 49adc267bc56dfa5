package org.rds4j.perf.stress;

import java.util.Arrays;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.perf.host.ControlStream;
import org.rds4j.perf.host.RdsHost;

/**
 * The control connection: the active side tells its options, both say go with an octet, and whoever closes ends the run.
 */
final class StressControl implements AutoCloseable {
    private static final byte[] GO = {0};

    private final ControlStream stream;
    private final long patienceNs;

    private StressControl(final ControlStream stream, final long patienceNs) {
        this.stream = stream;
        this.patienceNs = patienceNs;
    }

    /** Connects, again once a second while nobody listens, as often as the options say. */
    static StressControl connect(
        final RdsHost host, final StressOptions options, final StressTiming timing, final StressOutput out)
        throws InterruptedException {
        final RdsAddress peer = StressOptions.host(options.sendAddress(), options.port());
        out.part("connecting to " + peer);
        for (int retries = 0; ; retries++) {
            try {
                final ControlStream stream = host.connect(peer, timing.patienceNs());
                out.line("");
                return new StressControl(stream, timing.patienceNs());
            } catch (final RdsException e) {
                if (e.errno() != Errno.ECONNREFUSED || retries >= options.connectRetries()) {
                    out.line("");
                    throw new StressException("connect(" + peer + ") failed: " + e.getMessage());
                }
                out.part(retries == 0 ? ": " + e.getMessage() + " - retrying." : ".");
                Thread.sleep(timing.tickMs());
            }
        }
    }

    /** Takes one connection and no more. */
    static StressControl accept(
        final RdsHost host, final int port, final StressTiming timing, final StressOutput out) {
        final ControlStream stream = host.accept(
            port, () -> out.line("waiting for incoming connection on " + host.address().withPort(port)));
        out.line("accepted connection from " + stream.remoteAddress() + " on " + stream.localAddress());
        return new StressControl(stream, timing.patienceNs());
    }

    void sendOptions(final StressOptions options) {
        stream.write(StressOptionsCodec.encode(options), patienceNs);
    }

    StressOptions receiveOptions() {
        final byte[] first = stream.read(StressOptionsCodec.VERSION_LENGTH, patienceNs);
        final int length = StressOptionsCodec.LENGTH + (StressOptionsCodec.isVersion(first)
            ? StressOptionsCodec.VERSION_LENGTH + StressOptionsCodec.TAIL_LENGTH : 0);
        final byte[] all = Arrays.copyOf(first, length);
        final byte[] rest = stream.read(length - first.length, patienceNs);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return StressOptionsCodec.decode(all);
    }

    void sendGo() {
        stream.write(GO, patienceNs);
    }

    void awaitGo() {
        stream.read(GO.length, patienceNs);
    }

    boolean isEnded() {
        return stream.isEnded();
    }

    @Override
    public void close() {
        stream.close();
    }
}
