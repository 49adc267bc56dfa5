package org.rds4j.crypto.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.WqeError;

/**
 * A NIC that encrypts TLS records on their way out and decrypts them on their way in, as far as software sees it: it executes
 * firmware commands, reads rings when their doorbells rang, writes completions, and emits packets to a sink when it is
 * {@link #poll polled}; what comes from the wire it is {@link #receive given}. It allocates as it likes. Firmware is asked by
 * other threads than the one that polls, so all of it is under one lock.
 */
public final class ConnectXModel implements OffloadDevice {
    /** A device that can do all there is. */
    public static final Capabilities ALL = new Capabilities(true, true, true, true, true, true, true, true, 12);

    static final int PROTECTION_DOMAIN = 0x19;
    private static final int TRANSPORT_DOMAIN = 9;
    private static final int FIRST_QUEUE = 0x12a4;
    private static final int RECEIVE_QUEUE = 0x77;
    private static final int DEFAULT_MAX_TIS = 4096;

    private final ModelMode mode;
    private final int mtu;
    private final PacketSink sink;
    private final ModelCounters counters = new ModelCounters();
    private final HostMemory hostMemory = new HostMemory();
    private final Firmware firmware;
    private final Map<Integer, ModelQueue> queues = new HashMap<>();
    private final List<ByteBuffer> memory = new ArrayList<>();
    private final Map<ByteBuffer, Integer> rules = new HashMap<>();
    private final TreeMap<Long, Integer> received = new TreeMap<>();
    private final long completion = allocate(Completion.LENGTH);
    private final Headers headers = new Headers();
    private final UnsafeBuffer octets = new UnsafeBuffer();
    private int nextQueue = FIRST_QUEUE;

    /**
     * A device with all capabilities.
     *
     * @param mode how it takes what a driver must not do.
     * @param mtu  longest IP packet.
     * @param sink where packets go.
     */
    public ConnectXModel(final ModelMode mode, final int mtu, final PacketSink sink) {
        this(mode, mtu, sink, ALL, DEFAULT_MAX_TIS);
    }

    /**
     * A device.
     *
     * @param mode         how it takes what a driver must not do.
     * @param mtu          longest IP packet.
     * @param sink         where packets go.
     * @param capabilities what it can do.
     * @param maxTis       most sending contexts.
     */
    public ConnectXModel(
        final ModelMode mode, final int mtu, final PacketSink sink, final Capabilities capabilities, final int maxTis) {
        this.mode = mode;
        this.mtu = mtu;
        this.sink = sink;
        firmware = new Firmware(capabilities, maxTis, mode, counters);
    }

    @Override
    public int protectionDomain() {
        return PROTECTION_DOMAIN;
    }

    @Override
    public int transportDomain() {
        return TRANSPORT_DOMAIN;
    }

    @Override
    public synchronized void execute(final long command, final int commandLength, final long reply, final int replyLength) {
        firmware.execute(command, commandLength, reply, replyLength);
    }

    @Override
    public synchronized QueueMemory openQueue(final int blocks) {
        final QueueMemory queue = new QueueMemory(
            nextQueue++, allocate(blocks * ControlSegment.BLOCK_LENGTH), blocks, allocate(Long.BYTES), allocate(Long.BYTES),
            allocate(blocks * Completion.LENGTH), blocks, allocate(Long.BYTES));
        queues.put(queue.number(), new ModelQueue(queue, firmware, hostMemory, mode, mtu, sink, counters));
        return queue;
    }

    @Override
    public synchronized void closeQueue(final QueueMemory queue) {
        queues.remove(queue.number());
    }

    @Override
    public synchronized int register(final long address, final long length) {
        return hostMemory.register(address, length);
    }

    /**
     * Executes what was posted.
     *
     * @return elements executed.
     */
    public int poll() {
        return poll(Integer.MAX_VALUE);
    }

    /**
     * Executes some of what was posted.
     *
     * @param limit of elements per queue.
     * @return elements executed.
     */
    public synchronized int poll(final int limit) {
        int count = 0;
        for (final ModelQueue queue : queues.values()) {
            count += queue.execute(limit);
        }
        return count;
    }

    @Override
    public int receiveQueue() {
        return RECEIVE_QUEUE;
    }

    @Override
    public synchronized boolean steer(final byte[] flow, final int tir) {
        rules.put(ByteBuffer.wrap(flow.clone()), tir);
        return firmware.receiver(tir) != null;
    }

    @Override
    public synchronized void unsteer(final byte[] flow) {
        rules.remove(ByteBuffer.wrap(flow));
    }

    /**
     * A packet comes from the wire. One that is decrypted is changed in place; its checksums are made right again, as software
     * that looks at them is not told that the device has.
     *
     * @param frame      address of the packet, from the destination address on.
     * @param length     octets.
     * @param completion address of 64 octets for the {@link Completion} of the packet, whose owner bit is 0.
     */
    public synchronized void receive(final long frame, final int length, final long completion) {
        final boolean isTcp = headers.parse(frame, length) && headers.end() <= headers.packetEnd(frame)
            && headers.packetEnd(frame) <= length;
        final Integer tir = isTcp ? rules.get(headers.flow(frame)) : null;
        final ReceiveContext context = tir == null ? null : firmware.receiver(tir);
        final boolean isTaken = context != null && headers.isIntact(frame, headers.packetEnd(frame));
        final int decryption = isTaken ? receive(context, frame) : Completion.NOT_DECRYPTED;
        Completion.writeReceived(completion, context == null ? 0 : context.receiveQueue(), 0, length, decryption, 0);
    }

    /** What {@link #decryption} is asked for is forgotten: the memory of those packets is not theirs any more. */
    public synchronized void forgetReceived() {
        received.clear();
    }

    /**
     * A packet comes from the wire, of which {@link #decryption} can be asked.
     *
     * @param frame  address of the packet, from the destination address on.
     * @param length octets.
     */
    public synchronized void receive(final long frame, final int length) {
        receive(frame, length, completion);
        received.put(frame, Completion.decryption(completion));
    }

    @Override
    public synchronized int decryption(final long address) {
        final Map.Entry<Long, Integer> packet = received.floorEntry(address);
        return packet == null ? Completion.NOT_DECRYPTED : packet.getValue();
    }

    private int receive(final ReceiveContext context, final long frame) {
        final int packetLength = headers.packetEnd(frame);
        final byte[] payload = new byte[packetLength - headers.end()];
        octets.wrap(frame, packetLength);
        octets.getBytes(headers.end(), payload);
        final int decryption = context.receive(headers.sequence(frame), payload, payload.length);
        if (decryption == Completion.DECRYPTED) {
            octets.putBytes(headers.end(), payload);
            headers.checksums(frame, packetLength);
        }
        return decryption;
    }

    /**
     * Where a queue's counter stands, before anything is posted to it.
     *
     * @param queue    of {@link #openQueue}.
     * @param position of the counter.
     */
    public synchronized void position(final QueueMemory queue, final int position) {
        queues.get(queue.number()).position(position);
    }

    /**
     * Says that memory holds plaintext that must not leave as it is, or no longer.
     *
     * @param address     of a range; ranges do not overlap, and are marked and unmarked whole.
     * @param length      octets.
     * @param isPlaintext true to mark.
     */
    public synchronized void plaintext(final long address, final long length, final boolean isPlaintext) {
        hostMemory.plaintext(address, length, isPlaintext);
    }

    /** Loses all keys and contexts, as a reset of the device does. */
    public synchronized void reset() {
        firmware.reset();
    }

    /**
     * Why a queue has stopped.
     *
     * @param queue of {@link #openQueue}.
     * @return {@link WqeError#NONE} while it runs.
     */
    public synchronized WqeError failure(final QueueMemory queue) {
        return queues.get(queue.number()).failure();
    }

    /**
     * Encryption keys that exist.
     *
     * @return how many.
     */
    public synchronized int keys() {
        return firmware.keys();
    }

    /**
     * What happened.
     *
     * @return live counters.
     */
    public ModelCounters counters() {
        return counters;
    }

    @Override
    public synchronized void close() {
        queues.clear();
        rules.clear();
        firmware.reset();
    }

    private long allocate(final int length) {
        final ByteBuffer buffer = BufferUtil.allocateDirectAligned(length, BitUtil.CACHE_LINE_LENGTH);
        memory.add(buffer);
        return BufferUtil.address(buffer);
    }
}
