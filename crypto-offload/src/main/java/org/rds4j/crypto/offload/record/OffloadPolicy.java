package org.rds4j.crypto.offload.record;

/**
 * When a connection uses the device.
 *
 * @param hasDeviceRetransmissions whether the device is set back to encrypt what is sent again; otherwise software encrypts that,
 *                                 and the device stays where it was.
 * @param retransmissionPermille   share of octets sent again above which a connection leaves the device for good.
 * @param retransmissionWindow     octets over which that share is taken.
 * @param records                  most records unacknowledged, a power of two.
 */
public record OffloadPolicy(
    boolean hasDeviceRetransmissions,
    int retransmissionPermille,
    long retransmissionWindow,
    int records) {
    /**
     * Software encrypts what is sent again. A connection leaves above 2 %, as FreeBSD's does
     * ({@code kern.ipc.tls.ifnet_max_rexmit_pct}), taken over 4 MiB.
     */
    public static final OffloadPolicy DEFAULT = new OffloadPolicy(false, 20, 4 << 20, 4096);

    /**
     * Another way with what is sent again.
     *
     * @param isByDevice true to set the device back.
     * @return changed policy.
     */
    public OffloadPolicy withDeviceRetransmissions(final boolean isByDevice) {
        return new OffloadPolicy(isByDevice, retransmissionPermille, retransmissionWindow, records);
    }

    /**
     * Another bound for what is sent again.
     *
     * @param permille share.
     * @param window   octets.
     * @return changed policy.
     */
    public OffloadPolicy withRetransmissions(final int permille, final long window) {
        return new OffloadPolicy(hasDeviceRetransmissions, permille, window, records);
    }
}
