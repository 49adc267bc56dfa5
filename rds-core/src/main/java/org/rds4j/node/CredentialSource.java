package org.rds4j.node;

/** Where a node's credentials come from: files, unless another source is given. Used by one thread at a time. */
public interface CredentialSource {
    /**
     * The credentials to begin with.
     *
     * @return complete and valid.
     * @throws RuntimeException when there are none; the node does not start then.
     */
    Credentials load();

    /**
     * Looks whether there are others. Asked about four times a second, on a thread that may wait for files.
     *
     * @param nowMs milliseconds since 1970.
     * @return the new ones, or null when nothing has changed.
     * @throws RuntimeException when the new ones do not serve: the node keeps what it has, and says so.
     */
    Credentials poll(long nowMs);
}
