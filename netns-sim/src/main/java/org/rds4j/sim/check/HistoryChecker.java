package org.rds4j.sim.check;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Holds a reliable datagram service to its promise: what one socket sends to another arrives exactly once, in order and
 * unchanged. A sender asks for the payload of its next message, sends it, and says so; a receiver reports what it got. The
 * first breach is kept with what is known about it. Sockets are any numbers that name them uniquely.
 * <p>
 * Thread safe, so that sender and receiver may be different threads. Stores the lengths of messages on the way and
 * nothing of those delivered. Empty messages can only be told apart by their place in the order.
 */
public final class HistoryChecker {
    private static final int NEIGHBOURS = 1024;

    private record Pair(long source, long destination) {
        @Override
        public String toString() {
            return Long.toHexString(source) + " -> " + Long.toHexString(destination);
        }
    }

    private static final class Flow {
        private final ArrayDeque<Integer> lengthsOnTheWay = new ArrayDeque<>();
        private long sent;
        private long delivered;
    }

    private final PayloadPattern pattern;
    private final Map<Pair, Flow> flows = new HashMap<>();
    private long sent;
    private long delivered;
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
        pattern.fill(source, destination, flow(source, destination).sent, buffer, offset, length);
    }

    /**
     * The service accepted the message prepared by {@link #fillNext}. Must be said before the message can be delivered.
     *
     * @param source      socket that sent.
     * @param destination socket that it is for.
     * @param length      octets of the message.
     */
    public synchronized void onSent(final long source, final long destination, final int length) {
        final Flow flow = flow(source, destination);
        flow.lengthsOnTheWay.add(length);
        flow.sent++;
        sent++;
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
        final Flow flow = flow(source, destination);
        final String breach = breachOf(source, destination, flow, buffer, offset, length);
        if (breach != null) {
            violation = violation != null ? violation : "at " + nowNs + " ns, " + new Pair(source, destination) + ", " +
                flow.delivered + " of " + flow.sent + " delivered before: " + breach;
            return false;
        }
        flow.lengthsOnTheWay.remove();
        flow.delivered++;
        delivered++;
        return true;
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
     * Messages accepted and not yet delivered.
     *
     * @return how many.
     */
    public synchronized long outstanding() {
        return sent - delivered;
    }

    /**
     * Demands that the promise was never broken and that nothing is outstanding.
     *
     * @throws IllegalStateException with the first breach, or the first pair that misses messages.
     */
    public synchronized void requireComplete() {
        if (violation != null) {
            throw new IllegalStateException(violation);
        }
        for (final Map.Entry<Pair, Flow> entry : flows.entrySet()) {
            final Flow flow = entry.getValue();
            if (flow.delivered != flow.sent) {
                throw new IllegalStateException(
                    entry.getKey() + ": " + flow.delivered + " of " + flow.sent + " messages were delivered");
            }
        }
    }

    private String breachOf(final long source, final long destination, final Flow flow, final DirectBuffer buffer,
        final int offset, final int length) {
        final long expected = flow.delivered;
        final boolean isKnown = expected < flow.sent;
        final int mismatch = isKnown ? pattern.firstMismatch(source, destination, expected, buffer, offset, length) : 0;
        if (isKnown && mismatch < 0 && flow.lengthsOnTheWay.peek() == length) {
            return null;
        }
        for (long other = Math.max(0, expected - NEIGHBOURS); other < Math.min(flow.sent, expected + NEIGHBOURS); other++) {
            if (other != expected && length > 0 &&
                pattern.firstMismatch(source, destination, other, buffer, offset, length) < 0) {
                return other < expected ? "message " + other + " was delivered again" :
                    "message " + other + " was delivered where " + expected + " was due";
            }
        }
        if (!isKnown) {
            return "a message of " + length + " octets was delivered that nobody sent";
        }
        return mismatch < 0 ? "message " + expected + " has " + length + " octets instead of " + flow.lengthsOnTheWay.peek() :
            "message " + expected + " of " + length + " octets differs from octet " + mismatch + " on";
    }

    private Flow flow(final long source, final long destination) {
        return flows.computeIfAbsent(new Pair(source, destination), pair -> new Flow());
    }
}
