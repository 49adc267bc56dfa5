package org.rds4j.tcp.wire;

/**
 * A reused view of a header in raw memory. Wrapping checks nothing: whoever wraps has checked that the header's fixed part
 * lies within the length, and no accessor can fail after that. Not thread safe.
 */
public abstract class Flyweight {
    private long address;
    private int length;

    /** Wrapped over nothing; {@link #wrap} comes first. */
    protected Flyweight() {
    }

    /**
     * Points the view at a header. The memory is borrowed until the next wrap.
     *
     * @param address of the header's first octet.
     * @param length  octets that may be read from there, at least the header's fixed part.
     */
    public final void wrap(final long address, final int length) {
        this.address = address;
        this.length = length;
    }

    /**
     * Where the header lies.
     *
     * @return address of its first octet.
     */
    public final long address() {
        return address;
    }

    /**
     * Octets that may be read.
     *
     * @return the length given to {@link #wrap}.
     */
    public final int length() {
        return length;
    }
}
