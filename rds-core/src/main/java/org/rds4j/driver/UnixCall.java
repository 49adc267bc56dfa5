package org.rds4j.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.agrona.LangUtil;

/**
 * A function of the C library that the class library of Java has no name for. Every argument is a {@code long}, as which the
 * calling conventions of 64-bit Linux pass numbers and addresses alike. For what is done seldom: a call allocates.
 */
@SuppressWarnings("restricted") // binding native functions is what this class is for
enum UnixCall {
    MEMFD_CREATE("memfd_create", 2, true),
    FTRUNCATE("ftruncate", 2, true),
    FALLOCATE("fallocate", 4, true),
    FCNTL("fcntl", 3, true, Linker.Option.firstVariadicArg(2)),
    LSEEK("lseek", 3, false),
    STATX("statx", 5, true),
    MMAP("mmap", 6, false),
    MUNMAP("munmap", 2, true),
    CLOSE("close", 1, true),
    SOCKET("socket", 3, true),
    SETSOCKOPT("setsockopt", 5, true),
    GETSOCKOPT("getsockopt", 5, true),
    BIND("bind", 3, true),
    LISTEN("listen", 2, true),
    ACCEPT4("accept4", 4, true),
    CONNECT("connect", 3, true),
    POLL("poll", 3, true),
    SENDMSG("sendmsg", 3, false),
    RECVMSG("recvmsg", 3, false);

    private final String function;
    private final boolean isNarrow;
    private final MethodHandle handle;

    /** Takes the number of arguments and whether the result is an int, where the upper half of the register means nothing. */
    UnixCall(final String function, final int arguments, final boolean isNarrow, final Linker.Option... options) {
        this.function = function;
        this.isNarrow = isNarrow;
        final MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        final Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        final Linker linker = Linker.nativeLinker();
        this.handle = linker.downcallHandle(linker.defaultLookup().findOrThrow(function),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts), all).asSpreader(long[].class, arguments);
    }

    /**
     * Calls the function.
     *
     * @return its result, not -1.
     * @throws UnixException with the error when it answers -1.
     */
    long call(final long... arguments) throws UnixException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            final long result = invoke(state, arguments);
            if (result == -1) {
                throw new UnixException(function, state.get(ValueLayout.JAVA_INT, 0));
            }
            return result;
        }
    }

    private long invoke(final MemorySegment state, final long[] arguments) {
        try {
            final long result = (long) handle.invokeExact(state, arguments);
            return isNarrow ? (int) result : result;
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return 0;
        }
    }

    /** Closes what was opened here; the number is free for others whatever the answer. */
    static void closeDescriptor(final int descriptor) {
        try {
            CLOSE.call(descriptor);
        } catch (final UnixException e) {
            throw new DriverException(e.getMessage());
        }
    }
}
