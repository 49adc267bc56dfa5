package org.rds4j.peer;

import org.rds4j.carrier.CarrierHandler;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.FrameAssembler;
import org.rds4j.frame.FrameHandler;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * Takes what a path's carriers bring: finds the messages, tells the path what they say of the peer, and hands each on once,
 * whichever carriers bring it. Engine thread only.
 */
final class PathReceiver implements CarrierHandler, FrameHandler {
    private final PathServices services;
    private final RdsCounters counters;
    private final Peer peer;
    private final PeerPath path;
    private final FrameAssembler assembler;
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final ExtensionHeaderFlyweight extensions = new ExtensionHeaderFlyweight();
    private boolean isFirstMessageDue;
    private boolean isBlocked;
    private long nextSequence;

    PathReceiver(final PathServices services, final Peer peer, final PeerPath path) {
        this.services = services;
        this.counters = services.counters();
        this.peer = peer;
        this.path = path;
        this.assembler =
            new FrameAssembler(services.context().maxMessageLength(), services.pool(), this, services.times());
    }

    FrameAssembler assembler() {
        return assembler;
    }

    /** Sequence number expected next. */
    long nextSequence() {
        return nextSequence;
    }

    /** What another path has received under numbers of this one counts as received. */
    void skipTo(final long sequence) {
        nextSequence = Math.max(nextSequence, sequence);
    }

    /** The peer counts anew. */
    void restart() {
        nextSequence = 0;
    }

    void onCarrierUp() {
        isFirstMessageDue = true;
    }

    void onCarrierGone() {
        if (assembler.isPartial()) {
            counters.increment(RdsCounter.RECV_DROP_PARTIAL);
        }
        assembler.reset();
    }

    /** Whether nothing hindered the last octets from being taken. */
    boolean isOpen() {
        return assembler.status() == FrameAssembler.Status.OPEN;
    }

    /** The path is about to read on. */
    void onPoll() {
        isBlocked &= !isOpen();
    }

    @Override
    public int onBytes(final long address, final int length) {
        if (path.state() == PeerPath.State.ERROR) {
            return length;
        }
        final int taken = assembler.onBytes(address, length);
        switch (assembler.status()) {
            case OPEN -> {
                return taken;
            }
            case TOO_LONG -> {
                counters.increment(RdsCounter.RECV_ERROR_TOO_LONG);
                path.onProtocolBroken();
                return length;
            }
            case BLOCKED_BY_HANDLER -> countBlocked(RdsCounter.RECV_BLOCKED);
            case BLOCKED_BY_MEMORY -> countBlocked(RdsCounter.RECV_BLOCKED_REASSEMBLY);
        }
        return taken;
    }

    /** Once for as long as it lasts. */
    private void countBlocked(final RdsCounter counter) {
        if (!isBlocked) {
            counters.increment(counter);
        }
        isBlocked = true;
    }

    @Override
    public boolean onFrame(final long headerAddress, final long payload, final int length) {
        header.wrap(headerAddress);
        final boolean isProbe = header.isProbePing() || header.isProbePong();
        final boolean isMap = header.flags() == RdsHeaderFlyweight.FLAG_CONG_BITMAP;
        if (isProbe || isMap) {
            extensions.parse(header.extensionsHigh(), header.extensionsLow());
        }
        final boolean isFirst = isFirstMessageDue;
        if (isFirst) {
            isFirstMessageDue = false;
            path.onFirstMessage(isProbe ? extensions : null, header.isProbePing());
        } else {
            path.onNextMessage();
        }
        if (isMap) {
            peer.onMap(header.sequence(), extensions.generation(), payload, length);
            return true;
        }
        final boolean isTaken = accept(isProbe, isFirst && !peer.isForeign(), payload, length);
        isFirstMessageDue = isFirst && !isTaken;
        return isTaken;
    }

    /**
     * The rule of Linux: what is below the expected number and marked as sent again was seen already; what is not marked is from
     * a peer that counts anew. Congestion maps do not come here. The opener of a peer of this kind is news on every carrier, and
     * its number no loss.
     */
    private boolean accept(final boolean isProbe, final boolean isOpener, final long payload, final int length) {
        if (isProbe && (isOpener || isOld())) {
            // before the rule, because a restarted peer counts from the start again
            path.onGeneration(extensions.generation());
        }
        if (isOpener) {
            path.onOpener(extensions, header.isProbePong());
        }
        if (isOld()) {
            if (!isOpener) {
                counters.increment(RdsCounter.RECV_DROP_OLD_SEQ);
            }
            return true;
        }
        if (!isOpener && !services.inbound().onMessage(path, header, payload, length)) {
            return false;
        }
        nextSequence = header.sequence() + 1;
        if (isProbe && !isOpener) {
            // the answer to a ping is queued before its extensions take effect
            path.onProbe(extensions, header.isProbePong());
            path.onGeneration(extensions.generation());
        }
        return true;
    }

    private boolean isOld() {
        return header.sequence() < nextSequence && (header.flags() & RdsHeaderFlyweight.FLAG_RETRANSMITTED) != 0;
    }
}
