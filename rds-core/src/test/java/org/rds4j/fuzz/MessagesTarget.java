package org.rds4j.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.FrameAssembler;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;

/**
 * A stream of RDS messages, good and bad, that is cut anywhere and whose messages are refused now and then, against one array
 * that is read at leisure. The first octet of the input chooses the cuts; then an octet begins a good message of that length, or
 * octets as they stand.
 */
public final class MessagesTarget {
    private static final int MAX_LENGTH = 20_000;
    private static final int CAPACITY = 1 << 17;
    private static final int MOST_MEMORY = 64_000;
    private static final int RAW = 0x80;
    private static final int MOST_STALLS = 100;
    private static final ByteBuffer STREAM = ByteBuffer.allocateDirect(CAPACITY);
    private static final long START = BufferUtil.address(STREAM);

    private final ReassemblyPool pool = new ReassemblyPool(MOST_MEMORY, DirectMemory.ofProcess());
    private final FrameAssembler assembler = new FrameAssembler(MAX_LENGTH, pool, this::onFrame, new ArrivalTimes(() -> 0));
    private final int[] cuts;
    private int end;
    private int next;
    private int stalls;
    private int cut;

    private MessagesTarget(final byte[] data) {
        final CRC32 crc = new CRC32();
        crc.update(data);
        cuts = new int[] {data.length == 0 ? 0 : data[0] & 0xff, (int) crc.getValue()};
    }

    /**
     * Runs a stream.
     *
     * @param data what it holds.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final MessagesTarget run = new MessagesTarget(data);
        run.write(data);
        run.read();
    }

    private static void require(final boolean holds, final String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }

    private void write(final byte[] data) {
        int at = 1;
        while (at + 1 < data.length && end < CAPACITY / 2) {
            final int what = data[at++] & 0xff;
            final int amount = data[at++] & 0xff;
            if ((what & RAW) == 0) {
                message(what * 256 + amount);
            } else {
                final int length = Math.min(amount, data.length - at);
                STREAM.put(end, data, at, length);
                at += length;
                end += length;
            }
        }
    }

    private void message(final int length) {
        new RdsHeaderFlyweight().wrap(START + end).write(end, length, 4000, 4001, 0);
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(START + end + RdsHeaderFlyweight.LENGTH + i, (byte) (i * 31 + end));
        }
        end += RdsHeaderFlyweight.LENGTH + length;
    }

    private void read() {
        int position = 0;
        while (position < end && assembler.status() != FrameAssembler.Status.TOO_LONG) {
            final int taken = assembler.onBytes(START + position, Math.min(end - position, chunk()));
            position += taken;
            require(pool.usedLength() <= MOST_MEMORY, "memory in use: " + pool.usedLength());
            stalls = taken > 0 ? 0 : stalls + 1;
            if (assembler.status() == FrameAssembler.Status.BLOCKED_BY_MEMORY || stalls > MOST_STALLS) {
                break;
            }
        }
        finish();
    }

    /** Cuts of a size that the input chooses, or of any. */
    private int chunk() {
        cut = cut * 1_103_515_245 + 12_345 + cuts[1];
        final int most = cuts[0] == 0 ? CAPACITY : cuts[0] * 16;
        return 1 + (cut >>> 8) % most;
    }

    private void finish() {
        if (assembler.status() == FrameAssembler.Status.TOO_LONG) {
            require(isTooLong(), "a message that is not too long was refused");
        } else if (assembler.status() == FrameAssembler.Status.OPEN) {
            require(end - next < RdsHeaderFlyweight.LENGTH || next + RdsHeaderFlyweight.LENGTH + claim() > end,
                "a whole message was kept back");
            require(assembler.isPartial() == next < end, "partial: " + assembler.isPartial());
        }
        assembler.reset();
        require(pool.usedLength() == 0, "memory is lent: " + pool.usedLength());
    }

    private int claim() {
        return STREAM.getInt(next + RdsHeaderFlyweight.LENGTH_OFFSET);
    }

    private boolean isTooLong() {
        return end - next >= RdsHeaderFlyweight.LENGTH && (claim() < 0 || claim() > MAX_LENGTH);
    }

    private boolean onFrame(final long header, final long payload, final int length) {
        require(end - next >= RdsHeaderFlyweight.LENGTH + length && claim() == length && !isTooLong(),
            "a message of " + length + " at " + next);
        if ((cut & 0x700) == 0) {
            return false;
        }
        requireSame(header, next, RdsHeaderFlyweight.LENGTH);
        requireSame(payload, next + RdsHeaderFlyweight.LENGTH, length);
        next += RdsHeaderFlyweight.LENGTH + length;
        return true;
    }

    private static void requireSame(final long address, final int position, final int length) {
        final byte[] expected = new byte[length];
        STREAM.get(position, expected);
        final byte[] actual = new byte[length];
        for (int i = 0; i < length; i++) {
            actual[i] = UnsafeApi.getByte(address + i);
        }
        require(Arrays.equals(expected, actual), "wrong octets at " + position);
    }
}
