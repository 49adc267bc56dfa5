package org.rds4j;

/** Flags of {@link RdsSocket#send(RdsAddress, DirectBufferVector[], int)} and {@code receive}, with Linux's numbers. */
public final class MessageFlags {
    /** Receive: answers at once with nothing at all (MSG_OOB; RDS has no such data). */
    public static final int OOB = 0x1;
    /** Receive: leaves the datagram where it is, to be received again (MSG_PEEK). */
    public static final int PEEK = 0x2;
    /** Receive: the result is the datagram's length even when less was copied (MSG_TRUNC). */
    public static final int TRUNC = 0x20;
    /** Send and receive: does not wait (MSG_DONTWAIT). */
    public static final int DONTWAIT = 0x40;
    /** Receive: looks for errors of sent datagrams, of which there are none: EAGAIN (MSG_ERRQUEUE). */
    public static final int ERRQUEUE = 0x2000;
    /** Send: the payload is not copied (MSG_ZEROCOPY); it must lie in {@link LentMemory}, which has a send of its own. */
    public static final int ZEROCOPY = 0x4000000;

    private MessageFlags() {
    }
}
