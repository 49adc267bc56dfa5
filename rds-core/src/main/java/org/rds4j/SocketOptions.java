package org.rds4j;

import org.rds4j.socket.SocketRegion;

/** The values of a socket's options, and the rules of setting them (net/core/sock.c, net/rds/af_rds.c). */
final class SocketOptions {
    /** SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF: least doubled values. */
    private static final int LEAST_SEND_BUFFER = 4608;
    private static final int LEAST_RECEIVE_BUFFER = 2304;
    /** Known transports are numbered below this; 0 is InfiniBand, 1 was iWARP. */
    private static final int TRANSPORTS = 3;

    private final RdsContext context;
    private final SocketRegion region;
    private final SendSide sendSide;
    private final CongestionMonitor monitor;
    private final Arrivals arrivals;
    private volatile long sendTimeoutNs;
    private volatile long receiveTimeoutNs;
    private volatile boolean isReceiveErrors;
    private volatile boolean isZeroCopy;
    private volatile boolean isTransportSet;

    SocketOptions(
        final RdsContext context, final SocketRegion region, final SendSide sendSide, final CongestionMonitor monitor,
        final Arrivals arrivals) {
        this.arrivals = arrivals;
        this.context = context;
        this.region = region;
        this.sendSide = sendSide;
        this.monitor = monitor;
        region.receiveBufferLength(context.receiveLimit());
    }

    void set(final RdsOption<?> option, final Object value) {
        if (value == null) {
            throw RdsException.of(Errno.EINVAL, option + " needs a value");
        }
        switch (option.kind()) {
            case SNDBUF -> sendSide.limit(limit((Integer) value, context.maxSendBufferLength(), LEAST_SEND_BUFFER));
            case RCVBUF -> region.receiveBufferLength(
                limit((Integer) value, context.maxReceiveBufferLength(), LEAST_RECEIVE_BUFFER));
            case SNDTIMEO -> sendTimeoutNs = timeout(option, (Long) value);
            case RCVTIMEO -> receiveTimeoutNs = timeout(option, (Long) value);
            case RECVERR -> isReceiveErrors = (Boolean) value;
            case ZEROCOPY -> isZeroCopy = (Boolean) value;
            case CONG_MONITOR -> monitor.set((Boolean) value);
            case TRANSPORT -> transport((Integer) value);
            case GET_MR -> throw RdsException.of(Errno.EOPNOTSUPP, "there is no RDMA over TCP");
            case FREE_MR -> throw RdsException.of(Errno.EINVAL, "there is no memory for RDMA to free");
            case TIMESTAMP -> arrivals.timestamp((Boolean) value);
            case LATENCY -> arrivals.latency((int[]) value);
            case CANCEL_SENT_TO -> throw new AssertionError(option); // the socket does it
        }
    }

    /** The value is unsigned to Linux, so one below 0 is a large one. */
    private static int limit(final int value, final int most, final int leastDoubled) {
        final int bounded = Integer.compareUnsigned(value, most) < 0 ? value : most;
        return Math.max(2 * bounded, leastDoubled) / 2;
    }

    private static long timeout(final RdsOption<?> option, final long timeoutNs) {
        if (timeoutNs < 0) {
            throw RdsException.of(Errno.EINVAL, option + " of " + timeoutNs + " ns is below 0");
        }
        return timeoutNs;
    }

    private void transport(final int number) {
        if (isTransportChosen()) {
            throw RdsException.of(Errno.EOPNOTSUPP, "the socket has its transport already");
        }
        if (number < 0 || number >= TRANSPORTS) {
            throw RdsException.of(Errno.EINVAL, "there is no transport " + number);
        }
        if (number != RdsOption.TRANSPORT_TCP) {
            throw RdsException.of(Errno.ENOPROTOOPT, "transport " + number + " is not here: TCP is");
        }
        isTransportSet = true;
    }

    private boolean isTransportChosen() {
        return isTransportSet || region.state() != SocketRegion.STATE_OPEN;
    }

    Object get(final RdsOption<?> option) {
        return switch (option.kind()) {
            case SNDBUF -> doubled(sendSide.limit());
            case RCVBUF -> doubled(region.receiveBufferLength());
            case SNDTIMEO -> sendTimeoutNs;
            case RCVTIMEO -> receiveTimeoutNs;
            case RECVERR -> isReceiveErrors;
            case ZEROCOPY -> isZeroCopy;
            case TIMESTAMP -> arrivals.isTimestampOn();
            case TRANSPORT -> isTransportChosen() ? RdsOption.TRANSPORT_TCP : RdsOption.TRANSPORT_NONE;
            default -> throw RdsException.of(Errno.ENOPROTOOPT, option + " can only be set");
        };
    }

    private static int doubled(final int limit) {
        return (int) Math.min(Integer.MAX_VALUE, 2L * limit);
    }

    /** What to say instead when the address to bind to is not one of this host. */
    Errno notLocal() {
        return isTransportSet ? Errno.ENOPROTOOPT : Errno.EADDRNOTAVAIL;
    }

    /** Of a send that names none. */
    long sendTimeoutNs() {
        return sendTimeoutNs == 0 ? RdsSocket.FOREVER : sendTimeoutNs;
    }

    /** Of a receive that names none. */
    long receiveTimeoutNs() {
        return receiveTimeoutNs == 0 ? RdsSocket.FOREVER : receiveTimeoutNs;
    }
}
