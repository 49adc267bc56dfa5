package org.rds4j.dpdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The EAL's command line: what the user said, completed by what a library inside a JVM needs. */
final class EalArguments {
    /** Memory taken when no huge pages are used, in MiB. */
    static final int MEMORY_MB = 512;

    private static final long LEAST_HUGE_BYTES = 64L << 20;

    private EalArguments() {
    }

    static boolean useHugePages(final List<String> user, final long freeHugeBytes) {
        return !user.contains("--no-huge") && freeHugeBytes >= LEAST_HUGE_BYTES;
    }

    /** Completes the user's arguments; an option the user gave is never given again. */
    static String[] complete(final List<String> user, final boolean hugePages) {
        refuseEndingOptions(user);
        final List<String> arguments = new ArrayList<>(List.of("rds4j"));
        arguments.addAll(user);
        if (!hugePages) {
            addUnless(has(user, "--no-huge"), arguments, "--no-huge");
            addUnless(has(user, "-m", "--socket-mem"), arguments, "-m", Integer.toString(MEMORY_MB));
        }
        addUnless(has(user, "-l", "-c", "--lcores"), arguments, "--lcores=0@(" + allowedCpus() + ")");
        addUnless(has(user, "--file-prefix"), arguments, "--file-prefix=rds4j-" + ProcessHandle.current().pid());
        addUnless(has(user, "--in-memory", "--no-shconf", "--huge-dir", "--proc-type"), arguments,
            hugePages ? "--in-memory" : "--no-shconf");
        addUnless(has(user, "--no-telemetry", "--telemetry"), arguments, "--no-telemetry");
        addUnless(has(user, "-a", "--allow", "-b", "--block", "--no-pci"), arguments, "--allow=0000:00:00.0");
        addUnless(has(user, "--log-level"), arguments, "--log-level=*:error");
        return arguments.toArray(String[]::new);
    }

    /** These print and end the process, which a library must not do. */
    private static void refuseEndingOptions(final List<String> user) {
        for (final String argument : user) {
            if (argument.equals("-h") || argument.equals("--help") || argument.equals("--")) {
                throw new DpdkException("EAL argument " + argument + " cannot be used inside a JVM: leave it out");
            }
        }
    }

    private static void addUnless(final boolean given, final List<String> arguments, final String... added) {
        if (!given) {
            arguments.addAll(List.of(added));
        }
    }

    private static boolean has(final List<String> user, final String... options) {
        for (final String argument : user) {
            for (final String option : options) {
                final boolean isShort = option.length() == 2;
                if (argument.equals(option) || argument.startsWith(isShort ? option : option + "=")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All CPUs this process may use, so that the EAL's own threads are pinned no tighter than the JVM. */
    private static String allowedCpus() {
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Cpus_allowed_list:")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (final IOException ex) {
            throw new DpdkException(ex);
        }
        return "0";
    }
}
