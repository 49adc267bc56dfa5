package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.Errno;
import org.rds4j.RdsContext;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.RegionLayout;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;
import org.rds4j.status.StatusSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's side of applications in other processes: lets clients in, makes the memory of their sockets, hands their commands to
 * the engine, and tidies up after those that are gone. Has a thread of its own, as all this waits for the system; datagrams
 * do not come this way. Made by the thread that starts the node, closed after the engine.
 */
public final class DriverConductor implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(DriverConductor.class);
    private static final long LOOK_INTERVAL_MS = 100;
    private final EngineProxy engine;
    private final EpochClock clock;
    private final RdsCounters counters;
    private final DriverDirectory directory;
    private final RegionLayout layout;
    private final int permittedLevels;
    private final LastPlaces seats;
    private final LastPlaces sockets;
    private final int maxSocketsPerClient;
    private final ClientTable table;
    private final BlockRoom blockRoom;
    private final SharedMemory controlMemory;
    private final ControlRegion control;
    private final SharedMemory congestionMemory;
    private final Door door;
    private final UnsafeBuffer congestion;
    private long congestionUpdates;
    private final List<AttachedClient> clients = new ArrayList<>();
    private volatile boolean isMemoryKept;
    private long looked;
    private long clientCount;
    private long socketCount;

    /**
     * Clients find the driver from now on.
     *
     * @param context         concluded.
     * @param directory       of the driver; closed by the caller, after this.
     * @param engine          of the node.
     * @param permittedLevels service levels that applications may use, bit n for level n.
     * @param random          tells this driver from others.
     * @param clock           milliseconds since 1970.
     * @param counters        of the engine, which leaves {@link RdsCounter#CLIENT_FAILED} to this.
     * @throws DriverException when no socket can be made in the directory, or there is no memory.
     */
    public DriverConductor(
        final RdsContext context, final DriverDirectory directory, final EngineProxy engine, final int permittedLevels,
        final RandomGenerator random, final EpochClock clock, final RdsCounters counters) {
        this(context, directory, engine, permittedLevels, random, clock, counters, new AvailableMemory());
    }

    DriverConductor(
        final RdsContext context, final DriverDirectory directory, final EngineProxy engine, final int permittedLevels,
        final RandomGenerator random, final EpochClock clock, final RdsCounters counters, final AvailableMemory available) {
        this.engine = engine;
        this.counters = counters;
        this.clock = clock;
        this.layout = RegionLayout.of(context);
        this.blockRoom = new BlockRoom(available, layout.length());
        this.permittedLevels = permittedLevels;
        this.seats = new LastPlaces(context.maxClients());
        this.sockets = new LastPlaces(context.maxSockets());
        this.maxSocketsPerClient = context.maxSocketsPerClient();
        this.directory = directory;
        this.table = new ClientTable(seats.total());
        final List<AutoCloseable> made = new ArrayList<>();
        try {
            congestionMemory =
                SharedMemory.createToShow("rds-congestion", CongestionMaps.length(engine.congestion().maxHosts()));
            made.add(congestionMemory);
            controlMemory = SharedMemory.createToShow("rds-control", ControlRegion.LENGTH);
            made.add(controlMemory);
            congestion = new UnsafeBuffer(congestionMemory.memory().asByteBuffer());
            control = new ControlRegion(controlMemory.memory());
            control.beat(clock.time());
            control.publish(context, permittedLevels, engine.congestion().maxHosts(), random.nextLong());
            door = Door.open(directory);
        } catch (final RuntimeException | Error e) {
            CloseHelper.quietCloseAll(made);
            throw e;
        } catch (final IOException e) {
            CloseHelper.quietCloseAll(made);
            throw new DriverException("cannot be a driver in the directory " + directory.path() + ": " + e);
        }
    }

    /**
     * Where clients attach.
     *
     * @return the directory.
     */
    public Path directory() {
        return directory.path();
    }

    /**
     * Shows the clients to tools.
     *
     * @return for the engine's thread.
     */
    public StatusSource status() {
        return table;
    }

    @Override
    public int doWork() {
        final long nowMs = clock.time();
        int work = answerDoor() + showCongestion();
        final boolean isLooking = nowMs - looked >= LOOK_INTERVAL_MS || nowMs < looked;
        if (isLooking) {
            looked = nowMs;
            control.beat(nowMs);
        }
        work += serve(isLooking);
        if (isLooking) {
            table.show(clients);
        }
        return work;
    }

    private int serve(final boolean isLooking) {
        int work = 0;
        for (final Iterator<AttachedClient> all = clients.iterator(); all.hasNext();) {
            final AttachedClient client = all.next();
            work += work(client, isLooking);
            if (client.isEnded()) {
                all.remove();
                client.remove();
            }
        }
        return work;
    }

    /** What goes wrong with one client must not keep the others from being served. */
    private int work(final AttachedClient client, final boolean isLooking) {
        try {
            if (isLooking) {
                client.look(engine.congestion());
            }
            return client.work();
        } catch (final RuntimeException e) {
            if (client.fail()) {
                counters.increment(RdsCounter.CLIENT_FAILED);
                LOG.warn("client {} of {} is cut off: {}", client.number(), directory.path(), e.toString());
            }
            return 0;
        }
    }

    /** A copy: what clients write there must not come back. */
    private int showCongestion() {
        if (engine.congestion().updates() == congestionUpdates) {
            return 0;
        }
        congestionUpdates = engine.congestion().copyTo(congestion, congestionUpdates);
        return 1;
    }

    private int answerDoor() {
        final Line line = door.accept();
        if (line == null) {
            return 0;
        }
        try {
            admit(line);
        } catch (final IOException e) {
            line.close();
        }
        return 1;
    }

    private void admit(final Line line) throws IOException {
        line.limitUnread();
        final int process = line.process();
        if (!hasSeat(process)) {
            serve(true); // some may have gone since the last look
        }
        if (!hasSeat(process)) {
            refuse(line);
            return;
        }
        final long number = ++clientCount;
        final int length = ClientRegion.length(sockets.total());
        final SharedMemory memory;
        try {
            memory = SharedMemory.create("rds-client-" + number, length, length);
        } catch (final IOException e) {
            refuse(line);
            return;
        }
        clients.add(new AttachedClient(
            number, line, process, memory, sockets.total(), this::newSocket, maxSocketsPerClient));
        line.send(new Line.Message(
            number, 0, controlMemory.descriptor(), congestionMemory.descriptor(), memory.descriptor()));
        memory.closeDescriptor();
    }

    private boolean hasSeat(final int process) {
        boolean isMore = false;
        for (final AttachedClient client : clients) {
            isMore |= client.process() == process;
        }
        return seats.isFree(clients.size(), isMore);
    }

    private static void refuse(final Line line) throws IOException {
        line.send(new Line.Message(0, Errno.ENOMEM.number()));
        line.close();
    }

    private ClientSocket newSocket(final AttachedClient client, final long openId) throws IOException {
        if (!hasSocketFor(client.process())) {
            return null;
        }
        blockRoom.require(openSockets(), this::unusedLength);
        return ClientSocket.create(
            engine, client.line(), layout, permittedLevels, client.readySets(), ++socketCount, openId);
    }

    private boolean hasSocketFor(final int process) {
        boolean isMore = false;
        for (final AttachedClient client : clients) {
            isMore |= client.process() == process && client.socketCount() > 0;
        }
        return sockets.isFree(engine.directory().size(), isMore); // this process may have some too
    }

    private int openSockets() {
        int open = 0;
        for (final AttachedClient client : clients) {
            open += client.socketCount();
        }
        return open;
    }

    private long unusedLength() throws IOException {
        long unused = 0;
        for (final AttachedClient client : clients) {
            unused += client.unusedLength();
        }
        return unused;
    }

    /** Somebody may be in what clients have lent when this agent ends: it stays mapped. Before it is closed; any thread. */
    public void keepMemory() {
        isMemoryKept = true;
    }

    /** The engine is over: nobody touches the regions any more. */
    @Override
    public void onClose() {
        clients.forEach(client -> client.abandon(isMemoryKept));
        door.close();
        controlMemory.close();
        congestionMemory.close();
    }

    @Override
    public String roleName() {
        return "rds-conductor";
    }
}
