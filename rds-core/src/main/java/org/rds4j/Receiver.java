package org.rds4j;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/**
 * What a socket's receiving thread gets, in the order of Linux's rds_recvmsg: nothing at all for OOB, the queue of errors for
 * ERRQUEUE, what the congestion monitor says, datagrams with the cookies that are there, cookies alone. One thread at a time.
 */
final class Receiver {
    private final RdsContext context;
    private final IntSupplier duty;
    private final SocketCommands commands;
    private final CongestionMonitor monitor;
    private final DatagramReader reader;
    private final Lendings lendings;
    private final IntConsumer cookies;
    private final ByteBuffer[] single = new ByteBuffer[1];

    Receiver(
        final RdsContext context, final IntSupplier duty, final SocketCommands commands, final CongestionMonitor monitor,
        final DatagramReader reader, final Lendings lendings) {
        this.context = context;
        this.duty = duty;
        this.commands = commands;
        this.monitor = monitor;
        this.reader = reader;
        this.lendings = lendings;
        this.cookies = reader.info()::addCookie;
    }

    int poll(final DatagramHandler handler, final int limit) {
        return reader.read(handler, limit);
    }

    DatagramInfo receive(final ByteBuffer destination, final long timeoutNs) {
        single[0] = destination;
        return receive(single, 0, timeoutNs);
    }

    DatagramInfo receive(final ByteBuffer[] destinations, final int flags, final long timeoutNs) {
        if ((flags & MessageFlags.OOB) != 0) {
            commands.requireOpen();
            reader.info().nothing();
            return reader.info();
        }
        if ((flags & MessageFlags.ERRQUEUE) != 0) {
            commands.requireOpen();
            throw RdsException.of(Errno.EAGAIN, "the queue of errors is empty");
        }
        final boolean isWaiting = timeoutNs > 0 && (flags & MessageFlags.DONTWAIT) == 0;
        if (!tryReceive(destinations, flags, isWaiting)) {
            if (!isWaiting) {
                commands.requireOpen();
                throw RdsException.of(Errno.EAGAIN, "no datagram is waiting");
            }
            final Wait wait = new Wait(context, duty, timeoutNs, "a datagram");
            do {
                commands.requireOpen();
                wait.idle();
            } while (!tryReceive(destinations, flags, true));
        }
        reader.info().isLengthAsked((flags & MessageFlags.TRUNC) != 0);
        return reader.info();
    }

    private boolean tryReceive(final ByteBuffer[] destinations, final int flags, final boolean isWaiting) {
        final long ports = monitor.poll();
        if (ports != 0) {
            reader.info().congestion(ports);
            return true;
        }
        final boolean isReceived = (flags & MessageFlags.PEEK) != 0 ? reader.peek(destinations) : reader.readOne(destinations);
        return takeCookies(isReceived, isWaiting) || isReceived;
    }

    /** Linux has a receive that waits go on waiting when there are cookies alone. */
    private boolean takeCookies(final boolean isReceived, final boolean isWaiting) {
        if (!lendings.hasCookies() || (!isReceived && isWaiting && context.linuxExact())) {
            return false;
        }
        if (!isReceived) {
            reader.info().nothing();
        }
        lendings.take(cookies, DatagramInfo.MAX_COOKIES);
        return true;
    }

    int pollCompletions(final IntConsumer handler, final int limit) {
        return lendings.take(handler, limit);
    }
}
