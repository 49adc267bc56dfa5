package org.rds4j.crypto.offload;

import org.rds4j.crypto.offload.queue.QueueMemory;

/**
 * All that is asked of a NIC: to execute firmware commands, to map send queues, and to reach memory. What a queue's memory
 * says the device reads by itself. Used by one thread at a time; none of it is for the packet path.
 */
public interface OffloadDevice extends AutoCloseable {
    /** In place of the number of a queue. */
    int NO_QUEUE = -1;

    /**
     * Where keys and contexts belong.
     *
     * @return 24 bits.
     */
    int protectionDomain();

    /**
     * Where contexts send.
     *
     * @return 24 bits.
     */
    int transportDomain();

    /**
     * Executes a firmware command, which takes microseconds to milliseconds.
     *
     * @param command       address of the command; borrowed. Keys in it are the caller's to wipe.
     * @param commandLength octets.
     * @param reply         address where the reply is written; borrowed.
     * @param replyLength   octets of room.
     */
    void execute(long command, int commandLength, long reply, int replyLength);

    /**
     * Makes a send queue with a completion queue of its own.
     *
     * @param blocks units of 64 octets, a power of two.
     * @return its memory, null when the device has none left.
     */
    QueueMemory openQueue(int blocks);

    /**
     * Gives a send queue back, whose elements have all completed or need not.
     *
     * @param queue of {@link #openQueue}; its memory is gone afterwards.
     */
    void closeQueue(QueueMemory queue);

    /**
     * Lets the device read memory.
     *
     * @param address of the first octet; the memory must stay while the device is open.
     * @param length  octets.
     * @return the memory key.
     * @throws IllegalStateException when the device refuses; the message says why.
     */
    int register(long address, long length);

    /**
     * Where packets go that a receiving context has seen.
     *
     * @return number of a receive queue, {@link #NO_QUEUE} when what the device does to packets cannot be learnt here.
     */
    int receiveQueue();

    /**
     * What became of the packet that holds an octet. The one method that the thread asks which receives, beside the one that uses
     * the device.
     *
     * @param address of the octet, in a packet received last.
     * @return {@link org.rds4j.crypto.offload.wqe.Completion#NOT_DECRYPTED} or another of those.
     */
    int decryption(long address);

    /**
     * Sends the packets of a connection to a receiving context; takes as long as a firmware command.
     *
     * @param flow source and destination address, source and destination port, as they stand in the packets that come.
     * @param tir  the context.
     * @return false when the device refuses.
     */
    boolean steer(byte[] flow, int tir);

    /**
     * Ends what {@link #steer} began.
     *
     * @param flow as given there.
     */
    void unsteer(byte[] flow);

    /** Gives everything back. Idempotent. */
    @Override
    void close();
}
