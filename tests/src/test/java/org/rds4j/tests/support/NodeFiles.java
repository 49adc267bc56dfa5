package org.rds4j.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemIdentity;

/** The credentials of one node, in files of its own that a test replaces while the node runs. */
public final class NodeFiles {
    private final Path directory;
    private final String name;

    /** Files in a new directory. */
    public NodeFiles(final Path parent, final String name) {
        this.name = name;
        try {
            directory = Files.createDirectories(parent.resolve(name));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static DemoAuthority authority() {
        return new DemoAuthority("rds4j.demo", Instant.now(), new SecureRandom());
    }

    /** An identity for a day, as the name says. */
    public NodeFiles identity(final DemoAuthority authority) {
        return identity(authority, 1);
    }

    /** An identity for some days. */
    public NodeFiles identity(final DemoAuthority authority, final int days) {
        return identity(authority.newIdentity("node/" + name, Duration.ofDays(days)));
    }

    /** Both files moved into place, one after the other. */
    public NodeFiles identity(final PemIdentity identity) {
        DemoAuthority.writeIdentity(identity, directory.resolve("new.pem"), directory.resolve("new.key"));
        move("new.pem", "node.pem");
        move("new.key", "node.key");
        return this;
    }

    /** A bundle of several authorities, written over what was there. */
    public NodeFiles trust(final DemoAuthority... authorities) {
        final String bundle = Arrays.stream(authorities).map(authority -> {
            authority.writeTrustBundle(directory.resolve("one.pem"));
            return read("one.pem");
        }).collect(Collectors.joining());
        return write("trust.pem", bundle);
    }

    public NodeFiles peers(final String yaml) {
        return write("peers.yaml", yaml);
    }

    public NodeFiles write(final String file, final String text) {
        try {
            Files.writeString(directory.resolve(file), text);
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String read(final String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void move(final String from, final String to) {
        try {
            Files.move(directory.resolve(from), directory.resolve(to),
                StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Properties by which a node in a process of its own uses the files, as {@code name=value}. */
    public List<String> properties() {
        return List.of("security=required", "certificate=" + directory.resolve("node.pem"),
            "privateKey=" + directory.resolve("node.key"), "trust=" + directory.resolve("trust.pem"));
    }

    /** Has a node use the files, with a list of peers when there is one. */
    public RdsContext apply(final RdsContext context) {
        final Path peers = directory.resolve("peers.yaml");
        context.security(SecurityMode.REQUIRED).certificate(directory.resolve("node.pem"))
            .privateKey(directory.resolve("node.key")).trust(directory.resolve("trust.pem"));
        return Files.exists(peers) ? context.peerList(peers) : context;
    }
}
