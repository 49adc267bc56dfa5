package org.rds4j.driver;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.rds4j.RdsAddress;
import org.rds4j.status.StatusDirectory;

/**
 * Where a driver and its clients meet: files that both map. The directory's permissions are the access control. One that the
 * driver makes is its user's alone; one that is there already, made by the user or by root, says by its mode whether the files
 * are for its group too. Nobody else may enter.
 * <pre>
 *   driver.lock   locked by the driver's process as long as it lives
 *   control       who the driver is, and where clients knock: ControlRegion
 *   congestion    what hosts said of their ports: a copy of CongestionMaps
 *   client-N      one for each client, locked by its process as long as it lives: ClientRegion
 *   socket-N      one for each socket: SocketRegion
 * </pre>
 */
public final class DriverDirectory implements AutoCloseable {
    static final String CONTROL = "control";
    static final String CONGESTION = "congestion";
    static final String LOCK = "driver.lock";
    static final String CLIENT = "client-";
    static final String SOCKET = "socket-";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_OF_OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FILE_OF_GROUP = PosixFilePermissions.fromString("rw-rw----");
    private static final Set<PosixFilePermission> FILE_FOR_GROUP_TO_READ = PosixFilePermissions.fromString("rw-r-----");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("------rwx");
    private static final String ROOT = "root";

    private final Path path;
    private final boolean isForGroup;
    private final DriverLock lock;

    private DriverDirectory(final Path path, final boolean isForGroup) {
        this.path = path;
        this.isForGroup = isForGroup;
        this.lock = DriverLock.acquire(this);
    }

    /**
     * Where the driver of an address is, unless told otherwise: beside the status files of this user.
     *
     * @param address of the node.
     * @return the path, whether or not it exists.
     */
    public static Path ofUser(final RdsAddress address) {
        final String host = RdsAddress.hostText(address.high(), address.low()).replace(':', '-');
        return StatusDirectory.ofUser().resolve("driver-" + host);
    }

    /**
     * Makes a directory, or takes one that is there, and makes this process its driver.
     *
     * @param path of the directory; its parent exists.
     * @return the directory; closed by the caller, which lets others have it.
     * @throws DriverException when it cannot be made, belongs to someone else, is open to everybody, or has another driver.
     */
    public static DriverDirectory claim(final Path path) {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (final FileAlreadyExistsException e) {
            // Checked below, as a new one is.
        } catch (final IOException e) {
            throw new DriverException("cannot make the driver directory " + path + ": " + e);
        }
        try {
            final PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            final String owner = attributes.owner().getName();
            if (!attributes.isDirectory() || !(owner.equals(System.getProperty("user.name")) || owner.equals(ROOT))
                || attributes.permissions().stream().anyMatch(OTHERS::contains)) {
                throw new DriverException("the driver directory " + path + " must be a directory of "
                    + System.getProperty("user.name") + " or root that only its owner and group may enter: remove it or"
                    + " name another");
            }
            return new DriverDirectory(path, attributes.permissions().contains(PosixFilePermission.GROUP_EXECUTE));
        } catch (final IOException e) {
            throw new DriverException("cannot use the driver directory " + path + ": " + e);
        }
    }

    Path path() {
        return path;
    }

    Path resolve(final String name) {
        return path.resolve(name);
    }

    FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(FILE_OF_OWNER);
    }

    /** Lets the group use a file where it may enter the directory; by name, as the mode of a new file has no say over umask. */
    void share(final Path file) throws IOException {
        if (isForGroup) {
            Files.setPosixFilePermissions(file, FILE_OF_GROUP);
        }
    }

    /** Lets the group only read a file that {@link #share} gave to it. */
    void shareToRead(final Path file) throws IOException {
        if (isForGroup) {
            Files.setPosixFilePermissions(file, FILE_FOR_GROUP_TO_READ);
        }
    }

    /**
     * Whether no process holds the lock on a file; costs two system calls.
     *
     * @param channel of the file, open for writing.
     * @return true when its holder is gone, or the channel is closed. False when the holder is this process.
     */
    static boolean isUnlocked(final FileChannel channel) {
        try (FileLock lock = channel.tryLock(0, 1, true)) {
            return lock != null;
        } catch (final OverlappingFileLockException e) {
            return false;
        } catch (final ClosedChannelException e) {
            return true;
        } catch (final IOException e) {
            throw new DriverException("cannot look at a lock: " + e);
        }
    }

    /** Removes what an earlier driver left. Its clients, should they still be there, are told by the old control file. */
    void clean() {
        try {
            buryControl();
            try (Stream<Path> files = Files.list(path)) {
                for (final Path file : files.filter(DriverDirectory::isOurs).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (final IOException e) {
            throw new DriverException("cannot clean the driver directory " + path + ": " + e);
        }
    }

    private void buryControl() throws IOException {
        final Path control = resolve(CONTROL);
        if (Files.exists(control) && Files.size(control) >= ControlRegion.LENGTH) {
            final MappedFile file = MappedFile.open(control, ControlRegion.LENGTH);
            new ControlRegion(file.memory()).end();
            file.closeChannel();
        }
    }

    @Override
    public void close() {
        lock.close();
    }

    private static boolean isOurs(final Path file) {
        final String name = file.getFileName().toString();
        return name.equals(CONTROL) || name.equals(CONGESTION) || name.startsWith(CLIENT) || name.startsWith(SOCKET);
    }
}
