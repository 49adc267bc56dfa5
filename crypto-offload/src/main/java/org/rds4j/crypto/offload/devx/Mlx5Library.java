package org.rds4j.crypto.offload.devx;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.LangUtil;

/** libibverbs and libmlx5, bound by name. Pointers are plain {@code long}s; nothing here is for the packet path. */
@SuppressWarnings("restricted") // binding native functions is what this class is for
final class Mlx5Library {
    private static final String VERBS = "libibverbs.so.1";
    private static final String MLX5 = "libmlx5.so.1";
    private static final MemoryLayout POINTER = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;

    private final MethodHandle getDeviceList;
    private final MethodHandle freeDeviceList;
    private final MethodHandle getDeviceName;
    private final MethodHandle isSupported;
    private final MethodHandle openDevice;
    private final MethodHandle closeDevice;
    private final MethodHandle allocPd;
    private final MethodHandle deallocPd;
    private final MethodHandle registerMemory;
    private final MethodHandle deregisterMemory;
    private final MethodHandle createCq;
    private final MethodHandle destroyCq;
    private final MethodHandle createQp;
    private final MethodHandle modifyQp;
    private final MethodHandle destroyQp;
    private final MethodHandle initObject;
    private final MethodHandle generalCommand;
    private final MethodHandle createObject;
    private final MethodHandle modifyObject;
    private final MethodHandle queryObject;
    private final MethodHandle destroyObject;

    private Mlx5Library(final SymbolLookup verbs, final SymbolLookup mlx5) {
        getDeviceList = bind(verbs, "ibv_get_device_list", POINTER, POINTER);
        freeDeviceList = bind(verbs, "ibv_free_device_list", null, POINTER);
        getDeviceName = bind(verbs, "ibv_get_device_name", POINTER, POINTER);
        closeDevice = bind(verbs, "ibv_close_device", INT, POINTER);
        allocPd = bind(verbs, "ibv_alloc_pd", POINTER, POINTER);
        deallocPd = bind(verbs, "ibv_dealloc_pd", INT, POINTER);
        registerMemory = bind(verbs, "ibv_reg_mr", POINTER, POINTER, POINTER, POINTER, INT);
        deregisterMemory = bind(verbs, "ibv_dereg_mr", INT, POINTER);
        createCq = bind(verbs, "ibv_create_cq", POINTER, POINTER, INT, POINTER, POINTER, INT);
        destroyCq = bind(verbs, "ibv_destroy_cq", INT, POINTER);
        createQp = bind(verbs, "ibv_create_qp", POINTER, POINTER, POINTER);
        modifyQp = bind(verbs, "ibv_modify_qp", INT, POINTER, POINTER, INT);
        destroyQp = bind(verbs, "ibv_destroy_qp", INT, POINTER);
        isSupported = bind(mlx5, "mlx5dv_is_supported", ValueLayout.JAVA_BOOLEAN, POINTER);
        openDevice = bind(mlx5, "mlx5dv_open_device", POINTER, POINTER, POINTER);
        initObject = bind(mlx5, "mlx5dv_init_obj", INT, POINTER, POINTER);
        generalCommand = bind(mlx5, "mlx5dv_devx_general_cmd", INT, POINTER, POINTER, POINTER, POINTER, POINTER);
        createObject = bind(mlx5, "mlx5dv_devx_obj_create", POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
        modifyObject = bind(mlx5, "mlx5dv_devx_obj_modify", INT, POINTER, POINTER, POINTER, POINTER, POINTER);
        queryObject = bind(mlx5, "mlx5dv_devx_obj_query", INT, POINTER, POINTER, POINTER, POINTER, POINTER);
        destroyObject = bind(mlx5, "mlx5dv_devx_obj_destroy", INT, POINTER);
    }

    /**
     * Loads both libraries for the rest of the process.
     *
     * @throws IllegalArgumentException       when a library is not there.
     * @throws java.util.NoSuchElementException when one is too old.
     */
    static Mlx5Library load() {
        return new Mlx5Library(
            SymbolLookup.libraryLookup(VERBS, Arena.global()), SymbolLookup.libraryLookup(MLX5, Arena.global()));
    }

    /** Pointer to an array of devices that ends with 0; 0 when there is no such kernel interface. */
    long deviceList() {
        return pointer(() -> (long) getDeviceList.invokeExact(0L));
    }

    void freeDeviceList(final long list) {
        number(() -> {
            freeDeviceList.invokeExact(list);
            return 0;
        });
    }

    long deviceName(final long device) {
        return pointer(() -> (long) getDeviceName.invokeExact(device));
    }

    boolean isSupported(final long device) {
        return number(() -> (boolean) isSupported.invokeExact(device) ? 1 : 0) == 1;
    }

    long open(final long device, final long attributes) {
        return pointer(() -> (long) openDevice.invokeExact(device, attributes));
    }

    int close(final long context) {
        return number(() -> (int) closeDevice.invokeExact(context));
    }

    long allocatePd(final long context) {
        return pointer(() -> (long) allocPd.invokeExact(context));
    }

    int freePd(final long pd) {
        return number(() -> (int) deallocPd.invokeExact(pd));
    }

    long register(final long pd, final long address, final long length) {
        return pointer(() -> (long) registerMemory.invokeExact(pd, address, length, 0));
    }

    int deregister(final long region) {
        return number(() -> (int) deregisterMemory.invokeExact(region));
    }

    long createCq(final long context, final int entries) {
        return pointer(() -> (long) createCq.invokeExact(context, entries, 0L, 0L, 0));
    }

    int destroyCq(final long cq) {
        return number(() -> (int) destroyCq.invokeExact(cq));
    }

    long createQp(final long pd, final long attributes) {
        return pointer(() -> (long) createQp.invokeExact(pd, attributes));
    }

    int modifyQp(final long qp, final long attributes, final int mask) {
        return number(() -> (int) modifyQp.invokeExact(qp, attributes, mask));
    }

    int destroyQp(final long qp) {
        return number(() -> (int) destroyQp.invokeExact(qp));
    }

    int initObject(final long object, final long types) {
        return number(() -> (int) initObject.invokeExact(object, types));
    }

    int command(final long context, final long in, final long inLength, final long out, final long outLength) {
        return number(() -> (int) generalCommand.invokeExact(context, in, inLength, out, outLength));
    }

    long createObject(final long context, final long in, final long inLength, final long out, final long outLength) {
        return pointer(() -> (long) createObject.invokeExact(context, in, inLength, out, outLength));
    }

    int modifyObject(final long object, final long in, final long inLength, final long out, final long outLength) {
        return number(() -> (int) modifyObject.invokeExact(object, in, inLength, out, outLength));
    }

    int queryObject(final long object, final long in, final long inLength, final long out, final long outLength) {
        return number(() -> (int) queryObject.invokeExact(object, in, inLength, out, outLength));
    }

    int destroyObject(final long object) {
        return number(() -> (int) destroyObject.invokeExact(object));
    }

    private static MethodHandle bind(
        final SymbolLookup library, final String name, final MemoryLayout result, final MemoryLayout... arguments) {
        final FunctionDescriptor descriptor =
            result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    private static long pointer(final PointerCall call) {
        try {
            return call.run();
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return 0;
        }
    }

    private static int number(final NumberCall call) {
        try {
            return call.run();
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return -1;
        }
    }

    /** A call that returns a pointer. */
    private interface PointerCall {
        long run() throws Throwable;
    }

    /** A call that returns an {@code int}. */
    private interface NumberCall {
        int run() throws Throwable;
    }
}
