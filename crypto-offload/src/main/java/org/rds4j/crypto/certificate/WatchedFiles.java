package org.rds4j.crypto.certificate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Notices that one of several files that belong together has changed, and waits until they keep still. A file is told by
 * time of change, inode and length, so one moved into place, one written over and a symbolic link turned to another all count; a
 * change within two seconds before a look may be followed by one with the same stamp, so it is looked at again. Not thread safe.
 */
public final class WatchedFiles {
    /** Coarser than the time of any file system in use. */
    private static final long TIME_GRAIN_MS = 2_000;
    private static final String GONE = "gone";

    private final List<Path> files;
    private List<String> taken;
    private List<String> seen;
    private boolean isTakenYoung;

    /**
     * Files as they are now.
     *
     * @param files that belong together.
     * @param nowMs milliseconds since 1970.
     */
    public WatchedFiles(final List<Path> files, final long nowMs) {
        this.files = List.copyOf(files);
        take(stamps(), nowMs);
    }

    /**
     * Looks at the files.
     *
     * @param nowMs milliseconds since 1970.
     * @return true when they have, or may have, changed since true was last answered, and are as they were at the last look.
     */
    public boolean poll(final long nowMs) {
        final List<String> now = stamps();
        final boolean isStill = now.equals(seen);
        seen = now;
        if (!isStill || (now.equals(taken) && !isTakenYoung)) {
            return false;
        }
        take(now, nowMs);
        return true;
    }

    private void take(final List<String> stamps, final long nowMs) {
        taken = stamps;
        seen = stamps;
        isTakenYoung = isAnyYoung(nowMs);
    }

    private boolean isAnyYoung(final long nowMs) {
        for (final Path file : files) {
            try {
                if (Math.abs(nowMs - Files.getLastModifiedTime(file).toMillis()) < TIME_GRAIN_MS) {
                    return true;
                }
            } catch (final IOException e) {
                return false; // it is gone, and its return will be seen
            }
        }
        return false;
    }

    private List<String> stamps() {
        final List<String> stamps = new ArrayList<>();
        for (final Path file : files) {
            stamps.add(stamp(file));
        }
        return stamps;
    }

    private static String stamp(final Path file) {
        try {
            final Map<String, Object> attributes = Files.readAttributes(file, "unix:ctime,lastModifiedTime,ino,size");
            return attributes.get("ctime") + " " + attributes.get("lastModifiedTime") + " " + attributes.get("ino")
                + " " + attributes.get("size");
        } catch (final IOException e) {
            return GONE;
        }
    }
}
