package org.rds4j.status;

import java.util.Locale;
import org.rds4j.RdsAddress;

/**
 * A path to a peer, as of {@link StatusTable#PATHS}.
 *
 * @param local                this host, port 0.
 * @param remote               the peer, port 0.
 * @param lane                 0 to 15.
 * @param index                of the path in its lane.
 * @param nextSendSequence     the next message will have.
 * @param nextReceiveSequence  expected next from the peer.
 * @param state                where the path stands.
 * @param peerGeneration       0 while unknown.
 * @param queuedMessages       not handed to TCP yet.
 * @param unackedMessages      handed to TCP and not acknowledged.
 * @param queuedLength         octets, headers included, not handed to TCP yet.
 * @param unackedLength        octets, headers included, handed to TCP and not acknowledged.
 * @param hasCarrier           whether there is a TCP connection, in whatever state.
 * @param localPort            of that connection, 0 without one.
 * @param remotePort           of that connection, 0 without one.
 * @param peerPaths            paths per lane that the peer's probes told, 0 while unknown.
 */
public record PathStatus(
    RdsAddress local, RdsAddress remote, int lane, int index, long nextSendSequence, long nextReceiveSequence, State state,
    long peerGeneration, long queuedMessages, long unackedMessages, long queuedLength, long unackedLength,
    boolean hasCarrier, int localPort, int remotePort, int peerPaths) {
    /** Where a path stands; the number is the word in a row. */
    public enum State {
        /** No carrier. */
        DOWN(0),
        /** An attempt to connect is under way. */
        CONNECTING(1),
        /** Has a carrier. */
        UP(2),
        /** Its carrier ends. */
        DRAINING(3),
        /** The peer broke the protocol. */
        ERROR(4);

        private static final State[] STATES = values();

        private final int number;

        State(final int number) {
            this.number = number;
        }

        /**
         * The word in a row.
         *
         * @return 0 or more.
         */
        public int number() {
            return number;
        }

        /**
         * The name tools print.
         *
         * @return lower case.
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(final int number) {
            return STATES[number];
        }
    }

    /**
     * The flags of rds-info.
     *
     * @return four characters: s sending, c connecting, C connected, E error, or a dash in their place.
     */
    public String flags() {
        return (queuedMessages > 0 && state == State.UP ? "s" : "-")
            + (state == State.CONNECTING ? "c" : "-")
            + (state == State.UP ? "C" : "-")
            + (state == State.ERROR ? "E" : "-");
    }

    static PathStatus read(final StatusRow row) {
        return new PathStatus(
            row.address(), row.address(), row.number(), row.number(), row.word(), row.word(), State.of(row.number()),
            row.word() & 0xffff_ffffL, row.word(), row.word(), row.word(), row.word(), row.word() != 0,
            row.number(), row.number(), row.number());
    }
}
