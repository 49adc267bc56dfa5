package org.rds4j.perf.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How the host's processors spent their time, as the kernel tells it; in ticks of all of them together.
 *
 * @param user   with nice.
 * @param system of the kernel.
 * @param idle   with waiting for disks.
 * @param irq    interrupts, soft ones too.
 * @param stolen by other guests of the machine.
 * @param interrupts handled since the machine's start.
 */
record ProcessorTimes(long user, long system, long idle, long irq, long stolen, long interrupts) {
    private static final Path STATISTICS = Path.of("/proc/stat");

    static ProcessorTimes now() {
        try {
            final List<String> lines = Files.readAllLines(STATISTICS);
            final long[] cpu = numbers(lines, "cpu ", 8);
            return new ProcessorTimes(
                cpu[0] + cpu[1], cpu[2], cpu[3] + cpu[4], cpu[5] + cpu[6], cpu[7], numbers(lines, "intr ", 1)[0]);
        } catch (final IOException e) {
            throw new StressException("cannot read " + STATISTICS + ": " + e.getMessage());
        }
    }

    private static long[] numbers(final List<String> lines, final String name, final int count) {
        final String[] words =
            lines.stream().filter(line -> line.startsWith(name)).findFirst().orElse(name).trim().split(" +", -1);
        final long[] numbers = new long[count];
        for (int i = 0; i < count && i + 1 < words.length; i++) {
            numbers[i] = Long.parseLong(words[i + 1]);
        }
        return numbers;
    }

    ProcessorTimes since(final ProcessorTimes before) {
        return new ProcessorTimes(user - before.user, system - before.system, idle - before.idle, irq - before.irq,
            stolen - before.stolen, interrupts - before.interrupts);
    }

    double percent(final long part) {
        final long total = user + system + idle + irq + stolen;
        return total == 0 ? 0 : 100.0 * part / total;
    }

    double busyPercent() {
        return percent(user + system + irq + stolen);
    }
}
