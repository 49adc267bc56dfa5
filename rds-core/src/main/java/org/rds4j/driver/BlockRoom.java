package org.rds4j.driver;

import java.io.IOException;

/**
 * Whether the host has memory for the blocks of one more socket. They are not there before they are used; when the host then has
 * no memory for one, it ends a process, this perhaps. So room for all blocks of all sockets must be there from the start, but for
 * those in use, whose memory is not available now.
 */
final class BlockRoom {
    private final AvailableMemory available;
    private final long socketLength;

    /** What sockets' blocks may still take of the host's memory, to be asked of every one of them. */
    @FunctionalInterface
    interface UnusedLength {
        long octets() throws IOException;
    }

    BlockRoom(final AvailableMemory available, final long socketLength) {
        this.available = available;
        this.socketLength = socketLength;
    }

    /**
     * Requires room for one more socket; looks at those there are only where it would not do if none of their blocks were in use.
     *
     * @throws IOException when there is none, or the host does not say.
     */
    void require(final int sockets, final UnusedLength unused) throws IOException {
        final long octets = available.octets();
        if (octets < (sockets + 1) * socketLength && octets < socketLength + unused.octets()) {
            throw new IOException("no memory for " + sockets + " sockets and one more");
        }
    }
}
