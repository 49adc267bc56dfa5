package org.rds4j.perf.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.crypto.certificate.DemoAuthority;

/** An authority and identities made for one run, in files that are gone after it. */
public final class DemoIdentities implements AutoCloseable {
    private static final Duration VALIDITY = Duration.ofDays(1);
    private static final String TRUST = "trust.pem";

    private final Path directory;

    /**
     * Makes the authority and one identity per name.
     *
     * @param names of the nodes.
     * @throws UncheckedIOException when the temporary directory cannot be written.
     */
    public DemoIdentities(final List<String> names) {
        try {
            directory = Files.createTempDirectory("rds-certs");
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot make a temporary directory for certificates", e);
        }
        write(directory, names, VALIDITY);
    }

    /**
     * Makes an authority and identities in a directory: {@code trust.pem}, and for each name {@code name.pem} and
     * {@code name.key}.
     *
     * @param directory exists.
     * @param names     of the nodes.
     * @param validity  from now on.
     */
    public static void write(final Path directory, final List<String> names, final Duration validity) {
        final DemoAuthority authority = new DemoAuthority("rds4j.demo", Instant.now(), new SecureRandom());
        authority.writeTrustBundle(directory.resolve(TRUST));
        for (final String name : names) {
            DemoAuthority.writeIdentity(
                authority.newIdentity("node/" + name, validity), certificate(directory, name), key(directory, name));
        }
    }

    /**
     * Asks for encryption under a name's identity.
     *
     * @param context not concluded.
     * @param name    one of those given to the constructor.
     * @return the context.
     */
    public RdsContext apply(final RdsContext context, final String name) {
        return context.security(SecurityMode.REQUIRED)
            .certificate(certificate(directory, name))
            .privateKey(key(directory, name))
            .trust(directory.resolve(TRUST));
    }

    private static Path certificate(final Path directory, final String name) {
        return directory.resolve(name + ".pem");
    }

    private static Path key(final Path directory, final String name) {
        return directory.resolve(name + ".key");
    }

    @Override
    public void close() {
        try (var files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot remove the certificates in " + directory, e);
        }
    }
}
