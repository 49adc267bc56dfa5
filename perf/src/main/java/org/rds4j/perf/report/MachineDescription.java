package org.rds4j.perf.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a run took place.
 *
 * @param processor model and number of processors.
 * @param system    operating system and its version.
 * @param runtime   Java runtime.
 * @param flags     arguments of the Java virtual machine.
 * @param load      the machine's load average over one minute before the run: much above 0, others were at work too.
 */
public record MachineDescription(String processor, String system, String runtime, List<String> flags, double load) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /**
     * Describes this machine as it is now.
     *
     * @return the description.
     */
    public static MachineDescription here() {
        final var system = ManagementFactory.getOperatingSystemMXBean();
        return new MachineDescription(model() + ", " + system.getAvailableProcessors() + " processors",
            system.getName() + " " + system.getVersion() + " " + system.getArch(),
            System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
            ManagementFactory.getRuntimeMXBean().getInputArguments(), system.getSystemLoadAverage());
    }

    /**
     * All but the flags in one line.
     *
     * @return the line.
     */
    public String line() {
        return String.format(Locale.ROOT, "%s; %s; %s; load before the run %.2f", processor, system, runtime, load);
    }

    private static String model() {
        try (Stream<String> lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith("model name")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown processor");
        } catch (final IOException e) {
            return "unknown processor";
        }
    }
}
