package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory that processes share, as memfd_create(2) makes it: a file without a name, which whoever is handed its descriptor can
 * map. Its length is sealed, so that no process can take pages away that another relies on; a fault would end that process.
 */
final class SharedMemory implements AutoCloseable {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_NOEXEC_SEAL = 8;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int F_SEAL_FUTURE_WRITE = 16;
    private static final int SEEK_END = 2;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int CLOSED = -1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BLOCKS = 0x400;
    private static final int STATX_LENGTH = 256;
    private static final int STX_BLOCKS_OFFSET = 48;
    private static final int BLOCK_LENGTH = 512;
    private static final long PIECE_LENGTH = 2 << 20;

    private final Arena arena;
    private final MemorySegment memory;
    private int descriptor;

    private SharedMemory(final Arena arena, final MemorySegment memory, final int descriptor) {
        this.arena = arena;
        this.memory = memory;
        this.descriptor = descriptor;
    }

    /**
     * Makes memory, all zero, that whoever gets the descriptor may write; {@link #close()} unmaps it.
     *
     * @param name        for people who look at the process's mappings.
     * @param length      octets.
     * @param denseLength octets at the beginning that have pages behind them from the start.
     */
    static SharedMemory create(final String name, final long length, final long denseLength) throws IOException {
        return create(name, length, denseLength, 0);
    }

    /** As {@link #create}, of memory all in use that others can only read. */
    static SharedMemory createToShow(final String name, final long length) throws IOException {
        return create(name, length, length, F_SEAL_FUTURE_WRITE);
    }

    private static SharedMemory create(
        final String name, final long length, final long denseLength, final int seal) throws IOException {
        final int descriptor = file(name);
        final Arena arena = Arena.ofShared();
        try {
            UnixCall.FTRUNCATE.call(descriptor, length);
            putPages(denseLength, (from, piece) -> UnixCall.FALLOCATE.call(descriptor, 0, from, piece));
            final MemorySegment memory = map(descriptor, length, PROT_READ | PROT_WRITE, arena);
            UnixCall.FCNTL.call(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | seal);
            memory.asSlice(0, denseLength).fill((byte) 0); // no page fault for a thread that has better things to do
            return new SharedMemory(arena, memory, descriptor);
        } catch (final IOException e) {
            arena.close();
            UnixCall.closeDescriptor(descriptor);
            throw e;
        }
    }

    /** A call that puts pages behind memory, or says that there is no memory for them. */
    @FunctionalInterface
    interface PagePutter {
        void put(long from, long length) throws UnixException;
    }

    /** Piece by piece: a signal ends such a call, and undoes what it did, so that a long one might never come to an end. */
    static void putPages(final long length, final PagePutter call) throws UnixException {
        long from = 0;
        while (from < length) {
            try {
                call.put(from, Math.min(PIECE_LENGTH, length - from));
                from += PIECE_LENGTH;
            } catch (final UnixException e) {
                if (e.errno() != UnixException.EINTR) {
                    throw e;
                }
            }
        }
    }

    /** Not executable, which Linux may insist on since 6.3 and does not know before (vm.memfd_noexec). */
    private static int file(final String name) throws IOException {
        final int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
        try (Arena arena = Arena.ofConfined()) {
            final long text = arena.allocateFrom(name).address();
            try {
                return (int) UnixCall.MEMFD_CREATE.call(text, flags | MFD_NOEXEC_SEAL);
            } catch (final UnixException e) {
                if (e.errno() != UnixException.EINVAL) {
                    throw e;
                }
                return (int) UnixCall.MEMFD_CREATE.call(text, flags);
            }
        }
    }

    /**
     * Maps memory of another process, for as long as anything of it is reachable: sockets of an application may be used by any
     * of its threads at any time.
     *
     * @param descriptor of the memory; closed by this.
     * @param length     octets that it has at least.
     */
    static MemorySegment attach(final int descriptor, final long length) throws IOException {
        return attach(descriptor, length, PROT_READ | PROT_WRITE);
    }

    /** As {@link #attach(int, long)}, of memory that is the other's alone to write. */
    static MemorySegment attachToRead(final int descriptor, final long length) throws IOException {
        return attach(descriptor, length, PROT_READ);
    }

    private static MemorySegment attach(final int descriptor, final long length, final int protection) throws IOException {
        try {
            if (UnixCall.LSEEK.call(descriptor, 0, SEEK_END) < length) {
                throw new IOException("the driver's memory is shorter than " + length + " octets");
            }
            return map(descriptor, length, protection, Arena.ofAuto());
        } finally {
            UnixCall.closeDescriptor(descriptor);
        }
    }

    @SuppressWarnings("restricted") // the length is what was mapped
    private static MemorySegment map(
        final int descriptor, final long length, final int protection, final Arena arena) throws IOException {
        final long address = UnixCall.MMAP.call(0, length, protection, MAP_SHARED, descriptor, 0);
        return MemorySegment.ofAddress(address).reinterpret(length, arena, mapped -> unmap(address, length));
    }

    private static void unmap(final long address, final long length) {
        try {
            UnixCall.MUNMAP.call(address, length);
        } catch (final UnixException e) {
            throw new DriverException(e.getMessage());
        }
    }

    MemorySegment memory() {
        return memory;
    }

    /** What others map it by, until {@link #closeDescriptor()}. */
    int descriptor() {
        return descriptor;
    }

    /**
     * Memory that is not there until someone writes to it.
     *
     * @return octets of holes, before {@link #closeDescriptor()}.
     */
    long unusedLength() throws IOException {
        try (Arena space = Arena.ofConfined()) {
            final MemorySegment nowhere = space.allocate(1);
            final MemorySegment answer = space.allocate(STATX_LENGTH, Long.BYTES);
            UnixCall.STATX.call(descriptor, nowhere.address(), AT_EMPTY_PATH, STATX_BLOCKS, answer.address());
            return Math.max(0, memory.byteSize() - answer.get(ValueLayout.JAVA_LONG, STX_BLOCKS_OFFSET) * BLOCK_LENGTH);
        }
    }

    /** Everybody who is to have the memory has it. */
    void closeDescriptor() {
        if (descriptor != CLOSED) {
            final int open = descriptor;
            descriptor = CLOSED;
            UnixCall.closeDescriptor(open);
        }
    }

    /** Unmaps; nobody in this process touches the memory again. */
    @Override
    public void close() {
        arena.close();
        closeDescriptor();
    }
}
