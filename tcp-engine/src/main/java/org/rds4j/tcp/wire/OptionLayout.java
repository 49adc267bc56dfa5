package org.rds4j.tcp.wire;

/**
 * The order and padding of the options on a SYN. The meaning is the same in every order (RFC 9293 section 3.2); what differs is
 * how much a peer's fast path, a middlebox or a conformance script makes of it. Options that are not offered leave no hole.
 */
public enum OptionLayout {
    /**
     * As Linux writes them, padded in front so that each 32-bit word is whole: mss, sackOK and timestamps in three words,
     * nop, wscale; without timestamps mss, nop, nop, sackOK, nop, wscale.
     */
    LINUX {
        @Override
        public int length(final boolean windowScale, final boolean sackPermitted, final boolean timestamps) {
            final int sackAlone = sackPermitted ? TcpOptions.SACK_PERMITTED_LENGTH : 0;
            return TcpOptions.MSS_LENGTH + (timestamps ? TcpOptions.TIMESTAMPS_LENGTH : sackAlone) +
                (windowScale ? TcpOptions.WINDOW_SCALE_LENGTH : 0);
        }

        @Override
        public long write(
            final long address, final int maxSegmentSize, final int windowShift, final boolean sackPermitted,
            final boolean timestamps, final int timestamp, final int echo) {
            long option = TcpOptions.writeMaxSegmentSize(address, maxSegmentSize);
            if (timestamps && sackPermitted) {
                option = TcpOptions.writeSackPermittedAndTimestamps(option, timestamp, echo);
            } else if (timestamps) {
                option = TcpOptions.writeTimestamps(option, timestamp, echo);
            } else if (sackPermitted) {
                option = TcpOptions.writeSackPermitted(option);
            }
            return windowShift == TcpOptions.ABSENT ? option : TcpOptions.writeWindowShift(option, windowShift);
        }
    },
    /**
     * As FreeBSD writes them, each option padded to its natural alignment: mss, nop, wscale, sackOK, timestamps, and the end of
     * the list where octets are left over.
     */
    FREEBSD {
        @Override
        public int length(final boolean windowScale, final boolean sackPermitted, final boolean timestamps) {
            int length = TcpOptions.MSS_LENGTH + (windowScale ? TcpOptions.WINDOW_SCALE_LENGTH : 0) +
                (sackPermitted ? SACK_PERMITTED_UNPADDED : 0);
            if (timestamps) {
                length += (length % 4 == 0 ? 2 : 0) + TIMESTAMPS_UNPADDED;
            }
            return (length + 3) & ~3;
        }

        @Override
        public long write(
            final long address, final int maxSegmentSize, final int windowShift, final boolean sackPermitted,
            final boolean timestamps, final int timestamp, final int echo) {
            long option = TcpOptions.writeMaxSegmentSize(address, maxSegmentSize);
            if (windowShift != TcpOptions.ABSENT) {
                option = TcpOptions.writeWindowShift(option, windowShift);
            }
            if (sackPermitted) {
                NetworkOrder.putShort(option, TcpOptions.KIND_SACK_PERMITTED << 8 | SACK_PERMITTED_UNPADDED);
                option += SACK_PERMITTED_UNPADDED;
            }
            if (timestamps) {
                if ((option - address) % 4 == 0) {
                    NetworkOrder.putShort(option, TcpOptions.KIND_NOP << 8 | TcpOptions.KIND_NOP);
                    option += 2;
                }
                NetworkOrder.putShort(option, TcpOptions.KIND_TIMESTAMPS << 8 | TIMESTAMPS_UNPADDED);
                NetworkOrder.putInt(option + 2, timestamp);
                NetworkOrder.putInt(option + 6, echo);
                option += TIMESTAMPS_UNPADDED;
            }
            while ((option - address) % 4 != 0) {
                NetworkOrder.putByte(option++, TcpOptions.KIND_END); // END is 0, and so is the padding behind it
            }
            return option;
        }
    };

    private static final int SACK_PERMITTED_UNPADDED = 2;
    private static final int TIMESTAMPS_UNPADDED = 10;

    /**
     * Octets that {@link #write} takes.
     *
     * @param windowScale   whether the window scale is offered.
     * @param sackPermitted whether selective acknowledgements are.
     * @param timestamps    whether timestamps are.
     * @return a multiple of 4, at most 20.
     */
    public abstract int length(boolean windowScale, boolean sackPermitted, boolean timestamps);

    /**
     * Writes the options of a SYN or SYN-ACK.
     *
     * @param address        where.
     * @param maxSegmentSize 0..65535.
     * @param windowShift    0..14, or {@link TcpOptions#ABSENT} to offer none.
     * @param sackPermitted  whether selective acknowledgements are offered.
     * @param timestamps     whether timestamps are offered.
     * @param timestamp      TSval.
     * @param echo           TSecr.
     * @return the address behind them.
     */
    public abstract long write(
        long address, int maxSegmentSize, int windowShift, boolean sackPermitted, boolean timestamps, int timestamp, int echo);
}
