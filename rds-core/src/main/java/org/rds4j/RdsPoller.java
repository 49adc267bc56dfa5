package org.rds4j;

import java.lang.invoke.VarHandle;
import java.util.function.IntSupplier;
import org.agrona.BitUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.ReadySets;
import org.rds4j.socket.SocketControl;
import org.rds4j.socket.SocketEvents;

/**
 * Says which of many sockets are ready, as epoll does: level-triggered, and at the cost of those that are ready, however many
 * are registered. For sockets of one node, or of one client of a driver, which its {@code poller()} makes.
 * <p>
 * The engine notes a socket as ready only while a poller waits for it: a socket found ready is looked at in every poll until it
 * is not; then it waits, and costs neither the poller nor the engine anything until something happens to it. No call but
 * {@link #register} allocates or waits for the engine.
 * <p>
 * One thread at a time may use a poller, all its methods; sockets may be used by other threads meanwhile. A socket has one
 * poller at a time.
 */
public final class RdsPoller implements AutoCloseable {
    /** A datagram waits to be received. */
    public static final int READABLE = SocketEvents.READABLE;
    /**
     * A send would find room: what is unacknowledged is below SO_SNDBUF and the submit ring at most half full. Says nothing of
     * congested destinations, nor of blocks for long datagrams.
     */
    public static final int WRITABLE = SocketEvents.WRITABLE;
    /** The congestion monitor has something to say: see {@link RdsSocket#pollCongestion()}. */
    public static final int CONGESTION = SocketEvents.CONGESTION;
    /** The cookie of a payload sent without copy waits to be taken: see {@link RdsSocket#pollCompletions}. */
    public static final int COMPLETION = SocketEvents.COMPLETION;
    /**
     * The socket, its node, or the node's process is gone. Told without being asked for, until the socket is deregistered. What
     * had arrived can still be received.
     */
    public static final int CLOSED = SocketEvents.CLOSED;

    private static final int ALL = READABLE | WRITABLE | CONGESTION | COMPLETION | CLOSED;
    private static final int FIRST_CAPACITY = 16;

    private final SocketControl engine;
    private final CongestionMaps congestion;
    private final ReadySets sets;
    private final int set;
    private final NanoClock clock;
    private final IdleStrategy idleStrategy;
    private final IntSupplier duty;
    private final Registration[] bySlot;
    /** Registrations to be looked at, a ring; those deregistered meanwhile are skipped when it is their turn. */
    private Registration[] queue = new Registration[FIRST_CAPACITY];
    private int head;
    private int queued;
    /** Registrations that are in the queue or may come there. */
    private int places;
    /** Sockets with refused datagrams, to be looked at when the next congestion map has come. */
    private Registration[] refused = new Registration[FIRST_CAPACITY];
    private int refusedCount;
    private long seenUpdates;
    private boolean isEngineClosed;
    private boolean isClosed;

    /** A socket that is registered. */
    private static final class Registration {
        final RdsSocket socket;
        final SocketReadiness readiness;
        int interest;
        boolean isQueued;
        boolean isRefused;
        boolean isOver;

        Registration(final RdsSocket socket, final int interest) {
            this.socket = socket;
            this.readiness = socket.readiness();
            this.interest = interest;
        }
    }

    private RdsPoller(final RdsContext context, final SocketControl engine, final IntSupplier duty, final int set) {
        this.engine = engine;
        this.congestion = engine.congestion();
        this.sets = engine.readySets();
        this.set = set;
        this.clock = context.nanoClock();
        this.idleStrategy = context.newApplicationIdleStrategy();
        this.duty = duty;
        this.bySlot = new Registration[sets.slots()];
    }

    /**
     * Opens a poller; applications ask their node or client for one instead.
     *
     * @param context concluded.
     * @param engine  of the sockets.
     * @param duty    run over and over while a poll waits; null when the engine has a thread.
     * @return the poller; the caller closes it.
     * @throws RdsException (ENOMEM) when there are {@link ReadySets#MAX_SETS} already.
     */
    public static RdsPoller open(final RdsContext context, final SocketControl engine, final IntSupplier duty) {
        final int set = engine.readySets().open();
        if (set == ReadySets.NONE) {
            throw RdsException.of(Errno.ENOMEM, "all " + ReadySets.MAX_SETS + " pollers are open: close some");
        }
        return new RdsPoller(context, engine, duty, set);
    }

    /**
     * Registers a socket; waits for the engine as bind does.
     *
     * @param socket   of the poller's node, bound or not, without a poller.
     * @param interest what to be told of, of {@link #READABLE}, {@link #WRITABLE}, {@link #CONGESTION} and {@link #COMPLETION};
     *                 0 for nothing but {@link #CLOSED}.
     * @throws RdsException EINVAL (another node's socket, another event), EADDRINUSE (the socket has a poller), EBADF (socket or
     * poller closed), ECONNRESET (the node's process is gone), ETIMEDOUT.
     */
    public void register(final RdsSocket socket, final int interest) {
        requireEvents(interest);
        final SocketReadiness readiness = socket.readiness();
        requireOpen();
        if (!readiness.isOf(sets)) {
            throw RdsException.of(Errno.EINVAL, "the socket is of another node than the poller");
        }
        if (readiness.isWatched()) {
            throw RdsException.of(Errno.EADDRINUSE, "the socket has a poller: deregister it there first");
        }
        socket.watch(set);
        if (bySlot[readiness.slot()] != null) {
            forget(bySlot[readiness.slot()]); // closed since, else nobody else would have its slot
        }
        final Registration registration = new Registration(socket, interest);
        places++;
        makeRoom();
        bySlot[readiness.slot()] = registration;
        enqueue(registration);
    }

    private void requireOpen() {
        if (isClosed) {
            throw RdsException.of(Errno.EBADF, "the poller is closed");
        }
    }

    private static void requireEvents(final int interest) {
        if ((interest & ~ALL) != 0) {
            throw RdsException.of(Errno.EINVAL, "no events: " + interest);
        }
    }

    private void makeRoom() {
        if (places > queue.length) {
            final Registration[] larger = new Registration[2 * BitUtil.findNextPositivePowerOfTwo(places)];
            for (int i = 0; i < queued; i++) {
                larger[i] = queue[head + i & queue.length - 1];
            }
            queue = larger;
            head = 0;
            final Registration[] waiting = new Registration[larger.length];
            System.arraycopy(refused, 0, waiting, 0, refusedCount);
            refused = waiting;
        }
    }

    /**
     * Changes what a socket is polled for.
     *
     * @param socket   that is registered here.
     * @param interest as of {@link #register}.
     * @throws RdsException EINVAL (not registered here, another event).
     */
    public void modify(final RdsSocket socket, final int interest) {
        requireEvents(interest);
        final Registration registration = find(socket);
        registration.interest = interest;
        enqueue(registration);
    }

    /**
     * Forgets a socket.
     *
     * @param socket that is registered here, perhaps closed.
     * @throws RdsException EINVAL (not registered here).
     */
    public void deregister(final RdsSocket socket) {
        forget(find(socket));
    }

    private Registration find(final RdsSocket socket) {
        final Registration registration = bySlot[socket.readiness().slot()];
        if (registration == null || !registration.socket.equals(socket)) {
            throw RdsException.of(Errno.EINVAL, "the socket is not registered with this poller");
        }
        return registration;
    }

    private void forget(final Registration registration) {
        bySlot[registration.readiness.slot()] = null;
        registration.readiness.unwatched();
        registration.isOver = true;
        if (!registration.isQueued && !registration.isRefused) {
            places--;
        }
    }

    /**
     * Tells which sockets are ready now, those that were told longest ago first; waits when none is.
     *
     * @param handler   called for each.
     * @param limit     most sockets, above 0.
     * @param timeoutNs longest wait; 0 does not wait, {@link RdsSocket#FOREVER} has no end.
     * @return how many were told; 0 when the time was over.
     * @throws RdsException EINTR, EBADF (the poller is closed).
     */
    public int poll(final ReadyHandler handler, final int limit, final long timeoutNs) {
        requireOpen();
        final int told = look(handler, limit);
        return told > 0 || timeoutNs <= 0 ? told : await(handler, limit, timeoutNs);
    }

    private int await(final ReadyHandler handler, final int limit, final long timeoutNs) {
        final long startNs = clock.nanoTime();
        int told = 0;
        idleStrategy.reset();
        while (told == 0 && clock.nanoTime() - startNs < timeoutNs) {
            if (Thread.currentThread().isInterrupted()) {
                throw RdsException.of(Errno.EINTR, "interrupted while waiting for a socket to become ready");
            }
            idleStrategy.idle(duty == null ? 0 : duty.getAsInt());
            told = look(handler, limit);
        }
        return told;
    }

    private int look(final ReadyHandler handler, final int limit) {
        takeNews();
        int told = 0;
        for (int left = queued; left > 0 && told < limit; left--) {
            final Registration next = dequeue();
            final int events = next.isOver ? 0 : eventsOf(next);
            if (events != 0) {
                enqueue(next); // before the handler, which may throw or deregister it
                told++;
                handler.onReady(next.socket, events);
            }
        }
        return told;
    }

    private void takeNews() {
        for (int i = 0; i < sets.summaryWords(); i++) {
            long words = sets.takeSummary(set, i);
            while (words != 0) {
                takeWord(i * Long.SIZE + Long.numberOfTrailingZeros(words));
                words &= words - 1;
            }
        }
        if (refusedCount > 0 && congestion.updates() != seenUpdates) {
            lookAtRefused();
        }
        if (engine.isClosed() && !isEngineClosed) {
            isEngineClosed = true;
            lookAtAll();
        }
    }

    private void takeWord(final int word) {
        long slots = sets.takeWord(set, word);
        while (slots != 0) {
            final Registration registration = bySlot[word * Long.SIZE + Long.numberOfTrailingZeros(slots)];
            if (registration != null) {
                enqueue(registration);
            }
            slots &= slots - 1;
        }
    }

    private void lookAtRefused() {
        while (refusedCount > 0) {
            final Registration registration = refused[--refusedCount];
            refused[refusedCount] = null;
            registration.isRefused = false;
            if (!registration.isOver) {
                enqueue(registration);
            } else if (!registration.isQueued) {
                places--;
            }
        }
    }

    private void lookAtAll() {
        for (final Registration registration : bySlot) {
            if (registration != null) {
                enqueue(registration);
            }
        }
    }

    private void enqueue(final Registration registration) {
        if (!registration.isQueued) {
            registration.isQueued = true;
            registration.readiness.wanted(0);
            queue[head + queued++ & queue.length - 1] = registration;
        }
    }

    private Registration dequeue() {
        final Registration next = queue[head];
        queue[head] = null;
        head = head + 1 & queue.length - 1;
        queued--;
        next.isQueued = false;
        if (next.isOver && !next.isRefused) {
            places--;
        }
        return next;
    }

    /** Of a socket that is not ready the engine tells the poller when it is; it may have become so meanwhile. */
    private int eventsOf(final Registration registration) {
        final int interest = registration.interest;
        final SocketReadiness readiness = registration.readiness;
        int events = readiness.events(interest);
        if (events == 0) {
            readiness.wanted(interest | CLOSED);
            VarHandle.fullFence();
            final long updates = congestion.updates();
            events = readiness.events(interest);
            if (events == 0 && (interest & CONGESTION) != 0 && readiness.awaitsMap()) {
                awaitMap(registration, updates);
            }
        }
        return events;
    }

    private void awaitMap(final Registration registration, final long updates) {
        if (refusedCount == 0) {
            seenUpdates = updates;
        }
        if (!registration.isRefused) {
            registration.isRefused = true;
            refused[refusedCount++] = registration;
        }
    }

    /** Forgets every socket. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            for (final Registration registration : bySlot) {
                if (registration != null) {
                    forget(registration);
                }
            }
            sets.close(set);
        }
    }
}
