package org.rds4j.dpdk.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds and loads {@code librds4j_dpdk.so}: first the file that the system property {@value #LIBRARY_PROPERTY} names, then the
 * copy inside the jar. What went wrong is kept and can be asked for; it is never thrown while a class loads.
 */
public final class NativeLibrary {
    /** System property with the path of the library; when it is set, no other place is tried. */
    public static final String LIBRARY_PROPERTY = "rds.dpdk.library";

    private static final String FILE_NAME = "librds4j_dpdk.so";
    @SuppressWarnings("StaticAssignmentOfThrowable") // the one failure to load is what is to be remembered
    private static final UnsatisfiedLinkError FAILURE = load();

    private NativeLibrary() {
    }

    /**
     * Why the library is not there.
     *
     * @return the cause, or null when the library is loaded.
     */
    public static UnsatisfiedLinkError failure() {
        return FAILURE;
    }

    private static UnsatisfiedLinkError load() {
        final String path = System.getProperty(LIBRARY_PROPERTY);
        final Throwable failure = path != null ? loadFile(Path.of(path)) : loadResource();
        if (failure == null) {
            return null;
        }
        final UnsatisfiedLinkError error = new UnsatisfiedLinkError(
            "DPDK cannot be used: install libdpdk 22.11 or newer (apt-get install libdpdk-dev), or set -D" + LIBRARY_PROPERTY
                + " to the path of " + FILE_NAME);
        error.addSuppressed(failure);
        return error;
    }

    @SuppressWarnings("restricted") // loading native code is what this class is for
    private static Throwable loadFile(final Path file) {
        try {
            System.load(file.toAbsolutePath().toString());
            return null;
        } catch (final UnsatisfiedLinkError | SecurityException ex) {
            return ex;
        }
    }

    private static Throwable loadResource() {
        final String resource = "/META-INF/native/" + platform() + "/" + FILE_NAME;
        try (InputStream input = NativeLibrary.class.getResourceAsStream(resource)) {
            if (input == null) {
                return new UnsatisfiedLinkError("this build carries no " + resource);
            }
            return loadCopy(input);
        } catch (final IOException ex) {
            return ex;
        }
    }

    private static Throwable loadCopy(final InputStream input) throws IOException {
        final Path directory = Files.createTempDirectory("rds4j-dpdk");
        final Path file = directory.resolve(FILE_NAME);
        try {
            Files.copy(input, file, StandardCopyOption.REPLACE_EXISTING);
            return loadFile(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }

    private static String platform() {
        final String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        final String architecture = System.getProperty("os.arch");
        return system + "-" + ("amd64".equals(architecture) ? "x86_64" : architecture);
    }
}
