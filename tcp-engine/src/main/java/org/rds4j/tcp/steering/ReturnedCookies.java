package org.rds4j.tcp.steering;

/**
 * Flows of which a burst brought back a cookie. The engine makes connections of them when it gets the burst, which is too late
 * for the segments behind in the same burst. One thread.
 */
final class ReturnedCookies {
    private static final int WORDS = 5;

    private final long[] words;
    private int length;

    /** Room for the flows of one burst. */
    ReturnedCookies(final int flows) {
        words = new long[flows * WORDS];
    }

    void clear() {
        length = 0;
    }

    boolean isFull() {
        return length == words.length;
    }

    /** Takes in the flow of the frame at hand; there must be room. */
    void add(final FrameClassifier frame) {
        words[length] = frame.remoteHigh;
        words[length + 1] = frame.remoteLow;
        words[length + 2] = frame.localHigh;
        words[length + 3] = frame.localLow;
        words[length + 4] = ports(frame);
        length += WORDS;
    }

    boolean has(final FrameClassifier frame) {
        int i = 0;
        while (i < length && !isAt(i, frame)) {
            i += WORDS;
        }
        return i < length;
    }

    private boolean isAt(final int index, final FrameClassifier frame) {
        return words[index + 4] == ports(frame) && words[index] == frame.remoteHigh && words[index + 1] == frame.remoteLow
            && words[index + 2] == frame.localHigh && words[index + 3] == frame.localLow;
    }

    private static long ports(final FrameClassifier frame) {
        return (long) frame.remotePort << 16 | frame.localPort;
    }
}
