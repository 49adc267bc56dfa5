package org.rds4j.sim.world;

/**
 * Something a script does to the world at a given time.
 *
 * @param timeNs when.
 * @param order  in which it was scheduled, to keep actions of one instant in order.
 * @param action what.
 */
record ScheduledAction(long timeNs, long order, Runnable action) implements Comparable<ScheduledAction> {
    @Override
    public int compareTo(final ScheduledAction other) {
        final int byTime = Long.compare(timeNs, other.timeNs);
        return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
}
