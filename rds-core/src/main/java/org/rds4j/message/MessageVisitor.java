package org.rds4j.message;

/** Looks at messages of a {@link SendLog}, for tools. */
@FunctionalInterface
public interface MessageVisitor {
    /**
     * One message.
     *
     * @param sequence        its number.
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param flags           of the header.
     * @param length          octets of payload.
     * @return false to see no more; the message will be shown again.
     */
    boolean onMessage(long sequence, int sourcePort, int destinationPort, int flags, int length);
}
