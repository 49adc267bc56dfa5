package org.rds4j.tests.guest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;

/**
 * Debian's kernel in an emulated machine, on a tap device of a namespace, taking shell commands. The script {@code guest} says
 * how it is made and booted.
 */
final class LinuxGuest implements AutoCloseable {
    private static final long BOOT_S = 90;

    private final Path image;
    private final NetworkNamespace namespace;
    private final String tap;
    private final List<String> addresses = new ArrayList<>();
    private CommandProcess machine;

    /** Boots it on a tap device that exists. */
    LinuxGuest(final Path image, final NetworkNamespace namespace, final String tap) {
        this.image = image;
        this.namespace = namespace;
        this.tap = tap;
        boot();
    }

    /** Makes the file to boot from, or skips the test with the reason why there can be none. */
    static Path image(final Path directory) {
        return image(directory, "");
    }

    /** The same with {@code rds-ktls} in it. */
    static Path imageWithTls(final Path directory) {
        return image(directory, "tls");
    }

    private static Path image(final Path directory, final String more) {
        try (Program check = Program.start(List.of(script(), "check", more))) {
            final int exitCode = check.exitCode();
            assumeTrue(exitCode == 0, () -> "no Linux guest: " + check.output().strip());
        }
        final Path image = directory.resolve("guest.cpio.gz");
        final List<String> words = new ArrayList<>(List.of(script(), "image", image.toString()));
        Tools.found().forEach(tool -> words.add(tool.toString()));
        try (Program maker = Program.start(words)) {
            maker.finish();
        }
        return image;
    }

    /** The tests run in their module's directory. */
    private static String script() {
        return Path.of("src", "test", "guest", "guest").toAbsolutePath().toString();
    }

    private void boot() {
        machine = new CommandProcess(
            "guest", namespace.inside(List.of(script(), "boot", image.toString(), tap)), BOOT_S);
        addresses.forEach(this::assign);
    }

    private void assign(final String cidr) {
        run("ip addr add " + cidr + " dev eth0");
    }

    /** Gives it an address with its prefix length, which it keeps when it is restarted. */
    void address(final String cidr) {
        if (!addresses.contains(cidr)) {
            addresses.add(cidr);
            assign(cidr);
        }
    }

    /** Takes its power away, and boots it again. */
    void restart() {
        machine.kill();
        boot();
    }

    Command start(final String line) {
        return machine.start(line);
    }

    String run(final String line) {
        return machine.run(line);
    }

    /** Writes a file of a few thousand octets. */
    void write(final String path, final String text) {
        final String octets = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        run("echo " + octets + " | base64 -d > " + path);
    }

    /** What its kernel said, for a failure's report. */
    String console() {
        try {
            return Files.readString(image.resolveSibling("guest.cpio." + tap + ".console"));
        } catch (final IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        machine.kill();
    }

    /** Programs of rds-tools on this machine: on the path, or in a directory that {@code RDS_TOOLS} names. */
    static final class Tools {
        private static final List<String> NAMES = List.of("rds-ping", "rds-stress", "rds-info");

        private Tools() {
        }

        static List<Path> found() {
            return NAMES.stream().map(Tools::find).filter(path -> path != null).toList();
        }

        static void assumeFound(final String name) {
            assumeTrue(find(name) != null,
                "needs " + name + " of rds-tools on the path or in $RDS_TOOLS, see docs/interoperability.md");
        }

        private static Path find(final String name) {
            final List<Path> directories = new ArrayList<>();
            final String named = System.getenv("RDS_TOOLS");
            if (named != null) {
                directories.add(Path.of(named));
            }
            for (final String each : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                directories.add(Path.of(each));
            }
            return directories.stream().map(each -> each.resolve(name)).filter(Files::isExecutable).findFirst().orElse(null);
        }
    }
}
