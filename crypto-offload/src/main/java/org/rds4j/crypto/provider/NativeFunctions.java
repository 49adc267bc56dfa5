package org.rds4j.crypto.provider;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.agrona.LangUtil;

/**
 * One native library bound through the foreign function interface. Every pointer is a plain {@code long}, so that a call
 * allocates nothing; calls on the record path are critical, which spares the change of thread state. They are short: the
 * longest, 16 KiB of AES-GCM, takes a few microseconds.
 */
@SuppressWarnings("restricted") // binding native functions is what this class is for
final class NativeFunctions {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option NO_HEAP_ACCESS = Linker.Option.critical(false);

    private final SymbolLookup library;

    private NativeFunctions(final SymbolLookup library) {
        this.library = library;
    }

    /** Loads a library by the name the dynamic linker knows it by, for the rest of the process. */
    static NativeFunctions load(final String name) {
        return new NativeFunctions(SymbolLookup.libraryLookup(name, Arena.global()));
    }

    /** The address of a function, null when the library has none of that name. */
    MemorySegment find(final String function) {
        return library.find(function).orElse(null);
    }

    /** A function without arguments that returns 64 bits, called at once. */
    long call(final String function) {
        final MethodHandle handle =
            LINKER.downcallHandle(library.findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_LONG));
        try {
            return (long) handle.invokeExact();
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return 0;
        }
    }

    /** Any function of a shape, its address the first argument of each call. For the record path. */
    static MethodHandle shape(final FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(descriptor, NO_HEAP_ACCESS);
    }

    /** Any function of 64-bit arguments that returns nothing, its address the first argument of each call. */
    static MethodHandle shape(final int arguments) {
        final MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        return shape(FunctionDescriptor.ofVoid(layouts));
    }

    /** Text of a C string that lives as long as the library. */
    static String string(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** The address of a C string that lives as long as the process. */
    static long address(final String text) {
        return Arena.global().allocateFrom(text).address();
    }
}
