package org.rds4j.tests.multiqueue;

import org.rds4j.perf.tcp.TcpStation;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.steering.EngineFlows;
import org.rds4j.tcp.steering.EngineGroup;
import org.rds4j.tcp.steering.FlowOwner;

/** An engine of a group, with applications: it dials a number of connections, a few at a time, and takes as many as come. */
final class MemberEngine implements EngineGroup.Engine {
    private static final int PORT = 7000;
    private static final int AT_ONCE = 100;

    final Confinement confinement;
    final TcpStation station;
    Thread thread;
    long wrongOctets;
    long badEnds;
    long strangers;
    volatile long octets;
    volatile int dialled;
    volatile int connected;
    volatile int closed;
    volatile int toDial;
    private final FlowOwner owner;
    private final long peer;
    private final long octetsEach;

    MemberEngine(
        final Confinement confinement, final LinkPort port, final FlowOwner owner, final String address, final long peer,
        final long octetsEach) {
        this.confinement = confinement;
        this.owner = owner;
        this.peer = peer;
        this.octetsEach = octetsEach;
        this.station = new TcpStation(
            confinement.port(port), confinement.owner(owner), address, null, confinement.clock());
        station.tcp().listen(PORT, c -> new Conversation(this, false, octetsEach));
    }

    @Override
    public void onStart() {
        thread = Thread.currentThread();
        confinement.begin();
    }

    @Override
    public int doWork() {
        if (dialled < toDial && station.tcp().connectionsInUse() < AT_ONCE) {
            dial();
        }
        return station.doWork();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void dial() {
        final Conversation conversation = new Conversation(this, true, octetsEach);
        if (station.tcp().connect(0, peer, PORT, 0, 0, conversation, station.nowNs()) == null) {
            badEnds++;
        }
        dialled++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void onConnected(final TcpConnection c) {
        confinement.check("a connection");
        connected++;
        if (!owner.owns(c.remoteHigh(), c.remoteLow(), c.localHigh(), c.localLow(), c.remotePort(), c.localPort())) {
            strangers++;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void onClosed() {
        confinement.check("an end");
        closed++;
    }

    @Override
    public void onClose() {
        station.onClose();
        confinement.end();
    }

    @Override
    public EngineFlows flows() {
        return station.flows();
    }

    @Override
    public String roleName() {
        return "engine";
    }
}
