package org.rds4j.tcp.script;

/** One connection as a script writes it: sequence numbers from 0 at each side's SYN, timestamps of the engine from its first. */
final class Flow {
    int localPort;
    int peerPort;
    int peerIss;
    int localIss;
    boolean isLocalIssKnown;
    int timestampBase;
    boolean isTimestampBaseKnown;

    Flow(final int peerIss) {
        this.peerIss = peerIss;
    }

    boolean hasPorts() {
        return localPort != 0;
    }

    /** Takes from a segment of the engine's what only it can tell. */
    void learn(final TcpPacket sent) {
        if (!hasPorts()) {
            localPort = sent.sourcePort;
            peerPort = sent.destinationPort;
        }
        if ((sent.flags & TcpPacket.SYN) != 0 && !isLocalIssKnown) {
            localIss = sent.sequence;
            isLocalIssKnown = true;
        }
        for (final TcpPacket.Option option : sent.options) {
            if (option.kind() == SegmentText.TIMESTAMPS && option.content().length == 8 && !isTimestampBaseKnown) {
                timestampBase = java.nio.ByteBuffer.wrap(option.content()).getInt();
                isTimestampBaseKnown = true;
            }
        }
    }
}
