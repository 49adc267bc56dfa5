package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.BufferUtil;
import org.agrona.collections.Long2LongHashMap;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * A NIC that encrypts and decrypts records, and what is shared of it: pools of keys and contexts, memory it may use. Its firmware
 * takes long to answer, so encryption threads ask it, one at a time; engines use the queues that they were given.
 */
public final class InlineTls implements AutoCloseable {
    private static final int QUEUE_BLOCKS = 1024;
    private static final int READBACKS = 64;
    private static final int READBACK_LENGTH = 64;
    private static final long NOT_REGISTERED = -1;

    private final OffloadDevice device;
    private final FirmwareChannel channel;
    private final KeyPool keys;
    private final KeyPool receptionKeys;
    private final TisPool contexts;
    private final OffloadPolicy policy;
    private final int threshold;
    private final boolean isReceiving;
    private final Set<DeviceContext> live = new HashSet<>();
    private final Set<ReceptionContext> liveReceptions = new HashSet<>();
    private final List<ByteBuffer> readbackMemory = new ArrayList<>();
    private final Deque<Readback> readbacks = new ArrayDeque<>();
    private SendQueue receptionQueue;
    private final Long2LongHashMap registered = new Long2LongHashMap(NOT_REGISTERED);

    /**
     * A device with nothing in it.
     *
     * @param device    used by this object alone; closed with it.
     * @param policy    for each connection.
     * @param threshold octets of content from which on a record is for the device.
     */
    public InlineTls(final OffloadDevice device, final OffloadPolicy policy, final int threshold) {
        this.device = device;
        this.policy = policy;
        this.threshold = threshold;
        channel = new FirmwareChannel(device);
        keys = new KeyPool(channel);
        receptionKeys = new KeyPool(channel);
        isReceiving = device.receiveQueue() != OffloadDevice.NO_QUEUE && channel.capabilities().hasReceive();
        contexts = new TisPool(channel);
    }

    /**
     * When a connection uses the device.
     *
     * @return as given.
     */
    public OffloadPolicy policy() {
        return policy;
    }

    /**
     * Which records are for the device.
     *
     * @return octets of content.
     */
    public int threshold() {
        return threshold;
    }

    /**
     * Whether the device says what it did to packets, so that it may decrypt.
     *
     * @return false for one that only encrypts.
     */
    public boolean isReceiving() {
        return isReceiving;
    }

    /**
     * What became of the packet that holds an octet. Engine thread.
     *
     * @param address of the octet, in a packet received last.
     * @return {@link org.rds4j.crypto.offload.wqe.Completion#NOT_DECRYPTED} or another of those.
     */
    public int decryption(final long address) {
        return device.decryption(address);
    }

    /**
     * Makes a context for a key. Encryption thread.
     *
     * @param trafficKeys taken over, also when this throws.
     * @param generation  of the keys.
     * @param provider    of AES-GCM in software.
     * @param counters    of refusals.
     * @return null when the device has none left or does not know the cipher.
     */
    synchronized DeviceContext attach(
        final TrafficKeys trafficKeys, final int generation, final AeadProvider provider, final OffloadCounters counters) {
        final KeyEpoch epoch = new KeyEpoch(trafficKeys, provider);
        int tis = FirmwareChannel.NONE;
        int key = FirmwareChannel.NONE;
        try {
            tis = channel.capabilities().canEncrypt(TlsVersion.TLS_1_3, epoch.keyLength())
                ? contexts.acquire() : FirmwareChannel.NONE;
            key = tis == FirmwareChannel.NONE ? FirmwareChannel.NONE : epoch.acquire(keys);
            if (key != FirmwareChannel.NONE) {
                final DeviceContext context = new DeviceContext(epoch, generation, tis, key);
                live.add(context);
                return context;
            }
        } catch (final Throwable e) {
            giveBack(epoch, key, tis, false);
            throw e;
        }
        giveBack(epoch, key, tis, false);
        counters.increment(OffloadCounter.REFUSED);
        return null;
    }

    /** Ends a context that nothing uses; what a queue that failed has used is not used again. Encryption thread. */
    synchronized void detach(final DeviceContext context, final boolean isFailed) {
        live.remove(context);
        giveBack(context.epoch(), context.key(), context.tis(), isFailed);
    }

    /** All of it, whatever the firmware makes of a part. */
    private void giveBack(final KeyEpoch epoch, final int key, final int tis, final boolean isFailed) {
        Closing.all(epoch, () -> giveKeyBack(key, isFailed), () -> giveContextBack(tis, isFailed));
    }

    private void giveKeyBack(final int key, final boolean isFailed) {
        if (key != FirmwareChannel.NONE && isFailed) {
            keys.discard(key);
        } else if (key != FirmwareChannel.NONE) {
            keys.release(key);
        }
    }

    private void giveContextBack(final int tis, final boolean isFailed) {
        if (tis != FirmwareChannel.NONE && isFailed) {
            contexts.discard(tis);
        } else if (tis != FirmwareChannel.NONE) {
            contexts.release(tis);
        }
    }

    /**
     * Makes a context that decrypts under a key, from a record on. Encryption thread.
     *
     * @param trafficKeys taken over.
     * @param generation  of the keys.
     * @param firstNumber of the record.
     * @param provider    of AES-GCM in software.
     * @param counters    of refusals.
     * @return null when the device has none left, does not know the cipher, or does not tell what it did.
     */
    synchronized ReceptionContext attachReception(
        final TrafficKeys trafficKeys, final int generation, final long firstNumber, final AeadProvider provider,
        final OffloadCounters counters) {
        final KeyEpoch epoch = new KeyEpoch(trafficKeys, provider);
        int tir = FirmwareChannel.NONE;
        int key = FirmwareChannel.NONE;
        try {
            tir = isReceiving && channel.capabilities().canDecrypt(TlsVersion.TLS_1_3, epoch.keyLength())
                ? channel.createTir(device.receiveQueue()) : FirmwareChannel.NONE;
            key = tir == FirmwareChannel.NONE ? FirmwareChannel.NONE : epoch.acquire(receptionKeys);
            if (key != FirmwareChannel.NONE) {
                final ReceptionContext context = new ReceptionContext(epoch, generation, tir, key, firstNumber);
                liveReceptions.add(context);
                return context;
            }
        } catch (final Throwable e) {
            giveReceptionBack(epoch, key, tir);
            throw e;
        }
        giveReceptionBack(epoch, key, tir);
        counters.increment(OffloadCounter.REFUSED);
        return null;
    }

    private void giveReceptionBack(final KeyEpoch epoch, final int key, final int tir) {
        Closing.all(
            epoch,
            tir == FirmwareChannel.NONE ? null : () -> channel.destroyTir(tir),
            key == FirmwareChannel.NONE ? null : () -> receptionKeys.release(key));
    }

    /** Sends a connection's packets to its context, whose parameters are in force. Encryption thread. */
    synchronized boolean steer(final byte[] flow, final ReceptionContext context) {
        return device.steer(flow, context.tir());
    }

    /** Decrypts nothing more; what was posted for the context may still come. Encryption thread. */
    synchronized void unsteer(final byte[] flow) {
        device.unsteer(flow);
    }

    /** Ends a context that was {@link #unsteer unsteered}, and that no record and no posted element needs. Encryption thread. */
    synchronized void detachReception(final ReceptionContext context) {
        liveReceptions.remove(context);
        Closing.all(
            context::close, () -> channel.destroyTir(context.tir()), () -> receptionKeys.release(context.key()));
    }

    /** The one queue by which an engine tells the device what all receiving contexts need; null when there is none left. */
    synchronized SendQueue receptionQueue() {
        receptionQueue = receptionQueue == null ? openQueue() : receptionQueue;
        return receptionQueue;
    }

    /** Memory for a context's state. Encryption thread. */
    synchronized Readback acquireReadback() {
        if (readbacks.isEmpty()) {
            final ByteBuffer slab = BufferUtil.allocateDirectAligned(READBACKS * READBACK_LENGTH, READBACK_LENGTH);
            final long address = BufferUtil.address(slab);
            final int memoryKey = device.register(address, READBACKS * READBACK_LENGTH);
            readbackMemory.add(slab);
            for (int i = 0; i < READBACKS; i++) {
                readbacks.add(new Readback(address + i * (long) READBACK_LENGTH, memoryKey));
            }
        }
        return readbacks.remove();
    }

    /** Gives memory back that the device does not write to any more. Encryption thread. */
    synchronized void releaseReadback(final Readback readback) {
        readbacks.add(readback);
    }

    /** A queue for one connection, null when there is none left. Encryption thread. */
    synchronized SendQueue openQueue() {
        final QueueMemory memory = device.openQueue(QUEUE_BLOCKS);
        return memory == null ? null : new SendQueue(memory, RingEnd.PAD);
    }

    /** Gives a queue back that is done or has failed. Encryption thread. */
    synchronized void closeQueue(final SendQueue queue) {
        device.closeQueue(queue.memory());
    }

    /** Lets the device read memory that is asked for again and again. Encryption thread. */
    synchronized int register(final long address, final long length) {
        final long known = registered.get(address);
        if (known != NOT_REGISTERED) {
            return (int) known;
        }
        final int memoryKey = device.register(address, length);
        registered.put(address, memoryKey);
        return memoryKey;
    }

    /** Gives everything back and wipes the keys. No encryption thread may use it any more. */
    @Override
    public synchronized void close() {
        Closing.all(
            () -> Closing.each(live, context -> context.epoch().close()), live::clear,
            () -> Closing.each(liveReceptions, ReceptionContext::close), liveReceptions::clear,
            keys, receptionKeys, contexts, device);
    }
}
