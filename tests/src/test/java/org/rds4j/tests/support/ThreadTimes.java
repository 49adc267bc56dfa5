package org.rds4j.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.CloseHelper;

/**
 * How long threads have computed, and how long they have been ready to run while others had their processors, by Linux' counts
 * (CLOCK_THREAD_CPUTIME_ID, and the second number of {@code /proc/.../schedstat}, Documentation/scheduler/sched-stats.rst). Time
 * that a hypervisor gave to other machines is neither. To be asked by the thread that made it.
 */
public final class ThreadTimes implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int LENGTH = 8192;
    private static final byte[] VOLUNTARY = "\nvoluntary_ctxt_switches:\t".getBytes(StandardCharsets.US_ASCII);

    private final List<FileChannel> files = new ArrayList<>();
    private final FileChannel status = open(Path.of("/proc/thread-self/status"));
    private final ByteBuffer text = ByteBuffer.allocateDirect(LENGTH);
    private long computedNs;
    private long waitedNs;

    private ThreadTimes() {
        files.add(open(Path.of("/proc/thread-self/schedstat")));
    }

    /** Of the thread that calls this, and those of the process that have one of these names. */
    public static ThreadTimes ofThisThreadAnd(final Set<String> names) {
        final ThreadTimes times = new ThreadTimes();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            tasks.filter(task -> names.contains(nameOf(task)))
                .forEach(task -> times.files.add(open(task.resolve("schedstat"))));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return times;
    }

    /** Threads come and go while one looks. */
    private static String nameOf(final Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (final IOException e) {
            return "";
        }
    }

    private static FileChannel open(final Path path) {
        try {
            return FileChannel.open(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many threads these are. */
    public int threads() {
        return files.size();
    }

    /** Looks anew at how long each has computed and waited. */
    public void update() {
        computedNs = THREADS.getCurrentThreadCpuTime();
        waitedNs = 0;
        for (int i = 0; i < files.size(); i++) {
            read(files.get(i));
            number();
            text.get();
            waitedNs += number();
        }
    }

    /** What the calling thread has computed, as of the last look. */
    public long computedNs() {
        return computedNs;
    }

    /** What all have waited for processors, as of the last look. */
    public long waitedNs() {
        return waitedNs;
    }

    /** How often the calling thread has let its processor go, to wait for something else. */
    public long blocks() {
        read(status);
        int at = 0;
        for (int found = 0; found < VOLUNTARY.length; at++) {
            found = text.get(at) == VOLUNTARY[found] ? found + 1 : 0;
        }
        text.position(at);
        return number();
    }

    private void read(final FileChannel file) {
        text.clear();
        try {
            file.read(text, 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        text.flip();
    }

    private long number() {
        long value = 0;
        while (text.get(text.position()) >= '0') {
            value = 10 * value + text.get() - '0';
        }
        return value;
    }

    @Override
    public void close() {
        CloseHelper.closeAll(files);
        CloseHelper.close(status);
    }
}
