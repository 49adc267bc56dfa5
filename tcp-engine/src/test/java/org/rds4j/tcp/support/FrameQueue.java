package org.rds4j.tcp.support;

import java.util.ArrayDeque;
import org.rds4j.tcp.link.FrameSink;

/** A sink that keeps frames until they are taken, with as many free frames as it is given. */
public final class FrameQueue implements FrameSink {
    private final ArrayDeque<Octets> free = new ArrayDeque<>();
    private final ArrayDeque<Octets> queued = new ArrayDeque<>();
    private final ArrayDeque<Integer> lengths = new ArrayDeque<>();
    private final int frames;
    private Octets open;
    private int openLength;
    private int lastFlags;

    public FrameQueue(final int frames, final int frameLength) {
        this.frames = frames;
        for (int i = 0; i < frames; i++) {
            free.add(new Octets(frameLength));
        }
    }

    @Override
    public long claim(final int length) {
        if (open != null) {
            throw new IllegalStateException("a claim is open");
        }
        if (free.isEmpty()) {
            return 0;
        }
        open = free.poll();
        openLength = length;
        if (length > open.length()) {
            throw new IllegalStateException("claim of " + length + " octets");
        }
        return open.address();
    }

    @Override
    public void commit(final int length, final int flags) {
        if (open == null || length > openLength) {
            throw new IllegalStateException("commit of " + length + " after claim of " + openLength);
        }
        queued.add(open);
        lengths.add(length);
        lastFlags = flags;
        open = null;
    }

    @Override
    public void abort() {
        free.add(open);
        open = null;
    }

    public boolean isEmpty() {
        return queued.isEmpty();
    }

    public int size() {
        return queued.size();
    }

    public int lastFlags() {
        return lastFlags;
    }

    /** Address of the oldest frame. */
    public long headAddress() {
        return queued.peek().address();
    }

    public int headLength() {
        return lengths.peek();
    }

    public void removeHead() {
        free.add(queued.poll());
        lengths.poll();
    }

    public boolean allFree() {
        return free.size() == frames;
    }
}
