package org.rds4j.tcp.network;

/** One of this host's addresses and whether it may be used yet (RFC 4862 section 5.4). */
final class OwnAddress {
    /** How far duplicate address detection has come. IPv4 addresses are valid from the start. */
    enum State {
        /** Being asked for: nobody is to answer before it is used. */
        TENTATIVE,
        /** In use. */
        VALID,
        /** Another host has it: never used. */
        DUPLICATE
    }

    final InterfaceAddress address;
    final long high;
    final long low;
    State state;
    /** Routes in the name of this address; made with the first. */
    RouteTable routes;
    int probes;
    /** When the next step of the detection is due. */
    long deadlineNs = Long.MIN_VALUE;

    OwnAddress(final InterfaceAddress address, final boolean isProbed) {
        this.address = address;
        this.high = address.address().high();
        this.low = address.address().low();
        this.state = isProbed ? State.TENTATIVE : State.VALID;
    }

    boolean isUsable() {
        return state == State.VALID;
    }

    boolean is(final long otherHigh, final long otherLow) {
        return low == otherLow && high == otherHigh;
    }
}
