package org.rds4j.tcp.link;

/** A sink that also takes super-segments and has them cut, by the device or in software. */
public interface SegmentSink extends FrameSink {
    /**
     * How many segments one train may have now. To be asked before {@link #claim}.
     *
     * @param segmentSize octets of payload in each.
     * @param wanted      segments that are ready.
     * @return 1 to wanted; 1 when trains are switched off or room is left for no more, 0 without any room.
     */
    int trainRoom(int segmentSize, int wanted);

    /**
     * Queues the open frame, which holds the headers of the whole, as a train. The payload is read from its source now.
     *
     * @param train of at most as many segments as {@link #trainRoom} said; borrowed.
     */
    void commitTrain(SegmentTrain train);
}
