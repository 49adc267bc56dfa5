package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.Arrays;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.receive.ReceiveStream;
import org.rds4j.tcp.receive.ReceiveWatcher;
import org.rds4j.tcp.receive.SackReport;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.support.Octets;

/**
 * The receiving stream of a connection: pieces in any order and overlap, each with octets of its own, against one array that
 * keeps the first copy of every octet. SACK blocks must say what is held and nothing else; a watcher that comes and goes, and
 * now and then refuses a piece, must be told of each of these copies once, in no more parts than it was asked for.
 */
public final class ReassemblyTarget {
    private static final int CAPACITY = 1024;
    private static final int OVERHANG = 256;
    private static final int RANGES = 4;
    private static final int SPAN = 1 << 16;
    private static final Octets PIECE = new Octets(CAPACITY);

    private final StreamMemory memory = new StreamMemory(1, CAPACITY, OVERHANG, ReceiveStream.tailLength(RANGES));
    private final ReceiveStream stream = new ReceiveStream(memory, RANGES);
    private final SackReport sacks = new SackReport();
    private final byte[] octets = new byte[SPAN];
    private final boolean[] isHeld = new boolean[SPAN];
    private final Watcher watcher = new Watcher();
    private boolean isWatched;
    private boolean isRefused;
    private int received;
    private int pieces;

    /** Notes the copies that it is told of, until each has been compared with the one that is to be kept. */
    private final class Watcher implements ReceiveWatcher {
        private final boolean[] isTold = new boolean[SPAN];
        private int told;
        private int parts;

        @Override
        public boolean takes(final long address, final int most) {
            require(address == PIECE.address(), "asked about another piece");
            require(most > 0 && most <= RANGES + 1, "in " + most + " parts");
            parts = isRefused ? 0 : most;
            return !isRefused;
        }

        @Override
        public void onTaken(final long position, final long address, final int length) {
            require(parts-- > 0, "told of a part that it was not asked about");
            require(length > 0, "told of nothing");
            for (int i = 0; i < length; i++) {
                final int at = (int) position + i;
                require(!isHeld[at] && !isTold[at] && at >= received, "octet " + at + " was taken before");
                isTold[at] = true;
                told++;
                octets[at] = UnsafeApi.getByte(address + i);
            }
        }
    }

    private ReassemblyTarget() {
        stream.reset();
    }

    /**
     * Runs a sequence of pieces and reads.
     *
     * @param data what to do.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final FuzzInput input = new FuzzInput(data);
        final ReassemblyTarget run = new ReassemblyTarget();
        while (input.hasMore() && run.received < SPAN - 2 * CAPACITY) {
            run.step(input);
        }
        run.end();
    }

    private void step(final FuzzInput input) {
        final int what = input.octet();
        isRefused = isWatched && (what & 0x80) != 0;
        switch (what & 0x7) {
            case 0 -> read(input.octet());
            case 1 -> truncate(input.octet(), (what & 0x8) != 0);
            case 2 -> stage(1 + input.octet(), (what & 0x8) != 0);
            default -> write(received + input.signedOctet() * (what >>> 5 & 3), 1 + input.octet());
        }
        requireBlocks();
    }

    private void fill(final int length) {
        pieces++;
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(PIECE.address() + i, (byte) (pieces * 37 + i));
        }
    }

    /** A piece as TCP would hand it on: cut to the window. */
    private void write(final int from, final int length) {
        final int start = Math.max(0, from);
        final int end = (int) Math.min(start + length, stream.consumed() + CAPACITY);
        if (start < end) {
            fill(length);
            take(start, end, stream.write(start, PIECE.address(), end - start));
        }
    }

    private void take(final int start, final int end, final boolean isTaken) {
        stream.report(sacks);
        if (!isTaken) {
            require(isRefused || start > received, "octets in order were refused");
            require(watcher.told == 0, "told of what was refused");
            requireNothingHeldForNothing();
            return;
        }
        require(!isRefused || end <= received, "taken against the watcher's will");
        for (int i = Math.max(start, received); i < end; i++) {
            if (!isHeld[i]) {
                hold(i, UnsafeApi.getByte(PIECE.address() + i - start));
            }
        }
        require(watcher.told == 0, "told of octets that are not in the piece");
        while (isHeld[received]) {
            received++;
        }
        require(stream.received() == received, "in order up to " + stream.received() + " for " + received);
    }

    private void hold(final int position, final byte octet) {
        require(watcher.isTold[position] == isWatched, "told of octet " + position + ": " + !isWatched);
        require(!isWatched || octets[position] == octet, "told of another copy of octet " + position);
        watcher.isTold[position] = false;
        watcher.told -= isWatched ? 1 : 0;
        isHeld[position] = true;
        octets[position] = octet;
    }

    /** What is copied before its sum is known: taken, or given up. */
    private void stage(final int most, final boolean isGood) {
        final int length = (int) Math.min(most, stream.consumed() + CAPACITY - received);
        if (stream.hasGap() || length == 0) {
            return;
        }
        fill(length);
        stream.stage(PIECE.address(), length);
        if (isGood) {
            take(received, received + length, stream.write(received, PIECE.address(), length));
        } else {
            stream.unstage();
            require(stream.received() == received, "what was given up counts");
            requireNothingHeldForNothing();
        }
    }

    private void requireNothingHeldForNothing() {
        require(stream.consumed() < received || stream.hasGap() || stream.isDetached(), "an empty stream keeps its memory");
    }

    private void read(final int most) {
        while (stream.consumed() < stream.received()) {
            final int position = (int) stream.consumed();
            final int length = Math.min(1 + most, stream.contiguousLength(position));
            require(length > 0, "nothing is linear");
            final long address = stream.address(position, length);
            for (int i = 0; i < length; i++) {
                require(UnsafeApi.getByte(address + i) == octets[position + i], "octet " + (position + i) + " is wrong");
            }
            stream.consume(position + length);
            if (length == 1 + most) {
                return;
            }
        }
    }

    private void truncate(final int beyond, final boolean isWatching) {
        if (isWatching) {
            isWatched = (beyond & 1) != 0;
            stream.watcher(isWatched ? watcher : null);
            return;
        }
        final int end = received + beyond;
        stream.truncate(end);
        sacks.truncate(end);
        Arrays.fill(isHeld, end, SPAN, false);
    }

    private void requireBlocks() {
        boolean holdsMore = false;
        for (int i = received; i < received + CAPACITY; i++) {
            holdsMore |= isHeld[i];
        }
        require(stream.hasGap() == holdsMore, "a gap: " + stream.hasGap());
        for (int i = 0; i < sacks.blocks(SackReport.MAX_BLOCKS); i++) {
            requireBlock((int) sacks.start(i), (int) sacks.end(i));
        }
        sacks.onSent();
        for (int i = 0; i < sacks.blocks(SackReport.MAX_BLOCKS); i++) {
            require(sacks.start(i) > received, "a block begins below the acknowledgement");
        }
    }

    private void requireBlock(final int start, final int end) {
        require(start < end, "an empty block");
        for (int i = Math.max(start, received); i < end; i++) {
            require(isHeld[i], "octet " + i + " was reported and is not held");
        }
    }

    private void end() {
        read(SPAN);
        stream.release();
        require(memory.inUse() == 0, "memory is lent still");
    }
}
