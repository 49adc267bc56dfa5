package org.rds4j.sim.check;

import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Holds a reliable datagram service to its promise: what one socket sends to another arrives exactly once, in order and
 * unchanged while both live. The first breach is kept with what is known about it.
 * <p>
 * Where messages may be missing:
 * <ul>
 * <li>A sender that ended: those not yet delivered, from one on. None comes after one of its next life.</li>
 * <li>A receiver that ended: one gap, before the first that its next life gets. None comes that the earlier life got, and
 *     all after the first do.</li>
 * <li>Cancelled ones, each by itself; those that come do so once and in order.</li>
 * </ul>
 * Stores the lengths of messages on the way and nothing of those delivered, and allocates nothing per message. Messages of
 * less than eight octets can be mistaken for each other where some may be missing; empty ones can only be told apart by their
 * place in the order.
 */
public final class HistoryChecker implements History {
    private final PayloadPattern pattern;
    private final Long2ObjectHashMap<Endpoint> endpoints = new Long2ObjectHashMap<>();
    private long events;
    private long sent;
    private long delivered;
    private long due;
    private long lost;
    private String violation;

    /**
     * A checker with an empty history.
     *
     * @param seed of the payloads.
     */
    public HistoryChecker(final long seed) {
        pattern = new PayloadPattern(seed);
    }

    @Override
    public synchronized void fillNext(final long source, final long destination, final MutableDirectBuffer buffer,
        final int offset, final int length) {
        conversation(source, destination).current().fillNext(buffer, offset, length);
    }

    @Override
    public synchronized void onSent(final long source, final long destination, final int length) {
        conversation(source, destination).current().onSent(length);
        sent++;
        due++;
    }

    @Override
    public synchronized void onRefused(final long source, final long destination) {
        conversation(source, destination).current().takeBack();
        sent--;
        due--;
    }

    @Override
    public synchronized boolean onDelivered(final long source, final long destination, final DirectBuffer buffer,
        final int offset, final int length, final long nowNs) {
        final Conversation conversation = conversation(source, destination);
        final long dueBefore = conversation.due();
        final long passedOver = conversation.deliver(buffer, offset, length, events);
        if (passedOver < 0) {
            violation = violation != null ? violation : "at " + nowNs + " ns, " + conversation + ", " +
                conversation.progress() + " delivered before: " + conversation.breach(buffer, offset, length);
            return false;
        }
        due += conversation.due() - dueBefore;
        lost += passedOver;
        delivered++;
        return true;
    }

    @Override
    public synchronized void onEnded(final long socket) {
        final Endpoint endpoint = endpoint(socket);
        final long left = endpoint.due();
        lost += left;
        due -= left;
        endpoint.end(++events);
    }

    @Override
    public synchronized void onCancelled(final long source, final long destination) {
        final Conversation conversation = conversation(source, destination);
        due -= conversation.due();
        conversation.current().cancel();
    }

    /**
     * The first breach of the promise.
     *
     * @return what happened, empty when nothing did.
     */
    public synchronized Optional<String> violation() {
        return Optional.ofNullable(violation);
    }

    /**
     * Messages accepted by the service.
     *
     * @return how many.
     */
    public synchronized long sent() {
        return sent;
    }

    /**
     * Messages delivered as promised.
     *
     * @return how many.
     */
    public synchronized long delivered() {
        return delivered;
    }

    /**
     * Messages that may be missing because one of their ends was gone; those of a sender that was gone may have come
     * nevertheless.
     *
     * @return how many.
     */
    public synchronized long lost() {
        return lost;
    }

    /**
     * Messages accepted that were neither delivered, cancelled nor lost with their sender.
     *
     * @return how many.
     */
    public synchronized long outstanding() {
        return due;
    }

    /**
     * Demands that the promise was never broken and that nothing is outstanding. A receiver's new life is only known to miss
     * nothing more once it got something, so each pair should send once more after a restart.
     *
     * @throws IllegalStateException with the first breach, or the first pair that misses messages.
     */
    public synchronized void requireComplete() {
        if (violation != null) {
            throw new IllegalStateException(violation);
        }
        endpoints.values().forEach(Endpoint::requireComplete);
    }

    private Conversation conversation(final long source, final long destination) {
        return endpoint(source).conversation(pattern, endpoint(destination));
    }

    private Endpoint endpoint(final long socket) {
        Endpoint endpoint = endpoints.get(socket);
        if (endpoint == null) {
            endpoint = new Endpoint(socket);
            endpoints.put(socket, endpoint);
        }
        return endpoint;
    }
}
