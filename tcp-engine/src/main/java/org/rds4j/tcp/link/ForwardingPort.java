package org.rds4j.tcp.link;

/**
 * A port that passes everything on to another: the start of those that look at frames, change them or keep the device open.
 * Threads and ownership are those of the port behind.
 */
public abstract class ForwardingPort implements LinkPort {
    private final LinkPort port;

    /**
     * In front of a port.
     *
     * @param port that does the work.
     */
    protected ForwardingPort(final LinkPort port) {
        this.port = port;
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
    public int transmitBurst(final FrameBurst frames) {
        return port.transmitBurst(frames);
    }

    @Override
    public int transmitRoom() {
        return port.transmitRoom();
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
