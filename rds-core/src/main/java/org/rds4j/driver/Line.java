package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * One end of a connection between a client and its driver: a Unix socket that keeps the boundaries of messages (unix(7)).
 * Messages go from the driver to the client only, with descriptors of memory; and the kernel says by it that the other end is
 * gone, however its process ended. Nothing here waits. Thread safe.
 */
final class Line implements AutoCloseable {
    static final int AF_UNIX = 1;
    static final int SOCK_SEQPACKET = 5;
    /** SOCK_CLOEXEC and SOCK_NONBLOCK. */
    static final int PRIVATE_AND_PROMPT = 0x80000 | 0x800;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_PEERCRED = 17;
    private static final int CREDENTIALS_LENGTH = 12;
    private static final int SCM_RIGHTS = 1;
    private static final int POLLIN = 1;
    private static final int POLLHUP = 16;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int ADDRESS_LENGTH = 110;
    private static final int MAX_PATH_LENGTH = 107;
    private static final int CLOSED = -1;

    private final Frame frame = new Frame();
    private int socket;

    Line(final int socket) {
        this.socket = socket;
    }

    /** A message. */
    static final class Message {
        private final long number;
        private final int errno;
        private final int[] descriptors;

        /**
         * A message.
         *
         * @param number      of what it is about.
         * @param errno       0 when there are descriptors.
         * @param descriptors of memory; the receiver's to close.
         */
        Message(final long number, final int errno, final int... descriptors) {
            this.number = number;
            this.errno = errno;
            this.descriptors = descriptors;
        }

        long number() {
            return number;
        }

        int errno() {
            return errno;
        }

        int[] descriptors() {
            return descriptors;
        }

        /** Closes descriptors that nobody wants. */
        void discard() {
            for (final int descriptor : descriptors) {
                UnixCall.closeDescriptor(descriptor);
            }
        }
    }

    /**
     * Connects to whoever listens at a path.
     *
     * @return the client's end.
     * @throws UnixException EAGAIN when too many are waiting to be let in, ENOENT or ECONNREFUSED when nobody listens.
     */
    static Line connect(final Path path) throws IOException {
        final int socket = (int) UnixCall.SOCKET.call(AF_UNIX, SOCK_SEQPACKET | PRIVATE_AND_PROMPT, 0);
        try (Arena arena = Arena.ofConfined()) {
            UnixCall.CONNECT.call(socket, address(path, arena).address(), ADDRESS_LENGTH);
            return new Line(socket);
        } catch (final IOException e) {
            UnixCall.closeDescriptor(socket);
            throw e;
        }
    }

    /** A socket's address, {@link #ADDRESS_LENGTH} octets. */
    static MemorySegment address(final Path path, final Arena arena) throws IOException {
        final byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH_LENGTH) {
            throw new IOException(path + " is longer than the " + MAX_PATH_LENGTH + " octets that a socket's path may have");
        }
        final MemorySegment address = arena.allocate(ADDRESS_LENGTH, Long.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
        return address;
    }

    static int addressLength() {
        return ADDRESS_LENGTH;
    }

    /** Bounds what the other end can leave unread here, messages and the descriptors in them, to the least that there is. */
    void limitUnread() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment least = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            UnixCall.SETSOCKOPT.call(socket, SOL_SOCKET, SO_SNDBUF, least.address(), Integer.BYTES);
        }
    }

    /**
     * Which process connected, as the kernel knows it.
     *
     * @return its id, or 0 for those in containers whose processes have no ids here.
     */
    int process() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment credentials = arena.allocate(CREDENTIALS_LENGTH, Integer.BYTES);
            final MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, CREDENTIALS_LENGTH);
            UnixCall.GETSOCKOPT.call(requireOpen(), SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address());
            return credentials.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Sends a message.
     *
     * @throws IOException when the other end is gone, or does not read what it was sent.
     */
    synchronized void send(final Message message) throws IOException {
        UnixCall.SENDMSG.call(requireOpen(), frame.write(message), MSG_NOSIGNAL);
    }

    /**
     * Takes the next message.
     *
     * @return the message, or null when there is none yet.
     * @throws IOException when the other end is gone and nothing is left.
     */
    synchronized Message receive() throws IOException {
        try {
            final long length = UnixCall.RECVMSG.call(requireOpen(), frame.clear(), MSG_CMSG_CLOEXEC);
            final Message message = frame.read();
            if (length != Frame.TEXT_LENGTH) {
                message.discard();
                throw new IOException("the other end is gone");
            }
            return message;
        } catch (final UnixException e) {
            if (isNothingYet(e)) {
                return null;
            }
            throw e;
        }
    }

    /** Whether the other end is gone; what it sent before may still be taken. */
    synchronized boolean isEnded() {
        return (look() & POLLHUP) != 0;
    }

    /** Whether the other end is there and has sent nothing. */
    synchronized boolean isQuiet() {
        return look() == 0;
    }

    private int look() {
        if (socket == CLOSED) {
            return POLLHUP;
        }
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment asked = arena.allocate(Long.BYTES);
            asked.set(ValueLayout.JAVA_INT, 0, socket);
            asked.set(ValueLayout.JAVA_SHORT, Integer.BYTES, (short) POLLIN);
            UnixCall.POLL.call(asked.address(), 1, 0);
            return asked.get(ValueLayout.JAVA_SHORT, Integer.BYTES + Short.BYTES);
        } catch (final UnixException e) {
            return 0; // interrupted: looked at again
        }
    }

    private static boolean isNothingYet(final UnixException e) {
        return e.errno() == UnixException.EAGAIN || e.errno() == UnixException.EINTR;
    }

    private int requireOpen() throws IOException {
        if (socket == CLOSED) {
            throw new IOException("the connection is closed");
        }
        return socket;
    }

    @Override
    public synchronized void close() {
        if (socket != CLOSED) {
            final int open = socket;
            socket = CLOSED;
            UnixCall.closeDescriptor(open);
        }
    }

    /** A message as sendmsg(2) and recvmsg(2) have it on 64-bit Linux: header, where the text is, text, descriptors. */
    private static final class Frame {
        static final int TEXT_LENGTH = 16;
        private static final int VECTOR_POINTER_OFFSET = 16;
        private static final int VECTOR_COUNT_OFFSET = 24;
        private static final int CONTROL_POINTER_OFFSET = 32;
        private static final int CONTROL_LENGTH_OFFSET = 40;
        private static final int VECTOR_OFFSET = 56;
        private static final int TEXT_OFFSET = 72;
        private static final int CONTROL_OFFSET = 88;
        private static final int CONTROL_HEADER_LENGTH = 16;
        private static final int MAX_DESCRIPTORS = 4;
        private static final int CONTROL_LENGTH = CONTROL_HEADER_LENGTH + MAX_DESCRIPTORS * Integer.BYTES;

        private final MemorySegment memory = Arena.ofAuto().allocate(CONTROL_OFFSET + CONTROL_LENGTH, Long.BYTES);

        private void layOut(final int controlLength) {
            memory.fill((byte) 0);
            memory.set(ValueLayout.JAVA_LONG, VECTOR_POINTER_OFFSET, memory.address() + VECTOR_OFFSET);
            memory.set(ValueLayout.JAVA_LONG, VECTOR_COUNT_OFFSET, 1);
            memory.set(ValueLayout.JAVA_LONG, CONTROL_POINTER_OFFSET, controlLength == 0 ? 0 : memory.address() + CONTROL_OFFSET);
            memory.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH_OFFSET, controlLength);
            memory.set(ValueLayout.JAVA_LONG, VECTOR_OFFSET, memory.address() + TEXT_OFFSET);
            memory.set(ValueLayout.JAVA_LONG, VECTOR_OFFSET + Long.BYTES, TEXT_LENGTH);
        }

        /** To receive into. */
        long clear() {
            layOut(CONTROL_LENGTH);
            return memory.address();
        }

        long write(final Message message) {
            final int count = message.descriptors().length;
            layOut(count == 0 ? 0 : CONTROL_HEADER_LENGTH + (count * Integer.BYTES + 7 & -8));
            memory.set(ValueLayout.JAVA_LONG, TEXT_OFFSET, message.number());
            memory.set(ValueLayout.JAVA_LONG, TEXT_OFFSET + 8, message.errno());
            if (count > 0) {
                memory.set(ValueLayout.JAVA_LONG, CONTROL_OFFSET, CONTROL_HEADER_LENGTH + count * Integer.BYTES);
                memory.set(ValueLayout.JAVA_INT, CONTROL_OFFSET + 8, SOL_SOCKET);
                memory.set(ValueLayout.JAVA_INT, CONTROL_OFFSET + 12, SCM_RIGHTS);
                MemorySegment.copy(message.descriptors(), 0, memory, ValueLayout.JAVA_INT,
                    CONTROL_OFFSET + CONTROL_HEADER_LENGTH, count);
            }
            return memory.address();
        }

        Message read() {
            final long controlLength = memory.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH_OFFSET);
            final int count = controlLength < CONTROL_HEADER_LENGTH ? 0
                : (int) (memory.get(ValueLayout.JAVA_LONG, CONTROL_OFFSET) - CONTROL_HEADER_LENGTH) / Integer.BYTES;
            final int[] descriptors = new int[Math.max(0, count)];
            MemorySegment.copy(memory, ValueLayout.JAVA_INT, CONTROL_OFFSET + CONTROL_HEADER_LENGTH, descriptors, 0,
                descriptors.length);
            return new Message(memory.get(ValueLayout.JAVA_LONG, TEXT_OFFSET),
                (int) memory.get(ValueLayout.JAVA_LONG, TEXT_OFFSET + 8), descriptors);
        }
    }
}
