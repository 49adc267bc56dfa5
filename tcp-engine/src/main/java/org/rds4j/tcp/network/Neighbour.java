package org.rds4j.tcp.network;

/** A host on the link and what is known of it. Reused: a slot of {@link NeighbourTable}, plain fields. */
final class Neighbour implements AddressTable.Entry {
    /** The states of RFC 4861 section 7.3.2, used for ARP alike. */
    enum State {
        /** The slot is unused. */
        FREE,
        /** Asked for, not yet answered. */
        INCOMPLETE,
        /** Known to be there. */
        REACHABLE,
        /** Was there once; good enough to send to, which starts {@link #DELAY}. */
        STALE,
        /** Being sent to; upper layers have a while to confirm it. */
        DELAY,
        /** Unconfirmed; being asked at its old address. */
        PROBE,
        /** Did not answer. */
        FAILED
    }

    State state = State.FREE;
    /** The host's address, IPv4 as a mapped one; 0 when the slot is free. */
    long high;
    long low;
    /** Station address, 0 while unknown. */
    long mac;
    /** Requests sent since the state was entered. */
    int requests;
    /** A request was sent and no reply has come. */
    boolean awaitsReply;
    /** Learnt from a request of its own and not used since. */
    boolean isOverheard;
    /** When the state ends. */
    long deadlineNs;
    /** How long this one stays reachable without confirmation. */
    long reachableNs;
    long confirmedNs;
    long requestedNs;
    long usedNs;

    @Override
    public long high() {
        return high;
    }

    @Override
    public long low() {
        return low;
    }

    boolean is(final long otherHigh, final long otherLow) {
        return low == otherLow && high == otherHigh;
    }
}
