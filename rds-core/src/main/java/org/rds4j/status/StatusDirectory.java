package org.rds4j.status;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the nodes of one user on this host leave their status files. The directory's permissions are the access control: it
 * belongs to the user and nobody else may enter, or it is not used.
 */
public final class StatusDirectory {
    /** How names of status files end. */
    static final String SUFFIX = ".node";

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;

    private StatusDirectory(final Path path) {
        this.path = path;
    }

    /**
     * The directory of this user: {@code rds4j-<user>} in shared memory, where writing a mapped page never waits for a disk, or
     * else in {@code java.io.tmpdir}.
     *
     * @return its path, whether or not it exists.
     */
    public static Path ofUser() {
        final Path parent = Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY)
            ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("rds4j-" + System.getProperty("user.name"));
    }

    /**
     * Makes a directory, or takes one that is there.
     *
     * @param path of the directory.
     * @return the directory, which only its owner may enter.
     * @throws StatusException when it cannot be made, belongs to someone else, or is open to others.
     */
    public static StatusDirectory prepare(final Path path) {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (final FileAlreadyExistsException e) {
            // Checked below, as a new one is.
        } catch (final IOException e) {
            throw new StatusException("cannot make the status directory " + path + ": " + e.getMessage());
        }
        requireOurs(path);
        return new StatusDirectory(path);
    }

    /** Someone else may have made it first, in a directory that everyone may write to. */
    private static void requireOurs(final Path path) {
        try {
            final PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory() || !attributes.owner().getName().equals(System.getProperty("user.name"))
                || !OWNER_ONLY.equals(attributes.permissions())) {
                throw new StatusException("the status directory " + path + " must be a directory of "
                    + System.getProperty("user.name") + " with mode 0700: remove it or name another");
            }
        } catch (final IOException e) {
            throw new StatusException("cannot use the status directory " + path + ": " + e.getMessage());
        }
    }

    /**
     * Opens a directory to read it.
     *
     * @param path of the directory; it need not exist.
     * @return the directory.
     */
    public static StatusDirectory at(final Path path) {
        return new StatusDirectory(path);
    }

    /**
     * Where it is.
     *
     * @return the path.
     */
    public Path path() {
        return path;
    }

    /**
     * The nodes that run. Files of processes that are gone are removed.
     *
     * @return each opened, to be closed by the caller; in the order of their file names.
     * @throws StatusException when the directory cannot be read.
     */
    public List<NodeStatus> nodes() {
        final List<NodeStatus> nodes = new ArrayList<>();
        for (final Path file : files()) {
            final NodeStatus node = NodeStatus.open(file);
            if (node != null) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    private List<Path> files() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                .sorted(Comparator.comparing(Path::toString)).toList();
        } catch (final IOException e) {
            throw new StatusException("cannot read the status directory " + path + ": " + e.getMessage());
        }
    }
}
