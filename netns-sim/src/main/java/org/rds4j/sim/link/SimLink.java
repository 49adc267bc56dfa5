package org.rds4j.sim.link;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.NanoClock;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.LinkPort;

/**
 * A full-duplex Ethernet link in virtual time whose two ends are {@link LinkPort}s. Each direction has conditions of its
 * own, which may change at any time; each fault is counted. Frames lie in one off-heap pool that both sides share, and a
 * frame is handed over without being copied. The same seed, names and calls give the same frames at the same times. Not
 * thread safe: both ends belong to the thread of the simulation.
 */
public final class SimLink {
    private static final long LOCAL_MAC = 0x02_00_00_00_00_00L;

    private final String name;
    private final NanoClock clock;
    private final LinkShape shape;
    private final FramePool pool;
    private final FrameTaps taps = new FrameTaps();
    private final Wire fromA;
    private final Wire fromB;
    private final SimPort portA;
    private final SimPort portB;
    private Runnable onEvent = () -> { };

    /**
     * A perfect link.
     *
     * @param name    unique in the simulation: its random streams are called after it.
     * @param number  unique in the simulation, 0 to 2^31 - 1: the MAC addresses of its ends are made from it.
     * @param shape   sizes.
     * @param clock   virtual time.
     * @param random  chance of the simulation.
     */
    public SimLink(final String name, final int number, final LinkShape shape, final NanoClock clock, final SimRandom random) {
        this.name = name;
        this.clock = clock;
        this.shape = shape;
        pool = new FramePool(shape.frames(), shape.maxFrameLength());
        fromA = new Wire(name, Side.A, shape, pool, taps, random, this::onNewEvent);
        fromB = new Wire(name, Side.B, shape, pool, taps, random, this::onNewEvent);
        final long macAddress = LOCAL_MAC + 2L * number;
        portA = new SimPort(Side.A, shape.mtu(), macAddress, clock, pool, fromA, fromB);
        portB = new SimPort(Side.B, shape.mtu(), macAddress + 1, clock, pool, fromB, fromA);
    }

    /**
     * What the link is called.
     *
     * @return its name.
     */
    public String name() {
        return name;
    }

    /**
     * One end.
     *
     * @param side of the link.
     * @return its port; the caller uses and closes it.
     */
    public LinkPort port(final Side side) {
        return side == Side.A ? portA : portB;
    }

    /**
     * Conditions of one direction.
     *
     * @param from side its frames come from.
     * @return the conditions in force.
     */
    public WireConditions conditions(final Side from) {
        return wire(from).conditions();
    }

    /**
     * Changes one direction.
     *
     * @param from       side its frames come from.
     * @param conditions for frames sent from now on.
     */
    public void conditions(final Side from, final WireConditions conditions) {
        wire(from).conditions(conditions);
    }

    /**
     * Changes both directions.
     *
     * @param conditions for frames sent from now on.
     */
    public void conditions(final WireConditions conditions) {
        fromA.conditions(conditions);
        fromB.conditions(conditions);
    }

    /**
     * Cuts or mends one direction. While it is cut, frames sent and frames arriving are lost; the ports notice nothing.
     *
     * @param from  side its frames come from.
     * @param isCut true to cut.
     */
    public void cut(final Side from, final boolean isCut) {
        wire(from).cut(isCut);
    }

    /**
     * Cuts or mends both directions.
     *
     * @param isCut true to cut.
     */
    public void cut(final boolean isCut) {
        fromA.cut(isCut);
        fromB.cut(isCut);
    }

    /**
     * The host at one end is gone without a word: the frames it held go home, those that waited for it are dropped. The port
     * serves the next one.
     *
     * @param side of the host.
     */
    public void hostLost(final Side side) {
        wire(side.opposite()).dropReceived();
        pool.fromLostCallerHome(side);
    }

    /**
     * Puts somebody in the middle, behind those already there.
     *
     * @param tap asked about every frame from now on.
     */
    public void tap(final FrameTap tap) {
        taps.add(tap);
    }

    /**
     * Puts a foreign frame on the wire, which arrives at the present instant.
     *
     * @param toward side that receives it.
     * @param frame  borrowed; holds the octets from the destination address on.
     * @param offset of the first octet.
     * @param length octets.
     * @return false when it is longer than the MTU allows or the pool is empty.
     */
    public boolean inject(final Side toward, final DirectBuffer frame, final int offset, final int length) {
        frame.boundsCheck(offset, length);
        final int copy = length <= 0 || length > shape.maxFrameLength() ? FramePool.NONE : pool.takeForWire();
        if (copy == FramePool.NONE) {
            return false;
        }
        UnsafeApi.copyMemory(
            frame.byteArray(), frame.addressOffset() + offset, null, pool.addressOf(copy), length);
        wire(toward.opposite()).inject(copy, length, clock.nanoTime());
        return true;
    }

    /**
     * Moves frames whose time has come to the receive rings of the ports; ports do so themselves when they are asked for
     * frames, a simulation does so for all links at every instant.
     *
     * @param nowNs virtual time.
     * @return what happened: frames that left the wires and ports that may send again.
     */
    public int deliverDue(final long nowNs) {
        return fromA.deliverDue(nowNs) + fromB.deliverDue(nowNs);
    }

    /**
     * When something next happens on the link by itself.
     *
     * @return virtual time, {@link Long#MAX_VALUE} for never.
     */
    public long nextEventNs() {
        return Math.min(fromA.nextEventNs(), fromB.nextEventNs());
    }

    /**
     * Names who is to know when {@link #nextEventNs} may have come nearer.
     *
     * @param listener run each time.
     */
    public void onEvent(final Runnable listener) {
        onEvent = listener;
    }

    private void onNewEvent() {
        onEvent.run();
    }

    /**
     * Counters of one direction.
     *
     * @param from side its frames come from.
     * @return live counters.
     */
    public WireCounters counters(final Side from) {
        return wire(from).counters();
    }

    /**
     * Frames on the way in one direction, those waiting in the receive ring not included.
     *
     * @param from side they come from.
     * @return how many.
     */
    public int inFlight(final Side from) {
        return wire(from).inFlight();
    }

    /**
     * Frames that hosts have received or allocated and neither sent nor released.
     *
     * @return how many.
     */
    public int framesWithHosts() {
        return pool.withCallers();
    }

    /**
     * Holds the link to its books: every frame of either direction is accounted for, every frame of the pool is at home or
     * on the link, and no frame was given back or sent twice.
     *
     * @throws IllegalStateException saying which of these is not so.
     */
    public void requireFramesHome() {
        requireBalance(Side.A);
        requireBalance(Side.B);
        require(pool.violations() == 0, pool.violations() + " frames were released or sent by somebody who did not own them");
        require(pool.withCallers() == 0, pool.withCallers() + " frames are still with the hosts");
        final int onLink = fromA.inFlight() + fromA.waiting() + fromB.inFlight() + fromB.waiting();
        require(pool.homeCount() + onLink == pool.frames(),
            pool.homeCount() + " frames at home and " + onLink + " on the link are not " + pool.frames());
    }

    private void requireBalance(final Side from) {
        final WireCounters counters = wire(from).counters();
        require(counters.expectedInFlight() == wire(from).inFlight(),
            "from " + from + " " + wire(from).inFlight() + " frames are in flight, but the books say " + counters);
    }

    private void require(final boolean holds, final String message) {
        if (!holds) {
            throw new IllegalStateException("link " + name + ": " + message);
        }
    }

    private Wire wire(final Side from) {
        return from == Side.A ? fromA : fromB;
    }
}
