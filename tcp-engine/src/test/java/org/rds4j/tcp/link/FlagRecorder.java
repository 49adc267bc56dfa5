package org.rds4j.tcp.link;

/** A port that passes everything on and remembers the first frame of the last burst that was to be sent. */
final class FlagRecorder implements LinkPort {
    int flags;
    int length;
    private final LinkPort port;

    FlagRecorder(final LinkPort port) {
        this.port = port;
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        flags = frames.flags(0);
        length = frames.length(0);
        return port.transmitBurst(frames);
    }

    @Override
    public LinkCapabilities capabilities() {
        return port.capabilities();
    }

    @Override
    public long macAddress() {
        return port.macAddress();
    }

    @Override
    public boolean isUp() {
        return port.isUp();
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        return port.receiveBurst(frames);
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        return port.allocate(frames, count);
    }

    @Override
    public void release(final FrameBurst frames) {
        port.release(frames);
    }

    @Override
    public void statistics(final LinkStatistics statistics) {
        port.statistics(statistics);
    }

    @Override
    public void close() {
        port.close();
    }
}
