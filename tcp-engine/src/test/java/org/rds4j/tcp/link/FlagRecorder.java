package org.rds4j.tcp.link;

/** A port that passes everything on and remembers the first frame of the last burst that was to be sent. */
final class FlagRecorder extends ForwardingPort {
    int flags;
    int length;

    FlagRecorder(final LinkPort port) {
        super(port);
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        flags = frames.flags(0);
        length = frames.length(0);
        return super.transmitBurst(frames);
    }
}
