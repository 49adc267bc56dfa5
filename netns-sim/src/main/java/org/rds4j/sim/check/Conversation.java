package org.rds4j.sim.check;

import java.util.ArrayList;
import org.agrona.DirectBuffer;

/** What the successive lives of one socket sent to a destination, and how far it came. */
final class Conversation {
    private final PayloadPattern pattern;
    private final Endpoint source;
    private final Endpoint destination;
    private final ArrayList<Flow> flows = new ArrayList<>();
    /** The last flow that was followed by one of a later life. */
    private Flow retired;

    Conversation(final PayloadPattern pattern, final Endpoint source, final Endpoint destination) {
        this.pattern = pattern;
        this.source = source;
        this.destination = destination;
    }

    /** The flow of the sender's present life. */
    Flow current() {
        if (flows.isEmpty() || flows.getLast().life() != source.life()) {
            flows.add(new Flow(pattern, source.id(), destination.id(), source.life(), source.lastEnd()));
        }
        return flows.getLast();
    }

    /** Messages that must come. */
    long due() {
        return flows.isEmpty() ? 0 : flows.getLast().due();
    }

    void end() {
        if (!flows.isEmpty()) {
            flows.getLast().end();
        }
    }

    /** As of {@link Flow#deliver}; a message of a later life ends what an earlier one may still bring. */
    long deliver(final DirectBuffer buffer, final int offset, final int length, final long now) {
        for (int i = 0; i < flows.size(); i++) {
            final Flow flow = flows.get(i);
            final long passedOver = flow.deliver(buffer, offset, length, destination.lastEnd(), now);
            if (passedOver >= 0) {
                retireBefore(flow);
                return passedOver;
            }
            if (!flow.isOver()) {
                break;
            }
        }
        return -1;
    }

    private void retireBefore(final Flow flow) {
        while (flows.getFirst().life() != flow.life()) {
            retired = flows.removeFirst();
            retired.retire();
        }
    }

    String breach(final DirectBuffer buffer, final int offset, final int length) {
        if (retired != null && length > 0) {
            final String breach = retired.breach(buffer, offset, length);
            if (breach != null) {
                return breach + ", from a life of its sender that was followed by another";
            }
        }
        for (final Flow flow : flows) {
            final String breach = flow.breach(buffer, offset, length);
            if (breach != null) {
                return breach;
            }
        }
        return "a message of " + length + " octets was delivered that nobody sent";
    }

    /** How far it came. */
    String progress() {
        if (flows.isEmpty()) {
            return "0 of 0";
        }
        final Flow flow = flows.getFirst();
        return flow.next() + " of " + flow.sent();
    }

    @Override
    public String toString() {
        return source + " -> " + destination;
    }
}
