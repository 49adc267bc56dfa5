package org.rds4j.crypto.model;

/** Where the model's packets go. */
public interface PacketSink {
    /**
     * How many packets may come now.
     *
     * @return 0 when the model has to wait.
     */
    int room();

    /**
     * Takes a frame, from the destination address on, without FCS.
     *
     * @param address of the frame; borrowed for the call.
     * @param length  octets.
     */
    void onPacket(long address, int length);
}
