package org.rds4j.crypto;

import java.util.function.Consumer;
import org.agrona.LangUtil;

/** Closes what holds keys or memory of a device: all of it, whatever one of them throws, be it an error. */
public final class Closing {
    private Closing() {
    }

    /**
     * Closes each, in order; what the first of them threw is thrown on behind the last.
     *
     * @param resources null for what was never made.
     */
    public static void all(final AutoCloseable... resources) {
        Throwable failure = null;
        for (final AutoCloseable resource : resources) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (final Throwable e) {
                failure = failure == null ? e : failure;
            }
        }
        rethrow(failure);
    }

    /**
     * Closes each, in order, because something went wrong; what they throw goes along with that.
     *
     * @param cause     what went wrong, thrown by the caller.
     * @param resources null for what was never made.
     */
    public static void after(final Throwable cause, final AutoCloseable... resources) {
        try {
            all(resources);
        } catch (final Throwable e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Ends each, in the order of iteration; what the first of them threw is thrown on behind the last.
     *
     * @param resources without null.
     * @param end       of one of them.
     * @param <T>       what they are.
     */
    public static <T> void each(final Iterable<T> resources, final Consumer<T> end) {
        Throwable failure = null;
        for (final T resource : resources) {
            try {
                end.accept(resource);
            } catch (final Throwable e) {
                failure = failure == null ? e : failure;
            }
        }
        rethrow(failure);
    }

    private static void rethrow(final Throwable failure) {
        if (failure != null) {
            LangUtil.rethrowUnchecked(failure);
        }
    }
}
