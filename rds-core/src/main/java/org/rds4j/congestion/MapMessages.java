package org.rds4j.congestion;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * Congestion maps on their way to peers, as the octets that go on the wire. A carrier may read a message until its peer has
 * acknowledged it, so each is memory of its own, lent by this pool: one per peer at most. Engine thread only.
 */
public final class MapMessages {
    /** Octets of a message: header and map. */
    public static final int LENGTH = RdsHeaderFlyweight.LENGTH + CongestionMaps.MAP_LENGTH;

    private final LocalCongestion congestion;
    private final long generation;
    private final RdsCounters counters;
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final ArrayDeque<Message> free = new ArrayDeque<>();
    private int lent;

    /**
     * An empty pool.
     *
     * @param congestion what the messages tell.
     * @param generation of this host.
     * @param counters   of the engine.
     */
    public MapMessages(final LocalCongestion congestion, final int generation, final RdsCounters counters) {
        this.congestion = congestion;
        this.generation = new ExtensionHeaderFlyweight().clear().generation(generation).high();
        this.counters = counters;
    }

    /**
     * Messages that have not come back.
     *
     * @return 0 when no map is on its way.
     */
    public int lent() {
        return lent;
    }

    LocalCongestion congestion() {
        return congestion;
    }

    /** Takes a message that tells the map as it is now, with its number or as Linux writes it. */
    Message take(final boolean isNumbered) {
        final Message message = free.isEmpty() ? new Message() : free.pollFirst();
        final long number = isNumbered ? congestion.changes() + 1 : MapOrder.UNNUMBERED; // by what it says: the same to all peers
        header.wrap(message.address)
            .write(number, CongestionMaps.MAP_LENGTH, 0, 0, RdsHeaderFlyweight.FLAG_CONG_BITMAP)
            .extensions(isNumbered ? generation : 0, 0);
        congestion.copyTo(message.address + RdsHeaderFlyweight.LENGTH);
        lent++;
        counters.increment(RdsCounter.CONG_UPDATE_QUEUED);
        return message;
    }

    void giveBack(final Message message) {
        free.addFirst(message);
        lent--;
    }

    /** One message. */
    static final class Message {
        final long address;
        private final ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH); // held as long as its address is in use

        private Message() {
            address = BufferUtil.address(memory);
        }
    }
}
