package org.rds4j;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/**
 * What a socket's receiving thread gets, in the order of Linux's rds_recvmsg: nothing at all for OOB, the queue of errors for
 * ERRQUEUE, what the congestion monitor says, datagrams. One thread at a time.
 */
final class Receiver {
    private final RdsContext context;
    private final IntSupplier duty;
    private final SocketCommands commands;
    private final CongestionMonitor monitor;
    private final DatagramReader reader;
    private final ByteBuffer[] single = new ByteBuffer[1];

    Receiver(
        final RdsContext context, final IntSupplier duty, final SocketCommands commands, final CongestionMonitor monitor,
        final DatagramReader reader) {
        this.context = context;
        this.duty = duty;
        this.commands = commands;
        this.monitor = monitor;
        this.reader = reader;
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
        if (!tryReceive(destinations, flags)) {
            if (timeoutNs <= 0 || (flags & MessageFlags.DONTWAIT) != 0) {
                commands.requireOpen();
                throw RdsException.of(Errno.EAGAIN, "no datagram is waiting");
            }
            final Wait wait = new Wait(context, duty, timeoutNs, "a datagram");
            do {
                commands.requireOpen();
                wait.idle();
            } while (!tryReceive(destinations, flags));
        }
        reader.info().isLengthAsked((flags & MessageFlags.TRUNC) != 0);
        return reader.info();
    }

    private boolean tryReceive(final ByteBuffer[] destinations, final int flags) {
        final long ports = monitor.poll();
        if (ports != 0) {
            reader.info().congestion(ports);
            return true;
        }
        return (flags & MessageFlags.PEEK) != 0 ? reader.peek(destinations) : reader.readOne(destinations);
    }
}
