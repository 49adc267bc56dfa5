package org.rds4j.perf.load;

/** What is measured. */
public enum Metric {
    /** Time from sending a message until its echo arrived. */
    RTT("rtt"),
    /** Messages delivered per second, in one direction. */
    THROUGHPUT("throughput"),
    /** Time of one thread for one full TCP segment, from one application's buffer to the other's. */
    TCP("tcp"),
    /** Memory of a peer with which nothing happens, and time of a duty cycle beside such peers. */
    IDLE_PEERS("idle-peers"),
    /** Time to seal or open one record: by a library alone, and by the encryption thread. */
    AEAD("aead");

    private final String label;

    Metric(final String label) {
        this.label = label;
    }

    /**
     * The metric's name in options and files.
     *
     * @return a lower-case word.
     */
    public String label() {
        return label;
    }
}
