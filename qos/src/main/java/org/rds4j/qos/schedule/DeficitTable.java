package org.rds4j.qos.schedule;

import java.util.List;
import org.rds4j.qos.classify.ArbitrationEntry;

/**
 * One arbitration table under deficit round robin. A line may send while its deficit covers the frame at the head of its
 * lane; when it does not, the cursor moves on and the line it comes to gets its quantum, weight times unit.
 */
final class DeficitTable {
    private int[] lanes = new int[0];
    private long[] quanta = new long[0];
    private long[] deficits = new long[0];
    private int lanesServed;
    private int cursor;

    /**
     * Takes new weights. A line that serves the same lane as before keeps its deficit, and the cursor stays if it can.
     *
     * @param entries lines of the table; those of weight 0 keep their place and are never served.
     * @param unit    octets of quantum per weight.
     */
    void load(final List<ArbitrationEntry> entries, final long unit) {
        final int[] newLanes = new int[entries.size()];
        final long[] newQuanta = new long[newLanes.length];
        final long[] newDeficits = new long[newLanes.length];
        lanesServed = 0;
        for (int i = 0; i < newLanes.length; i++) {
            final ArbitrationEntry entry = entries.get(i);
            newLanes[i] = entry.lane();
            newQuanta[i] = entry.weight() * unit;
            newDeficits[i] = i < lanes.length && lanes[i] == entry.lane() ? deficits[i] : 0;
            lanesServed |= entry.weight() > 0 ? 1 << entry.lane() : 0;
        }
        lanes = newLanes;
        quanta = newQuanta;
        deficits = newDeficits;
        cursor = cursor < newLanes.length ? cursor : 0;
    }

    /**
     * Lanes with a weight in this table.
     *
     * @return one bit per lane.
     */
    int lanesServed() {
        return lanesServed;
    }

    /**
     * Lane of a line.
     *
     * @param entry index of the line.
     * @return the lane.
     */
    int laneOf(final int entry) {
        return lanes[entry];
    }

    /**
     * Finds the line that sends next. Because a quantum covers the longest frame one turn is enough, unless a lane owes
     * for a frame longer than it had promised.
     *
     * @param wireLengths octets on the wire of the head frame, by lane.
     * @param busy        lanes with a frame, at least one of them served by this table.
     * @return index of the line, where the cursor now stands.
     */
    int select(final int[] wireLengths, final int busy) {
        int i = cursor;
        while (!isServable(i, busy) || wireLengths[lanes[i]] > deficits[i]) {
            i = i + 1 == lanes.length ? 0 : i + 1;
            if (isServable(i, busy)) {
                deficits[i] += quanta[i];
            }
        }
        cursor = i;
        return i;
    }

    /**
     * What a line may send in its present turn.
     *
     * @param entry index of the line.
     * @return octets on the wire.
     */
    long deficit(final int entry) {
        return deficits[entry];
    }

    /**
     * Takes a sent frame off the deficit of its line.
     *
     * @param entry      index of the line.
     * @param wireLength octets on the wire.
     */
    void charge(final int entry, final int wireLength) {
        deficits[entry] -= wireLength;
    }

    /**
     * A line could not use its turn: the rest of the turn is lost, so that the next line is served.
     *
     * @param entry index of the line.
     */
    void forfeit(final int entry) {
        deficits[entry] = 0;
    }

    /**
     * Lanes have gone idle: they save no credit.
     *
     * @param idle one bit per lane.
     */
    void clear(final int idle) {
        for (int i = 0; i < lanes.length; i++) {
            if ((idle & 1 << lanes[i]) != 0) {
                deficits[i] = 0;
            }
        }
    }

    private boolean isServable(final int entry, final int busy) {
        return (busy & 1 << lanes[entry]) != 0 && quanta[entry] > 0;
    }
}
