package org.rds4j.crypto.agent;

/**
 * In which order an encryption thread serves the lanes of a queue, record by record. Used by that thread alone; neither
 * blocks nor allocates.
 */
public interface LaneOrder {
    /** No lane has a record that waits. */
    int NONE = -1;

    /** Lane 0 before lane 1, and so on: for queues of one lane. */
    LaneOrder BY_NUMBER = new LaneOrder() {
        @Override
        public int next(final LaneHeads heads) {
            int lane = 0;
            while (lane < heads.laneCount() && heads.length(lane) == 0) {
                lane++;
            }
            return lane < heads.laneCount() ? lane : NONE;
        }

        @Override
        public void onServed(final int lane, final int octets) {
            // needs no accounts
        }
    };

    /**
     * Chooses the lane whose record comes next.
     *
     * @param heads what waits in each lane.
     * @return the lane, or {@link #NONE}.
     */
    int next(LaneHeads heads);

    /**
     * The record of the lane chosen has been sealed or opened.
     *
     * @param lane   as chosen.
     * @param octets as the lane's head said.
     */
    void onServed(int lane, int octets);

    /** What waits in the lanes of a queue. */
    interface LaneHeads {
        /**
         * Lanes of the queue.
         *
         * @return 1 or more.
         */
        int laneCount();

        /**
         * How long the lane's next record is.
         *
         * @param lane below {@link #laneCount()}.
         * @return octets, 1 or more; 0 when nothing waits.
         */
        int length(int lane);
    }
}
