package org.rds4j.crypto.model;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.crypto.offload.firmware.EncryptionKeyCommand;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.DataSegment;
import org.rds4j.crypto.offload.wqe.DumpWqe;
import org.rds4j.crypto.offload.wqe.GetPsvWqe;
import org.rds4j.crypto.offload.wqe.NopWqe;
import org.rds4j.crypto.offload.wqe.ProgressParameters;
import org.rds4j.crypto.offload.wqe.SendWqe;
import org.rds4j.crypto.offload.wqe.SetPsvWqe;
import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.UmrWqe;
import org.rds4j.crypto.offload.wqe.WqeError;

/** Reads a send queue's memory when its doorbell rang and does what the elements say, in order. */
final class ModelQueue {
    private static final int MAX_PAYLOAD = 1 << 18;
    private static final int MAX_ELEMENT = (SendWqe.MAX_SEGMENTS + 1) * ControlSegment.LENGTH;

    private final QueueMemory memory;
    private final Firmware firmware;
    private final HostMemory hostMemory;
    private final ModelMode mode;
    private final int mtu;
    private final ModelCounters counters;
    private final Emission emission;
    private final Headers headers = new Headers();
    private final byte[] payload = new byte[MAX_PAYLOAD];
    private final ByteBuffer elementBuffer = ByteBuffer.allocateDirect(MAX_ELEMENT);
    private final long element = BufferUtil.address(elementBuffer);
    private final UnsafeBuffer hostOctets = new UnsafeBuffer();
    private final ArrayDeque<Runnable> late = new ArrayDeque<>();
    private int consumer;
    private int producer;
    private int elementBlocks;
    private int completions;
    private WqeError failure = WqeError.NONE;

    ModelQueue(
        final QueueMemory memory,
        final Firmware firmware,
        final HostMemory hostMemory,
        final ModelMode mode,
        final int mtu,
        final PacketSink sink,
        final ModelCounters counters) {
        this.memory = memory;
        this.firmware = firmware;
        this.hostMemory = hostMemory;
        this.mode = mode;
        this.mtu = mtu;
        this.counters = counters;
        emission = new Emission(sink);
    }

    WqeError failure() {
        return failure;
    }

    /** Where a queue stands that continues a counter. */
    void position(final int position) {
        consumer = position;
        producer = position;
    }

    /** Executes elements until there are no more, the sink is full, or the limit is reached. */
    int execute(final int limit) {
        if (UnsafeApi.getLong(memory.register()) != 0) {
            UnsafeApi.putLong(memory.register(), 0);
            producer = BigEndian.getInt(memory.doorbell());
        }
        int count = 0;
        while (count < limit && failure == WqeError.NONE && emission.advance() && consumer != producer) {
            step();
            count++;
        }
        return count;
    }

    private void step() {
        WqeError error = gather();
        if (error == WqeError.NONE) {
            if ((ControlSegment.flags(element) & ControlSegment.FENCE_MASK) != 0) {
                fence();
            }
            error = dispatch();
        }
        if (error != WqeError.NONE) {
            failure = error;
            counters.increment(ModelCounter.REFUSED_ELEMENTS);
            complete(Completion.OPCODE_REQUEST_ERROR);
            return;
        }
        if ((ControlSegment.flags(element) & ControlSegment.COMPLETION_MASK) != 0) {
            complete(Completion.OPCODE_REQUEST);
        }
        consumer += elementBlocks;
    }

    /** Copies the element together, which may go on at the start of the ring. */
    private WqeError gather() {
        final int mask = memory.blocks() - 1;
        final long first = memory.ring() + (consumer & mask) * (long) ControlSegment.BLOCK_LENGTH;
        final int segments = ControlSegment.segments(first);
        elementBlocks = ControlSegment.blocks(segments);
        for (int i = 0; i < Math.max(elementBlocks, 1); i++) {
            UnsafeApi.copyMemory(
                memory.ring() + (consumer + i & mask) * (long) ControlSegment.BLOCK_LENGTH,
                element + i * (long) ControlSegment.BLOCK_LENGTH,
                ControlSegment.BLOCK_LENGTH);
        }
        if (ControlSegment.queue(element) != memory.number()) {
            return WqeError.QUEUE_NUMBER;
        }
        if (ControlSegment.index(element) != (consumer & 0xffff)) {
            return WqeError.INDEX;
        }
        return segments == 0 || producer - consumer < elementBlocks ? WqeError.LENGTH : WqeError.NONE;
    }

    private WqeError dispatch() {
        return switch (ControlSegment.opcode(element)) {
            case ControlSegment.OPCODE_NOP -> NopWqe.check(element);
            case ControlSegment.OPCODE_UMR -> staticParameters();
            case ControlSegment.OPCODE_SET_PSV -> progressParameters();
            case ControlSegment.OPCODE_GET_PSV -> readback();
            case ControlSegment.OPCODE_DUMP -> dump();
            case ControlSegment.OPCODE_SEND, ControlSegment.OPCODE_LSO -> send();
            default -> WqeError.OPCODE;
        };
    }

    private void fence() {
        while (!late.isEmpty()) {
            late.removeFirst().run();
        }
        for (final TlsContext context : firmware.contexts()) {
            if (context.queue() == memory.number()) {
                context.unfenced(false);
            }
        }
    }

    private WqeError staticParameters() {
        final WqeError form = UmrWqe.check(element);
        if (form != WqeError.NONE) {
            return form;
        }
        return ControlSegment.modifier(element) == ControlSegment.OPMOD_TIR ? receiveParameters() : sendParameters();
    }

    private WqeError receiveParameters() {
        final ReceiveContext context = firmware.receiver(ControlSegment.object(element));
        final WqeError contextError = checkReceiver(context);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        final long parameters = element + UmrWqe.PARAMETERS_OFFSET;
        final EncryptionKey key = firmware.key(StaticParameters.key(parameters));
        final WqeError keyError = checkKey(key, ConnectXModel.PROTECTION_DOMAIN);
        if (keyError != WqeError.NONE) {
            return keyError;
        }
        if (!firmware.capabilities().canDecrypt(StaticParameters.version(parameters), key.length())) {
            return WqeError.CAPABILITY;
        }
        context.parameters(parameters, key);
        return WqeError.NONE;
    }

    private WqeError sendParameters() {
        final TlsContext context = firmware.context(ControlSegment.object(element));
        final WqeError contextError = checkContext(context, true);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        final long parameters = element + UmrWqe.PARAMETERS_OFFSET;
        final EncryptionKey key = firmware.key(StaticParameters.key(parameters));
        final WqeError keyError = checkKey(key, context.protectionDomain());
        if (keyError == WqeError.NONE
            && !firmware.capabilities().canEncrypt(StaticParameters.version(parameters), key.length())) {
            return WqeError.CAPABILITY;
        }
        if (keyError != WqeError.NONE) {
            return keyError;
        }
        context.bind(memory.number());
        context.unfenced(true);
        applyParameters(context, parameters, key);
        return WqeError.NONE;
    }

    private void applyParameters(final TlsContext context, final long parameters, final EncryptionKey key) {
        if (mode == ModelMode.ADVERSARIAL) {
            final ByteBuffer copy = ByteBuffer.allocateDirect(StaticParameters.LENGTH);
            UnsafeApi.copyMemory(parameters, BufferUtil.address(copy), StaticParameters.LENGTH);
            late.add(() -> context.parameters(BufferUtil.address(copy), key));
        } else {
            context.parameters(parameters, key);
        }
    }

    private WqeError progressParameters() {
        final WqeError form = SetPsvWqe.check(element);
        if (form != WqeError.NONE) {
            return form;
        }
        final long parameters = element + SetPsvWqe.PARAMETERS_OFFSET;
        return ControlSegment.modifier(element) == ControlSegment.OPMOD_TIR
            ? startReception(parameters) : startTransmission(parameters);
    }

    private WqeError startReception(final long parameters) {
        final ReceiveContext context = firmware.receiver(ProgressParameters.object(parameters));
        final WqeError contextError = checkReceiver(context);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        if (mode == ModelMode.STRICT && !context.hasParameters()) {
            return WqeError.CONTEXT_UNUSABLE;
        }
        context.start(ProgressParameters.nextRecord(parameters));
        return WqeError.NONE;
    }

    private WqeError startTransmission(final long parameters) {
        final TlsContext context = firmware.context(ProgressParameters.object(parameters));
        final WqeError contextError = checkContext(context, false);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        context.unfenced(true);
        if (mode == ModelMode.ADVERSARIAL) {
            late.add(() -> start(context));
        } else {
            start(context);
        }
        return WqeError.NONE;
    }

    private void start(final TlsContext context) {
        final boolean hadParameters = context.isReady();
        if (context.start()) {
            counters.increment(
                hadParameters ? ModelCounter.STARTS_WITHOUT_PARAMETERS : ModelCounter.STARTS_WITH_PARAMETERS);
        }
    }

    private WqeError checkContext(final TlsContext context, final boolean isBinding) {
        if (context == null) {
            return WqeError.TIS_UNKNOWN;
        }
        if (!context.isTlsEnabled()) {
            return WqeError.TIS_WITHOUT_TLS;
        }
        final boolean isOfAnother = !isBinding && context.queue() != memory.number();
        return isOfAnother && mode == ModelMode.STRICT ? WqeError.TIS_QUEUE : WqeError.NONE;
    }

    private WqeError readback() {
        final WqeError form = GetPsvWqe.check(element);
        if (form != WqeError.NONE) {
            return form;
        }
        final ReceiveContext context = firmware.receiver(GetPsvWqe.tir(element));
        final WqeError contextError = checkReceiver(context);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        final long destination = GetPsvWqe.destination(element);
        if (!hostMemory.covers(GetPsvWqe.memoryKey(element), destination, ControlSegment.BLOCK_LENGTH)) {
            return WqeError.MEMORY_KEY;
        }
        BigEndian.clear(destination, ControlSegment.BLOCK_LENGTH);
        context.report(destination, GetPsvWqe.tir(element));
        counters.increment(ModelCounter.READBACKS);
        return WqeError.NONE;
    }

    private static WqeError checkReceiver(final ReceiveContext context) {
        if (context == null) {
            return WqeError.TIR_UNKNOWN;
        }
        return context.isTlsEnabled() ? WqeError.NONE : WqeError.TIR_WITHOUT_TLS;
    }

    private static WqeError checkKey(final EncryptionKey key, final int protectionDomain) {
        if (key == null) {
            return WqeError.DEK_UNKNOWN;
        }
        if (key.protectionDomain() != protectionDomain) {
            return WqeError.DEK_DOMAIN;
        }
        return key.purpose() == EncryptionKeyCommand.PURPOSE_TLS ? WqeError.NONE : WqeError.DEK_PURPOSE;
    }

    private WqeError dump() {
        final WqeError form = DumpWqe.check(element, mtu);
        if (form != WqeError.NONE) {
            return form;
        }
        final long data = element + DumpWqe.DATA_OFFSET;
        final int length = read(data, 0);
        if (length < 0) {
            return WqeError.MEMORY_KEY;
        }
        final WqeError error = encrypt(ControlSegment.object(element), length, false);
        if (error == WqeError.NONE) {
            counters.increment(ModelCounter.DUMPED_PACKETS);
            counters.add(ModelCounter.DUMPED_BYTES, length);
        }
        return error;
    }

    private WqeError send() {
        final WqeError form = SendWqe.check(element);
        if (form != WqeError.NONE) {
            return form;
        }
        final long header = SendWqe.header(element);
        final int headerLength = SendWqe.headerLength(element);
        if (!headers.parse(header, headerLength) || headers.end() != headerLength) {
            return WqeError.INLINE_HEADER;
        }
        final int length = readAll();
        if (length < 0) {
            return WqeError.MEMORY_KEY;
        }
        final int mss = SendWqe.mss(element);
        if (headerLength - headers.linkLength() + (mss == 0 ? length : mss) > mtu) {
            return WqeError.DATA_LENGTH;
        }
        final int tis = ControlSegment.object(element);
        return tis == 0 ? sendPlain(header, headerLength, length) : sendEncrypted(tis, header, headerLength, length);
    }

    private WqeError sendPlain(final long header, final int headerLength, final int length) {
        if (isPlaintext()) {
            counters.increment(ModelCounter.PLAINTEXT_LEAK);
            return mode == ModelMode.STRICT ? WqeError.PLAINTEXT : WqeError.NONE;
        }
        emission.begin(header, headerLength, payload, length, SendWqe.mss(element));
        counters.add(ModelCounter.PLAIN_PACKETS, emission.packets());
        return WqeError.NONE;
    }

    private WqeError sendEncrypted(final int tis, final long header, final int headerLength, final int length) {
        final WqeError error = encrypt(tis, length, true);
        if (error == WqeError.NONE) {
            emission.begin(header, headerLength, payload, length, SendWqe.mss(element));
            counters.add(ModelCounter.ENCRYPTED_PACKETS, emission.packets());
            counters.add(ModelCounter.ENCRYPTED_BYTES, length);
        }
        return error;
    }

    /** Runs the payload through the cipher of a TIS. */
    private WqeError encrypt(final int tis, final int length, final boolean isPacket) {
        final TlsContext context = firmware.context(tis);
        final WqeError contextError = checkContext(context, false);
        if (contextError != WqeError.NONE) {
            return contextError;
        }
        final boolean isUnfenced = context.isUnfenced();
        if (isUnfenced) {
            counters.increment(ModelCounter.UNFENCED_PARAMETERS);
        }
        if (mode == ModelMode.STRICT && isUnfenced) {
            return WqeError.UNFENCED;
        }
        if (mode != ModelMode.ADVERSARIAL && !context.isReady()) {
            return WqeError.CONTEXT_UNUSABLE;
        }
        if (context.isKeyChanged()) {
            context.refreshKey();
        }
        final boolean isOrdered = !(mode == ModelMode.ADVERSARIAL && (isUnfenced || !context.isReady()));
        final boolean isNext = !isPacket || context.isContinuation(headers.sequence(SendWqe.header(element)));
        final boolean isRecords = context.consume(payload, 0, length);
        if (isOrdered && isNext && isRecords) {
            return WqeError.NONE;
        }
        counters.increment(ModelCounter.TRANSMIT_DESYNC);
        if (mode == ModelMode.ADVERSARIAL) {
            fence();
        }
        return mode == ModelMode.STRICT ? WqeError.DISCONTINUOUS : WqeError.NONE;
    }

    /** Copies all data segments together; -1 when a memory key does not cover one. */
    private int readAll() {
        int length = 0;
        for (int i = 0; i < SendWqe.dataSegments(element) && length >= 0; i++) {
            length = read(SendWqe.dataSegment(element, i), length);
        }
        return length;
    }

    private int read(final long segment, final int offset) {
        final int length = DataSegment.length(segment);
        final long data = DataSegment.data(segment);
        if (length > MAX_PAYLOAD - offset || !hostMemory.covers(DataSegment.memoryKey(segment), data, length)) {
            return -1;
        }
        hostOctets.wrap(data, length);
        hostOctets.getBytes(0, payload, offset, length);
        return offset + length;
    }

    private boolean isPlaintext() {
        boolean isPlaintext = false;
        for (int i = 0; i < SendWqe.dataSegments(element); i++) {
            final long segment = SendWqe.dataSegment(element, i);
            isPlaintext |= hostMemory.isPlaintext(DataSegment.data(segment), DataSegment.length(segment));
        }
        return isPlaintext;
    }

    private void complete(final int opcode) {
        final int entry = completions & memory.completionEntries() - 1;
        final int turn = completions / memory.completionEntries() & 1;
        Completion.write(
            memory.completions() + entry * (long) Completion.LENGTH, opcode, memory.number(),
            consumer & 0xffff, failure, turn);
        completions++;
    }
}
