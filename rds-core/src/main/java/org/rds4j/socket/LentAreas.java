package org.rds4j.socket;

import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/**
 * Memory that datagrams may be sent from without a copy: the submit blocks of a region, by their numbers, and, in the process of
 * the engine, memory of the application's own, numbered behind them. Applications change what is there on any thread; the
 * engine finds what an application has put into a ring since.
 */
public final class LentAreas {
    /** Most areas of an application's own. */
    public static final int MAX_OWN = 64;
    /** Number after the last area. */
    public static final int MAX_AREAS = SocketRegion.MAX_BLOCKS + MAX_OWN;
    /** Answer of {@link #add} when there are {@link #MAX_OWN}, and of {@link #addressOf} for what does not lie in an area. */
    public static final int NONE = -1;

    private final BlockPool blocks;
    private volatile MutableDirectBuffer[] own = new MutableDirectBuffer[0];

    LentAreas(final BlockPool blocks) {
        this.blocks = blocks;
    }

    /**
     * Takes in an application's own memory, which is kept reachable from here.
     *
     * @param memory direct.
     * @return number of the area, or {@link #NONE}.
     */
    public synchronized int add(final MutableDirectBuffer memory) {
        int index = 0;
        while (index < own.length && own[index] != null) {
            index++;
        }
        if (index == MAX_OWN) {
            return NONE;
        }
        final MutableDirectBuffer[] more = Arrays.copyOf(own, Math.max(own.length, index + 1));
        more[index] = memory;
        own = more;
        return SocketRegion.MAX_BLOCKS + index;
    }

    /**
     * Forgets an application's own memory, or frees a block.
     *
     * @param area number of the area, of which nothing is under way any more.
     */
    public synchronized void remove(final int area) {
        if (area < SocketRegion.MAX_BLOCKS) {
            blocks.free(area);
        } else {
            final MutableDirectBuffer[] fewer = own.clone();
            fewer[area - SocketRegion.MAX_BLOCKS] = null;
            own = fewer;
        }
    }

    /**
     * Finds a payload; the numbers may come from anyone.
     *
     * @param area   number of the area.
     * @param offset of the payload in it.
     * @param length octets of payload.
     * @return its address, or {@link #NONE} when it does not lie in such an area.
     */
    long addressOf(final int area, final int offset, final int length) {
        if (length <= 0 || offset < 0 || offset + length < 0) {
            return NONE;
        }
        if (area < SocketRegion.MAX_BLOCKS) {
            return blocks.holds(area, offset + length) ? blocks.block(area).addressOffset() + offset : NONE;
        }
        final MutableDirectBuffer[] known = own;
        final int index = area - SocketRegion.MAX_BLOCKS;
        final MutableDirectBuffer memory = index < known.length ? known[index] : null;
        return memory != null && offset + length <= memory.capacity() ? memory.addressOffset() + offset : NONE;
    }
}
