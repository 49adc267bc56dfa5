package org.rds4j.sim.check;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Holds a reliable datagram service to its promise: what one socket sends to another arrives exactly once, in order and
 * unchanged while both live. A sender asks for the payload of its next message, sends it, and says so; a receiver reports
 * what it got; who ends or cancels says so too. The first breach is kept with what is known about it. Sockets are any numbers
 * that name them uniquely and outlast their restarts; two lanes between the same sockets are two pairs, as lanes overtake
 * each other.
 * <p>
 * Where messages may be missing:
 * <ul>
 * <li>A sender that ended: those not yet delivered, from one on. None comes after one of its next life.</li>
 * <li>A receiver that ended: one gap, before the first that its next life gets. None comes that the earlier life got, and
 *     all after the first do.</li>
 * <li>Cancelled ones, each by itself; those that come do so once and in order.</li>
 * </ul>
 * Thread safe, so that sender and receiver may be different threads. Stores the lengths of messages on the way and nothing
 * of those delivered. Messages of less than eight octets can be mistaken for each other where some may be missing; empty ones
 * can only be told apart by their place in the order.
 */
public final class HistoryChecker {
    private record Pair(long source, long destination) {
    }

    private final PayloadPattern pattern;
    private final Map<Long, Endpoint> endpoints = new HashMap<>();
    private final Map<Pair, Conversation> conversations = new HashMap<>();
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

    /**
     * Writes the payload that the next message of a pair must have; asking twice without {@link #onSent} gives the same.
     *
     * @param source      socket that will send.
     * @param destination socket that it is for.
     * @param buffer      written to.
     * @param offset      of the first octet.
     * @param length      octets of the message.
     */
    public synchronized void fillNext(final long source, final long destination, final MutableDirectBuffer buffer,
        final int offset, final int length) {
        conversation(source, destination).current().fillNext(buffer, offset, length);
    }

    /**
     * The service accepted the message prepared by {@link #fillNext}. Must be said before the message can be delivered.
     *
     * @param source      socket that sent.
     * @param destination socket that it is for.
     * @param length      octets of the message.
     */
    public synchronized void onSent(final long source, final long destination, final int length) {
        conversation(source, destination).current().onSent(length);
        sent++;
        due++;
    }

    /**
     * The service did not accept the message that {@link #onSent} was said of last, by the same thread.
     *
     * @param source      socket that tried to send.
     * @param destination socket that it was for.
     */
    public synchronized void onRefused(final long source, final long destination) {
        conversation(source, destination).current().takeBack();
        sent--;
        due--;
    }

    /**
     * The service delivered a message.
     *
     * @param source      socket that it says it comes from.
     * @param destination socket that received it.
     * @param buffer      borrowed.
     * @param offset      of the first octet.
     * @param length      octets.
     * @param nowNs       time, for the message about a breach.
     * @return true when this was what the pair had to deliver next.
     */
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

    /**
     * A socket is gone: closed, or its host. What it had not received is lost, what it sent may be. What is said of it from
     * now on is said of its next life.
     *
     * @param socket that ended.
     */
    public synchronized void onEnded(final long socket) {
        final Endpoint endpoint = endpoint(socket);
        for (final Conversation conversation : endpoint.outgoing()) {
            lost += conversation.due();
            due -= conversation.due();
        }
        endpoint.end(++events);
    }

    /**
     * A socket gave up what it sent to a destination: what was not delivered yet may come or not.
     *
     * @param source      socket that cancelled.
     * @param destination of what it cancelled.
     */
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
        for (final Conversation conversation : conversations.values()) {
            if (conversation.due() > 0) {
                throw new IllegalStateException(
                    conversation + ": " + conversation.progress() + " messages were delivered");
            }
        }
    }

    private Conversation conversation(final long source, final long destination) {
        return conversations.computeIfAbsent(new Pair(source, destination), pair -> {
            final Endpoint from = endpoint(source);
            final Conversation conversation = new Conversation(pattern, from, endpoint(destination));
            from.outgoing().add(conversation);
            return conversation;
        });
    }

    private Endpoint endpoint(final long socket) {
        return endpoints.computeIfAbsent(socket, Endpoint::new);
    }
}
