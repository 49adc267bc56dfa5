package org.rds4j.carrier;

import org.rds4j.RdsAddress;

/**
 * Names one path of a node: a peer, a lane to it, and which of the lane's paths.
 *
 * @param remoteHigh bits 127..64 of the peer's address; IPv4 as {@code ::ffff:a.b.c.d}.
 * @param remoteLow  bits 63..0 of the peer's address.
 * @param lane       0 to {@link #MAX_LANES} - 1.
 * @param index      of the path within the lane, 0 to {@link #MAX_PATHS} - 1; of an accepted carrier perhaps
 *                   {@link #UNKNOWN_INDEX}.
 */
public record PathKey(long remoteHigh, long remoteLow, int lane, int index) {
    /** Most lanes to one peer. */
    public static final int MAX_LANES = 16;
    /** Most paths of one lane, as of Linux's RDS_MPATH_WORKERS. */
    public static final int MAX_PATHS = 8;
    /** Index of a carrier whose dialer did not say which path it is for. */
    public static final int UNKNOWN_INDEX = -1;

    @Override
    public String toString() {
        return RdsAddress.hostText(remoteHigh, remoteLow) + " lane " + lane + " path " + index;
    }
}
