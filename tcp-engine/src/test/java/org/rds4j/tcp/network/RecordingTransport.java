package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;

/** A transport that remembers the last call. */
final class RecordingTransport implements TransportHandler {
    int segments;
    int errors;
    long remote;
    long local;
    byte[] octets;
    int trafficClass;
    boolean isVerified;
    IcmpErrorKind kind;
    int mtu;

    @Override
    public void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
        segments++;
        remote = remoteLow;
        local = localLow;
        octets = copy(address, length);
        this.trafficClass = trafficClass;
        isVerified = checksumVerified;
    }

    @Override
    public void onIcmpError(
        final IcmpErrorKind kind, final int nextHopMtu,
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final long nowNs) {
        errors++;
        this.kind = kind;
        mtu = nextHopMtu;
        remote = remoteLow;
        local = localLow;
        octets = copy(address, length);
    }

    private static byte[] copy(final long address, final int length) {
        final byte[] copy = new byte[length];
        for (int i = 0; i < length; i++) {
            copy[i] = UnsafeApi.getByte(address + i);
        }
        return copy;
    }
}
