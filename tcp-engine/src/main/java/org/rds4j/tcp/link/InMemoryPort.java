package org.rds4j.tcp.link;

/**
 * One end of an {@link InMemoryLinkPair}. The handle of a frame is its number. Free frames of this side rest on a stack that
 * only this side touches; the far side sends those it releases through a ring.
 */
final class InMemoryPort implements LinkPort {
    private static final long FIRST_MAC = 0x0200_0000_0001L;
    private static final int MIN_FRAME_LENGTH = 14;

    private final InMemoryLinkPair pair;
    private final int firstFrame;
    private final long macAddress;
    private final FrameIndexRing incoming;
    private final FrameIndexRing outgoing;
    private final FrameIndexRing comingHome;
    private final FrameIndexRing goingHome;
    private final LinkCapabilities capabilities;
    private final int[] free;
    private int freeCount;
    private volatile boolean isOpen = true;
    private long receivedFrames;
    private long receivedBytes;
    private long transmittedFrames;
    private long transmittedBytes;
    private long transmitErrors;
    private long noFrames;

    InMemoryPort(
        final InMemoryLinkPair pair,
        final int firstFrame,
        final FrameIndexRing incoming,
        final FrameIndexRing outgoing,
        final FrameIndexRing comingHome,
        final FrameIndexRing goingHome) {
        this.pair = pair;
        this.firstFrame = firstFrame;
        this.macAddress = firstFrame == 0 ? FIRST_MAC : FIRST_MAC + 1;
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.comingHome = comingHome;
        this.goingHome = goingHome;
        this.capabilities = pair.capabilities();
        this.free = new int[pair.framesPerSide()];
        for (int i = free.length - 1; i >= 0; i--) {
            free[freeCount++] = firstFrame + i;
        }
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long macAddress() {
        return macAddress;
    }

    @Override
    public boolean isUp() {
        return isOpen;
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        frames.clear();
        final int count = Math.min(incoming.count(), frames.capacity());
        for (int i = 0; i < count; i++) {
            final int frame = incoming.take();
            final int length = pair.length(frame);
            frames.add(frame, pair.address(frame), length, 0, pair.frameCapacity());
            receivedBytes += length;
        }
        receivedFrames += count;
        return count;
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        final int count = isOpen ? Math.min(outgoing.room(), frames.count()) : 0;
        for (int i = 0; i < count; i++) {
            transmit((int) frames.handle(i), frames.length(i));
        }
        frames.discardFirst(count);
        return count;
    }

    private void transmit(final int frame, final int length) {
        if (length < MIN_FRAME_LENGTH || length > pair.maxFrameLength()) {
            transmitErrors++;
            free(frame);
            return;
        }
        pair.length(frame, length);
        outgoing.add(frame);
        transmittedFrames++;
        transmittedBytes += length;
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        if (freeCount < count) {
            takeHome();
        }
        final int available = Math.min(freeCount, count);
        for (int i = 0; i < available; i++) {
            final int frame = free[--freeCount];
            frames.add(frame, pair.address(frame), 0, 0, pair.frameCapacity());
        }
        if (available < count) {
            noFrames++;
        }
        return available;
    }

    @Override
    public void release(final FrameBurst frames) {
        for (int i = 0; i < frames.count(); i++) {
            free((int) frames.handle(i));
        }
        frames.clear();
    }

    private void free(final int frame) {
        final boolean isOurs = frame >= firstFrame && frame < firstFrame + free.length;
        if (isOurs) {
            free[freeCount++] = frame;
        } else {
            goingHome.add(frame);
        }
    }

    private void takeHome() {
        for (int count = comingHome.count(); count > 0; count--) {
            free[freeCount++] = comingHome.take();
        }
    }

    int framesAtHome() {
        takeHome();
        return freeCount;
    }

    @Override
    public void statistics(final LinkStatistics statistics) {
        statistics.receivedFrames = receivedFrames;
        statistics.receivedBytes = receivedBytes;
        statistics.transmittedFrames = transmittedFrames;
        statistics.transmittedBytes = transmittedBytes;
        statistics.missed = 0;
        statistics.receiveErrors = 0;
        statistics.transmitErrors = transmitErrors;
        statistics.noFrames = noFrames;
    }

    /** {@inheritDoc} What was accepted before still arrives at the far end. */
    @Override
    public void close() {
        isOpen = false;
    }
}
