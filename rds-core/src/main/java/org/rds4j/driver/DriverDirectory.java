package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.rds4j.RdsAddress;
import org.rds4j.status.StatusDirectory;

/**
 * Where a driver and its clients meet. The directory's permissions are the access control. One that the driver makes is its
 * user's alone; one that is there already, made by the user or by root, says by its mode whether its group may attach too.
 * Nobody else may enter, and nobody but the owner may write.
 * <pre>
 *   driver.lock   locked by the driver's process as long as it lives; of no use to clients
 *   driver.sock   where clients connect, and are handed the memory that they share with the driver: Door
 * </pre>
 */
public final class DriverDirectory implements AutoCloseable {
    static final String LOCK = "driver.lock";
    static final String DOOR = "driver.sock";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_OF_OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FILE_OF_GROUP = PosixFilePermissions.fromString("rw-rw----");
    private static final Set<PosixFilePermission> NOBODYS = PosixFilePermissions.fromString("----w-rwx");
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
     * @throws DriverException when it cannot be made, belongs to someone else, is open to everybody, can be written by its
     * group, or has another driver.
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
                || attributes.permissions().stream().anyMatch(NOBODYS::contains)) {
                throw new DriverException("the driver directory " + path + " must be a directory of "
                    + System.getProperty("user.name") + " or root that only its owner and group may enter, and only its owner"
                    + " may write: remove it or name another");
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
        Files.setPosixFilePermissions(file, isForGroup ? FILE_OF_GROUP : FILE_OF_OWNER);
    }

    @Override
    public void close() {
        lock.close();
    }
}
