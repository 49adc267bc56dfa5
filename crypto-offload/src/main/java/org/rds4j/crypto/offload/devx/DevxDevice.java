package org.rds4j.crypto.offload.devx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.firmware.EncryptionKeyCommand;
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.firmware.FirmwareStatus;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ControlSegment;

/**
 * A ConnectX through libmlx5. Firmware commands go by DevX, which wants creations, changes and ends of objects told apart; the
 * send queue is that of a raw packet queue pair, as libxlio uses it, whose memory libmlx5 shows ({@code mlx5dv_init_obj}).
 * Needs CAP_NET_RAW and firmware with inline cryptography enabled. Never run on hardware by this project.
 */
public final class DevxDevice implements OffloadDevice {
    private static final int ALLOC_TRANSPORT_DOMAIN = 0x816;
    private static final int FIRST_PORT = 1;
    /** INIT, RTR, RTS of {@code enum ibv_qp_state}. */
    private static final int[] STATES = {1, 2, 3};

    private final Mlx5Library library;
    private final long context;
    private final long pd;
    private final long transportDomainObject;
    private final int protectionDomain;
    private final int transportDomain;
    private final ByteBuffer scratchBuffer = ByteBuffer.allocateDirect(512);
    private final long scratch = BufferUtil.address(scratchBuffer);
    private final Map<Integer, Long> keys = new HashMap<>();
    private final Map<Integer, Long> contexts = new HashMap<>();
    private final Map<Integer, Queue> queues = new HashMap<>();
    private final List<Long> regions = new ArrayList<>();
    private boolean isClosed;

    private record Queue(long qp, long cq) {
    }

    private DevxDevice(final Mlx5Library library, final long device) {
        this.library = library;
        final long attributes = clear(Mlx5Layout.CONTEXT_ATTR_LENGTH);
        UnsafeApi.putInt(attributes + Mlx5Layout.CONTEXT_ATTR_FLAGS, Mlx5Layout.CONTEXT_FLAG_DEVX);
        context = required(library.open(device, attributes), "the device does not open for DevX");
        pd = required(library.allocatePd(context), "the device gives no protection domain");
        protectionDomain = readProtectionDomain();
        final long reply = clear(2 * FirmwareCommand.HEAD_LENGTH) + FirmwareCommand.HEAD_LENGTH;
        BigEndian.putShort(scratch, ALLOC_TRANSPORT_DOMAIN);
        transportDomainObject = required(
            library.createObject(context, scratch, FirmwareCommand.HEAD_LENGTH, reply, FirmwareCommand.HEAD_LENGTH),
            "the device gives no transport domain");
        transportDomain = BigEndian.getMedium(reply + 9);
    }

    /**
     * The devices of this machine that could be opened.
     *
     * @return names as {@code ibv_devices} has them; empty when there is none, or no library.
     */
    public static List<String> names() {
        final List<String> names = new ArrayList<>();
        try {
            final Mlx5Library library = Mlx5Library.load();
            forEach(library, device -> names.add(name(library, device)));
        } catch (final IllegalArgumentException | NoSuchElementException e) {
            return List.of();
        }
        return names;
    }

    /**
     * Opens a device.
     *
     * @param name as {@code ibv_devices} has it.
     * @return to be closed by the caller.
     * @throws IllegalStateException when there is no such device, no library, or no permission; the message says which.
     */
    public static DevxDevice open(final String name) {
        final Mlx5Library library = load();
        final DevxDevice[] opened = new DevxDevice[1];
        forEach(library, device -> {
            if (name.equals(name(library, device))) {
                opened[0] = new DevxDevice(library, device);
            }
        });
        if (opened[0] == null) {
            throw new IllegalStateException("no such device: " + name + " is not among the mlx5 devices " + names());
        }
        return opened[0];
    }

    @Override
    public int protectionDomain() {
        return protectionDomain;
    }

    @Override
    public int transportDomain() {
        return transportDomain;
    }

    @Override
    public void execute(final long command, final int commandLength, final long reply, final int replyLength) {
        final boolean isDone = switch (FirmwareCommand.opcode(command)) {
            case FirmwareCommand.CREATE_GENERAL_OBJECT, FirmwareCommand.CREATE_TIS ->
                create(command, commandLength, reply, replyLength);
            case FirmwareCommand.DESTROY_GENERAL_OBJECT, FirmwareCommand.DESTROY_TIS -> destroy(command, reply, replyLength);
            case FirmwareCommand.MODIFY_GENERAL_OBJECT ->
                library.modifyObject(key(command), command, commandLength, reply, replyLength) == 0;
            case FirmwareCommand.QUERY_GENERAL_OBJECT ->
                library.queryObject(key(command), command, commandLength, reply, replyLength) == 0;
            default -> library.command(context, command, commandLength, reply, replyLength) == 0;
        };
        if (!isDone && FirmwareCommand.status(reply) == FirmwareStatus.OK) {
            FirmwareCommand.reply(reply, replyLength, FirmwareStatus.INTERNAL_ERROR, 0);
        }
    }

    @Override
    public QueueMemory openQueue(final int blocks) {
        final long cq = library.createCq(context, blocks);
        final long qp = cq == 0 ? 0 : createQp(cq, blocks);
        if (qp == 0 || !isStarted(qp)) {
            free(new Queue(qp, cq));
            return null;
        }
        final QueueMemory memory = map(qp, cq);
        queues.put(memory.number(), new Queue(qp, cq));
        return memory;
    }

    @Override
    public void closeQueue(final QueueMemory queue) {
        free(queues.remove(queue.number()));
    }

    @Override
    public int register(final long address, final long length) {
        final long region = required(library.register(pd, address, length), "the device does not take memory");
        regions.add(region);
        return UnsafeApi.getInt(region + Mlx5Layout.MR_MEMORY_KEY);
    }

    /** Packets are received by DPDK's driver, which reads their completions and does not say what became of records. */
    @Override
    public int receiveQueue() {
        return NO_QUEUE;
    }

    @Override
    public int decryption(final long address) {
        return Completion.NOT_DECRYPTED;
    }

    @Override
    public boolean steer(final byte[] flow, final int tir) {
        return false;
    }

    @Override
    public void unsteer(final byte[] flow) {
        // nothing was steered
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            queues.values().forEach(this::free);
            contexts.values().forEach(library::destroyObject);
            keys.values().forEach(library::destroyObject);
            regions.forEach(library::deregister);
            library.destroyObject(transportDomainObject);
            library.freePd(pd);
            library.close(context);
        }
    }

    private boolean create(final long command, final int length, final long reply, final int replyLength) {
        final long object = library.createObject(context, command, length, reply, replyLength);
        if (object == 0) {
            return false;
        }
        if (FirmwareCommand.opcode(command) == FirmwareCommand.CREATE_TIS) {
            contexts.put(FirmwareCommand.number(reply), object);
        } else {
            keys.put(EncryptionKeyCommand.id(reply), object);
        }
        return true;
    }

    private boolean destroy(final long command, final long reply, final int replyLength) {
        final Long object = FirmwareCommand.opcode(command) == FirmwareCommand.DESTROY_TIS
            ? contexts.remove(FirmwareCommand.number(command)) : keys.remove(EncryptionKeyCommand.id(command));
        final boolean isDone = object != null && library.destroyObject(object) == 0;
        FirmwareCommand.reply(reply, replyLength, isDone ? FirmwareStatus.OK : FirmwareStatus.BAD_RESOURCE, 0);
        return isDone;
    }

    private long key(final long command) {
        return required(keys.getOrDefault(EncryptionKeyCommand.id(command), 0L), "the key was not made by this process");
    }

    private int readProtectionDomain() {
        final long object = clear(Mlx5Layout.OBJ_LENGTH + Mlx5Layout.PD_LENGTH);
        final long out = object + Mlx5Layout.OBJ_LENGTH;
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_PD_IN, pd);
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_PD_OUT, out);
        initialize(object, Mlx5Layout.OBJ_TYPE_PD);
        return UnsafeApi.getInt(out + Mlx5Layout.PD_NUMBER);
    }

    private long createQp(final long cq, final int blocks) {
        final long attributes = clear(Mlx5Layout.QP_INIT_LENGTH);
        UnsafeApi.putLong(attributes + Mlx5Layout.QP_INIT_SEND_CQ, cq);
        UnsafeApi.putLong(attributes + Mlx5Layout.QP_INIT_RECV_CQ, cq);
        UnsafeApi.putInt(attributes + Mlx5Layout.QP_INIT_MAX_SEND_WR, blocks);
        UnsafeApi.putInt(attributes + Mlx5Layout.QP_INIT_MAX_SEND_SGE, 1);
        UnsafeApi.putInt(attributes + Mlx5Layout.QP_INIT_TYPE, Mlx5Layout.QP_TYPE_RAW_PACKET);
        return library.createQp(pd, attributes);
    }

    private boolean isStarted(final long qp) {
        boolean isStarted = true;
        for (final int state : STATES) {
            final long attributes = clear(Mlx5Layout.QP_ATTR_LENGTH);
            UnsafeApi.putInt(attributes + Mlx5Layout.QP_ATTR_STATE, state);
            UnsafeApi.putByte(attributes + Mlx5Layout.QP_ATTR_PORT, (byte) FIRST_PORT);
            final int mask = Mlx5Layout.QP_ATTR_MASK_STATE | (state == STATES[0] ? Mlx5Layout.QP_ATTR_MASK_PORT : 0);
            isStarted = isStarted && library.modifyQp(qp, attributes, mask) == 0;
        }
        return isStarted;
    }

    private QueueMemory map(final long qp, final long cq) {
        final long object = clear(Mlx5Layout.OBJ_LENGTH + Mlx5Layout.QP_LENGTH + Mlx5Layout.CQ_LENGTH);
        final long qpOut = object + Mlx5Layout.OBJ_LENGTH;
        final long cqOut = qpOut + Mlx5Layout.QP_LENGTH;
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_QP_IN, qp);
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_QP_OUT, qpOut);
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_CQ_IN, cq);
        UnsafeApi.putLong(object + Mlx5Layout.OBJ_CQ_OUT, cqOut);
        UnsafeApi.putLong(qpOut + Mlx5Layout.QP_MASK, Mlx5Layout.QP_MASK_RAW_HANDLES);
        initialize(object, Mlx5Layout.OBJ_TYPE_QP | Mlx5Layout.OBJ_TYPE_CQ);
        if (UnsafeApi.getInt(qpOut + Mlx5Layout.QP_SQ_STRIDE) != ControlSegment.BLOCK_LENGTH
            || UnsafeApi.getInt(cqOut + Mlx5Layout.CQ_ENTRY_LENGTH) != Completion.LENGTH) {
            throw new IllegalStateException("the device's rings have units of other lengths than 64 octets");
        }
        return new QueueMemory(
            UnsafeApi.getInt(qpOut + Mlx5Layout.QP_SQ_NUMBER),
            UnsafeApi.getLong(qpOut + Mlx5Layout.QP_SQ_BUFFER),
            UnsafeApi.getInt(qpOut + Mlx5Layout.QP_SQ_BLOCKS),
            UnsafeApi.getLong(qpOut + Mlx5Layout.QP_DOORBELL) + Mlx5Layout.SEND_DOORBELL,
            UnsafeApi.getLong(qpOut + Mlx5Layout.QP_REGISTER),
            UnsafeApi.getLong(cqOut + Mlx5Layout.CQ_BUFFER),
            UnsafeApi.getInt(cqOut + Mlx5Layout.CQ_ENTRIES),
            UnsafeApi.getLong(cqOut + Mlx5Layout.CQ_DOORBELL));
    }

    private void initialize(final long object, final long types) {
        if (library.initObject(object, types) != 0) {
            throw new IllegalStateException("libmlx5 does not show the memory of its objects");
        }
    }

    private void free(final Queue queue) {
        if (queue.qp() != 0) {
            library.destroyQp(queue.qp());
        }
        if (queue.cq() != 0) {
            library.destroyCq(queue.cq());
        }
    }

    private long clear(final int length) {
        BigEndian.clear(scratch, length);
        return scratch;
    }

    private static Mlx5Library load() {
        try {
            return Mlx5Library.load();
        } catch (final IllegalArgumentException | NoSuchElementException e) {
            throw new IllegalStateException(
                "no such device: libibverbs and libmlx5 were not found; install them with: apt install ibverbs-providers", e);
        }
    }

    private static void forEach(final Mlx5Library library, final LongConsumer consumer) {
        final long list = library.deviceList();
        if (list == 0) {
            return;
        }
        for (long entry = list; UnsafeApi.getLong(entry) != 0; entry += Long.BYTES) {
            if (library.isSupported(UnsafeApi.getLong(entry))) {
                consumer.accept(UnsafeApi.getLong(entry));
            }
        }
        library.freeDeviceList(list);
    }

    @SuppressWarnings("restricted") // reading a C string
    private static String name(final Mlx5Library library, final long device) {
        return MemorySegment.ofAddress(library.deviceName(device)).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static long required(final long pointer, final String complaint) {
        if (pointer == 0) {
            throw new IllegalStateException(complaint);
        }
        return pointer;
    }
}
