package org.rds4j.crypto.offload.queue;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.DataSegment;
import org.rds4j.crypto.offload.wqe.DumpWqe;
import org.rds4j.crypto.offload.wqe.GetPsvWqe;
import org.rds4j.crypto.offload.wqe.NopWqe;
import org.rds4j.crypto.offload.wqe.SendWqe;
import org.rds4j.crypto.offload.wqe.SetPsvWqe;
import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.UmrWqe;
import org.rds4j.crypto.offload.wqe.WqeError;

/**
 * Writes elements into the ring of one send queue and learns what became of them. Positions count units of 64 octets since
 * the queue was opened and never wrap. A completion is asked for at the last packet before each {@link #ring}, and at any
 * element that would leave half a ring without one: a ring of parameters alone would otherwise never be given back.
 * <p>
 * Whoever posts asks {@link #hasRoom} first; nothing here waits, throws or allocates. Not thread safe.
 */
public final class SendQueue {
    /** Most octets of one element, and of the place where one is composed that continues at the ring's start. */
    private static final int SCRATCH_LENGTH = (SendWqe.MAX_SEGMENTS + 1) * ControlSegment.LENGTH;
    private static final int INDEX_MASK = 0xffff;
    private static final int CONSUMER_MASK = 0xffffff;

    private final QueueMemory memory;
    private final RingEnd ringEnd;
    private final int mask;
    private final byte[] elementBlocks;
    private final ByteBuffer scratchBuffer = ByteBuffer.allocateDirect(SCRATCH_LENGTH);
    private final long scratch = BufferUtil.address(scratchBuffer);
    private long produced;
    private long completed;
    private long signalled;
    private long rung;
    private long lastElement;
    private long completionsRead;
    private long element;
    private long dataSegment;
    private WqeError failure = WqeError.NONE;

    /**
     * A queue that nothing was posted to.
     *
     * @param memory  of the queue; retained, and cleared here.
     * @param ringEnd what to do at the end of the ring.
     */
    public SendQueue(final QueueMemory memory, final RingEnd ringEnd) {
        this(memory, ringEnd, 0);
    }

    /**
     * A queue that continues a counter.
     *
     * @param memory   of the queue; retained, and cleared here.
     * @param ringEnd  what to do at the end of the ring.
     * @param position where the device stands.
     */
    public SendQueue(final QueueMemory memory, final RingEnd ringEnd, final long position) {
        this.memory = memory;
        this.ringEnd = ringEnd;
        mask = memory.blocks() - 1;
        elementBlocks = new byte[memory.blocks()];
        produced = position;
        completed = position;
        signalled = position;
        rung = position;
        Completion.clear(memory.completions(), memory.completionEntries());
    }

    /**
     * Whether elements fit now, wherever the ring ends.
     *
     * @param blocks  units of all of them together.
     * @param longest units of the longest.
     * @return false also when the queue has failed.
     */
    public boolean hasRoom(final int blocks, final int longest) {
        final int padding = ringEnd == RingEnd.PAD ? longest - 1 : 0;
        return failure == WqeError.NONE && memory.blocks() - (produced - completed) >= blocks + padding;
    }

    /**
     * Posts static parameters of a TIS.
     *
     * @param flags        fence, or 0.
     * @param tis          whose parameters they are.
     * @param version      of TLS.
     * @param recordNumber of the first record.
     * @param salt         octets 0 to 3 of the IV.
     * @param ivTail       octets 4 to 11 of the IV.
     * @param key          index of the encryption key.
     */
    public void postStaticParameters(
        final int flags,
        final int tis,
        final TlsVersion version,
        final long recordNumber,
        final int salt,
        final long ivTail,
        final int key) {
        begin(UmrWqe.SEGMENTS);
        UmrWqe.write(element, ControlSegment.OPMOD_TIS, index(), memory.number(), flags, tis);
        StaticParameters.write(
            element + UmrWqe.PARAMETERS_OFFSET, version, recordNumber, 0, salt, ivTail, key);
        end(UmrWqe.SEGMENTS);
    }

    /**
     * Posts static parameters of a TIR: those it begins with, or the answer to a resync.
     *
     * @param flags          {@link ControlSegment#COMPLETION}, or 0.
     * @param tir            whose parameters they are.
     * @param version        of TLS.
     * @param recordNumber   of the first record, or of the one that the resync is about.
     * @param resyncSequence TCP sequence number of that record's header as the device reported it; 0 to begin.
     * @param salt           octets 0 to 3 of the IV.
     * @param ivTail         octets 4 to 11 of the IV.
     * @param key            index of the encryption key.
     */
    public void postReceiveParameters(
        final int flags,
        final int tir,
        final TlsVersion version,
        final long recordNumber,
        final int resyncSequence,
        final int salt,
        final long ivTail,
        final int key) {
        begin(UmrWqe.SEGMENTS);
        UmrWqe.write(element, ControlSegment.OPMOD_TIR, index(), memory.number(), flags, tir);
        StaticParameters.write(
            element + UmrWqe.PARAMETERS_OFFSET, version, recordNumber, resyncSequence, salt, ivTail, key);
        end(UmrWqe.SEGMENTS);
    }

    /**
     * Posts progress parameters of a TIR, with a completion.
     *
     * @param tir        that is to await a record's header.
     * @param nextRecord TCP sequence number of that header.
     */
    public void postReceiveProgress(final int tir, final int nextRecord) {
        begin(SetPsvWqe.SEGMENTS);
        SetPsvWqe.write(
            element, ControlSegment.OPMOD_TIR, index(), memory.number(), ControlSegment.COMPLETION, tir, nextRecord);
        end(SetPsvWqe.SEGMENTS);
    }

    /**
     * Posts a question for the progress parameters of a TIR, with a completion.
     *
     * @param tir         whose parameters are wanted.
     * @param memoryKey   of the destination.
     * @param destination of 64 octets, aligned to 64, to stay until completed.
     */
    public void postReadback(final int tir, final int memoryKey, final long destination) {
        begin(GetPsvWqe.SEGMENTS);
        GetPsvWqe.write(element, index(), memory.number(), tir, memoryKey, destination);
        end(GetPsvWqe.SEGMENTS);
    }

    /**
     * Posts progress parameters of a TIS.
     *
     * @param flags fence, or 0.
     * @param tis   that is to await a record's header.
     */
    public void postProgressParameters(final int flags, final int tis) {
        begin(SetPsvWqe.SEGMENTS);
        SetPsvWqe.write(element, ControlSegment.OPMOD_TIS, index(), memory.number(), flags, tis, 0);
        end(SetPsvWqe.SEGMENTS);
    }

    /** Posts an element that does nothing but wait for those before. */
    public void postFence() {
        begin(NopWqe.SEGMENTS);
        NopWqe.write(element, index(), memory.number(), ControlSegment.FENCE);
        end(NopWqe.SEGMENTS);
    }

    /**
     * Posts octets that run through the cipher and are not sent.
     *
     * @param tis       whose cipher takes them.
     * @param length    octets, at most the MTU.
     * @param memoryKey of the octets.
     * @param data      address of the octets, to stay until completed.
     */
    public void postDump(final int tis, final int length, final int memoryKey, final long data) {
        begin(DumpWqe.SEGMENTS);
        DumpWqe.write(element, index(), memory.number(), 0, tis);
        DataSegment.write(element + DumpWqe.DATA_OFFSET, length, memoryKey, data);
        end(DumpWqe.SEGMENTS);
    }

    /**
     * Begins a packet or a train of packets; {@link #data} as often as announced and {@link #endSend} must follow.
     *
     * @param tis          whose cipher takes the payload, 0 for none.
     * @param mss          payload octets of each packet, 0 for one packet.
     * @param header       address of Ethernet, IP and TCP headers; copied.
     * @param headerLength octets of headers.
     * @param pieces       of payload.
     */
    public void beginSend(final int tis, final int mss, final long header, final int headerLength, final int pieces) {
        final int headSegments = SendWqe.headSegments(headerLength);
        final int segments = headSegments + pieces;
        begin(segments);
        SendWqe.write(element, index(), memory.number(), 0, tis, segments, mss, header, headerLength);
        dataSegment = element + headSegments * (long) ControlSegment.LENGTH;
    }

    /**
     * Adds a piece of payload.
     *
     * @param length    octets.
     * @param memoryKey of the octets.
     * @param data      address of the octets, to stay until completed.
     */
    public void data(final int length, final int memoryKey, final long data) {
        DataSegment.write(dataSegment, length, memoryKey, data);
        dataSegment += DataSegment.LENGTH;
    }

    /** Ends what {@link #beginSend} began. */
    public void endSend() {
        end(ControlSegment.segments(element));
    }

    /** Tells the device about all that was posted. */
    public void ring() {
        if (rung == produced || failure != WqeError.NONE) {
            return;
        }
        final long control = slot(lastElement);
        if (isPacket(ControlSegment.opcode(control))) {
            signal(control);
        }
        BigEndian.putInt(memory.doorbell(), (int) produced);
        VarHandle.releaseFence();
        UnsafeApi.putLong(memory.register(), UnsafeApi.getLong(control));
        VarHandle.fullFence();
        rung = produced;
    }

    /**
     * Takes completions.
     *
     * @return how many there were.
     */
    public int poll() {
        int count = 0;
        while (failure == WqeError.NONE && isCompletionWritten()) {
            onCompletion(completion());
            completionsRead++;
            count++;
        }
        if (count > 0) {
            BigEndian.putInt(memory.completionDoorbell(), (int) completionsRead & CONSUMER_MASK);
        }
        return count;
    }

    /**
     * Where the next element is written, and behind the last one.
     *
     * @return a position.
     */
    public long produced() {
        return produced;
    }

    /**
     * Up to where elements have completed: what they read may be changed.
     *
     * @return a position.
     */
    public long completed() {
        return completed;
    }

    /**
     * Why the device has stopped the queue.
     *
     * @return {@link WqeError#NONE} while all is well.
     */
    public WqeError failure() {
        return failure;
    }

    /**
     * The queue's memory.
     *
     * @return as given.
     */
    public QueueMemory memory() {
        return memory;
    }

    private void begin(final int segments) {
        final int blocks = ControlSegment.blocks(segments);
        final int blocksToEnd = memory.blocks() - (int) (produced & mask);
        final boolean isSplit = blocks > blocksToEnd;
        if (isSplit && ringEnd == RingEnd.PAD) {
            pad(blocksToEnd);
        }
        element = isSplit && ringEnd == RingEnd.WRAP ? scratch : slot(produced);
    }

    private void pad(final int blocks) {
        for (int i = 0; i < blocks; i++) {
            element = slot(produced);
            NopWqe.write(element, index(), memory.number(), 0);
            end(NopWqe.SEGMENTS);
        }
    }

    private void end(final int segments) {
        final int blocks = ControlSegment.blocks(segments);
        lastElement = produced;
        elementBlocks[(int) (produced & mask)] = (byte) blocks;
        if (element == scratch) {
            unfold(blocks);
        }
        produced += blocks;
        if (produced - signalled >= memory.blocks() / 2) {
            signal(slot(lastElement));
        }
    }

    /** An element that was composed elsewhere goes to the end of the ring and to its start. */
    private void unfold(final int blocks) {
        final int blocksToEnd = memory.blocks() - (int) (produced & mask);
        final long lengthToEnd = blocksToEnd * (long) ControlSegment.BLOCK_LENGTH;
        UnsafeApi.copyMemory(scratch, slot(produced), lengthToEnd);
        UnsafeApi.copyMemory(
            scratch + lengthToEnd, memory.ring(), (blocks - blocksToEnd) * (long) ControlSegment.BLOCK_LENGTH);
    }

    private void signal(final long control) {
        ControlSegment.addFlags(control, ControlSegment.COMPLETION);
        signalled = produced;
    }

    private void onCompletion(final long entry) {
        if (Completion.opcode(entry) != Completion.OPCODE_REQUEST) {
            failure = WqeError.of(Completion.vendorSyndrome(entry));
            return;
        }
        final long start = completed + (Completion.index(entry) - completed & INDEX_MASK);
        if (start < produced) {
            completed = start + elementBlocks[(int) (start & mask)];
        }
    }

    private boolean isCompletionWritten() {
        final int turn = (int) (completionsRead / memory.completionEntries() & 1);
        return Completion.isWritten(completion(), turn);
    }

    private long completion() {
        return memory.completions() + (completionsRead & memory.completionEntries() - 1) * Completion.LENGTH;
    }

    private long slot(final long position) {
        return memory.ring() + (position & mask) * ControlSegment.BLOCK_LENGTH;
    }

    private int index() {
        return (int) produced;
    }

    private static boolean isPacket(final int opcode) {
        return opcode == ControlSegment.OPCODE_SEND || opcode == ControlSegment.OPCODE_LSO;
    }
}
