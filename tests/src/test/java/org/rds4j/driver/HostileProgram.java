package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rds4j.RdsAddress;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.RegionLayout;

/**
 * A client that tries to hurt its driver and the other clients by all that it was handed: cuts the memory short, makes holes
 * in it, maps what it may only read to write there, and writes noise over all that it may write, sockets that are in use among
 * it. Arguments: the driver's directory, a seed, milliseconds to go on for. Says {@code refused N}: how often it was not let,
 * and {@code done N}: how often it was.
 */
public final class HostileProgram {
    private static final int[] KINDS =
        {EngineCommand.OPEN, EngineCommand.BIND, EngineCommand.CLOSE, EngineCommand.CANCEL, EngineCommand.TIMES,
        EngineCommand.WATCH, -1};
    private static final int KEEP_SIZE_AND_PUNCH_HOLE = 3;
    private static final int PAGE_LENGTH = 4096;
    private static final int MOST_SOCKETS = 4;
    private static final int PORT = 4000;

    private final SplittableRandom random;
    private final Line line;
    /** Duplicates of all descriptors that were handed here: control, congestion, the client's, the sockets'. */
    private final List<Integer> descriptors = new ArrayList<>();
    private final List<MemorySegment> writable = new ArrayList<>();
    private final List<Integer> slots = new ArrayList<>();
    private final ControlRegion control;
    private final ClientRegion region;
    private long refused;
    private long done;

    private HostileProgram(final Path directory, final long seed) throws IOException, InterruptedException {
        random = new SplittableRandom(seed);
        line = Line.connect(directory.resolve(DriverDirectory.DOOR));
        final int[] handed = receive();
        control = new ControlRegion(SharedMemory.attachToRead(copy(handed[0]), ControlRegion.LENGTH));
        final MemorySegment own = SharedMemory.attach(copy(handed[2]), ClientRegion.length(control.maxSockets()));
        region = new ClientRegion(own);
        writable.add(own);
        region.attach(ProcessHandle.current().pid(), System.currentTimeMillis());
    }

    public static void main(final String[] arguments) throws IOException, InterruptedException {
        final HostileProgram program = new HostileProgram(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        program.run(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[2])));
        System.out.println("refused " + program.refused);
        System.out.println("done " + program.done);
        Runtime.getRuntime().halt(0);
    }

    /** Keeps what is handed here: the copies that the mapping takes are closed by it. */
    private int[] receive() throws IOException, InterruptedException {
        Line.Message message = line.receive();
        while (message == null) {
            Thread.sleep(1);
            message = line.receive();
        }
        for (final int descriptor : message.descriptors()) {
            descriptors.add(descriptor);
        }
        return message.descriptors();
    }

    private static int copy(final int descriptor) throws IOException {
        return (int) UnixCall.FCNTL.call(descriptor, 0, 0);
    }

    private void run(final long timeNs) throws IOException {
        final long startNs = System.nanoTime();
        final RegionLayout layout = control.layout();
        while (System.nanoTime() - startNs < timeNs && !line.isEnded()) {
            attempt(() -> hurt(layout));
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos(random.nextInt(300_000));
            }
        }
        if (!line.isEnded()) {
            attempt(() -> line.send(new Line.Message(random.nextLong(), random.nextInt(), descriptors.getFirst())));
        }
    }

    /** One thing that a sound client does not do. */
    @FunctionalInterface
    private interface Deed {
        void run() throws IOException;
    }

    private void attempt(final Deed deed) {
        try {
            deed.run();
            done++;
        } catch (final IOException e) {
            refused++;
        }
    }

    private void hurt(final RegionLayout layout) throws IOException {
        final int descriptor = descriptors.get(random.nextInt(descriptors.size()));
        switch (random.nextInt(8)) {
            case 0 -> UnixCall.FTRUNCATE.call(descriptor, random.nextInt(4) * (long) PAGE_LENGTH);
            case 1 -> UnixCall.FTRUNCATE.call(descriptor, 1L << 40);
            case 2 -> UnixCall.FALLOCATE.call(descriptor, KEEP_SIZE_AND_PUNCH_HOLE,
                random.nextInt(64) * (long) PAGE_LENGTH, (1 + random.nextInt(64)) * (long) PAGE_LENGTH);
            case 3 -> SharedMemory.attach(copy(descriptors.get(random.nextInt(2))), ControlRegion.LENGTH);
            case 4 -> ask(layout);
            case 5 -> request(KINDS[random.nextInt(KINDS.length)], random.nextInt(-2, 16));
            default -> scribble(writable.get(random.nextInt(writable.size())));
        }
    }

    private void request(final int kind, final int slot) {
        final RdsAddress address = control.address();
        region.request(kind, slot, address.high(), address.low(), PORT + random.nextInt(8));
    }

    /** Asks for a socket as a sound client does, and binds it, so that there is something to damage. */
    private void ask(final RegionLayout layout) throws IOException {
        if (slots.size() < MOST_SOCKETS) {
            request(EngineCommand.OPEN, 0);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        final Line.Message message = line.receive();
        if (message != null) {
            descriptors.add(message.descriptors()[0]);
            writable.add(SharedMemory.attach(copy(message.descriptors()[0]), layout.length()));
            slots.add(region.openedSlot());
            request(EngineCommand.BIND, region.openedSlot());
        }
    }

    /** Noise at one place, or in a word that means something, as the beginning of a ring, its positions and a header do. */
    private void scribble(final MemorySegment memory) {
        final long offset = switch (random.nextInt(3)) {
            case 0 -> random.nextLong(memory.byteSize() - Long.BYTES);
            case 1 -> random.nextLong(2L * PAGE_LENGTH);
            default -> random.nextLong(64) * Long.BYTES;
        };
        final int words = 1 + random.nextInt(random.nextInt(10) == 0 ? 1_000 : 4);
        for (int i = 0; i < words && offset + (i + 1L) * Long.BYTES <= memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + (long) i * Long.BYTES, noise());
        }
    }

    private long noise() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(-2, 128);
            case 2 -> 1L << random.nextInt(64);
            default -> (long) random.nextInt(1 << 20) << Integer.SIZE | 1;
        };
    }
}
