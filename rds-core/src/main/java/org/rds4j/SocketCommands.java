package org.rds4j;

import java.util.function.IntSupplier;
import org.rds4j.socket.SocketControl;
import org.rds4j.socket.SocketRegion;

/** What a socket asks its engine for and waits to be answered. One thread at a time. */
final class SocketCommands {
    private static final String LOST = "the process of the node is gone: open another socket when it is back";

    private final RdsContext context;
    private final SocketControl engine;
    private final IntSupplier duty;
    private final SocketRegion region;
    private final int slot;
    private boolean isGivenUp;

    SocketCommands(
        final RdsContext context, final SocketControl engine, final IntSupplier duty, final SocketRegion region,
        final int slot) {
        this.context = context;
        this.engine = engine;
        this.duty = duty;
        this.region = region;
        this.slot = slot;
    }

    /**
     * Has a command carried out.
     *
     * @return the answer's value.
     * @throws RdsException with the answer's error; ETIMEDOUT, EINTR, EBADF, ECONNRESET.
     */
    int run(final int kind, final long high, final long low, final int port, final String what) {
        requireOpen();
        final Wait wait = waitFor("the engine to " + what);
        long correlationId = engine.command(kind, slot, high, low, port);
        while (correlationId == SocketControl.NOT_NOW) {
            wait.idle();
            correlationId = engine.command(kind, slot, high, low, port);
        }
        while (!region.hasResponse(correlationId)) {
            requireEngine();
            wait.idle();
        }
        if (region.responseErrno() != 0) {
            throw RdsException.of(Errno.ofNumber(region.responseErrno()), "cannot " + what);
        }
        return region.responseValue();
    }

    /** A socket that the engine closed by itself, for what it found in the region, keeps its slot until its owner closes it. */
    void freeBrokenSlot() {
        if (region.isBroken() && !isGivenUp) {
            isGivenUp = true;
            engine.giveUp(slot);
        }
    }

    Wait waitFor(final String what) {
        return new Wait(context, duty, context.controlTimeoutNs(), what);
    }

    void requireOpen() {
        requireFound();
        if (region.state() == SocketRegion.STATE_CLOSED) {
            throw RdsException.of(Errno.EBADF, "the socket is closed");
        }
    }

    /** An engine that has ended answers nothing that it had not read by then. */
    private void requireEngine() {
        requireFound();
        if (isEngineClosed()) {
            requireOpen();
        }
    }

    private void requireFound() {
        if (region.state() == SocketRegion.STATE_LOST) {
            throw RdsException.of(Errno.ECONNRESET, LOST);
        }
    }

    boolean isEngineClosed() {
        return engine.isClosed();
    }
}
