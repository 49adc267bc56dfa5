package org.rds4j.sim.check;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Is told what sockets send, receive, cancel and when they end. A sender asks for the payload of its next message, says that it
 * sends it and then does; a receiver reports what it got. Sockets are any numbers that name them uniquely and outlast their
 * restarts; two lanes between the same sockets are two pairs, as lanes overtake each other. Thread safe, so that sender and
 * receiver may be different threads.
 */
public interface History {
    /**
     * Writes the payload that the next message of a pair must have; asking twice without {@link #onSent} gives the same.
     *
     * @param source      socket that will send.
     * @param destination socket that it is for.
     * @param buffer      written to.
     * @param offset      of the first octet.
     * @param length      octets of the message.
     */
    void fillNext(long source, long destination, MutableDirectBuffer buffer, int offset, int length);

    /**
     * The message prepared by {@link #fillNext} is sent now. Must be said before it can be delivered.
     *
     * @param source      socket that sends.
     * @param destination socket that it is for.
     * @param length      octets of the message.
     */
    void onSent(long source, long destination, int length);

    /**
     * The service did not accept the message that {@link #onSent} was said of last, by the same thread.
     *
     * @param source      socket that tried to send.
     * @param destination socket that it was for.
     */
    void onRefused(long source, long destination);

    /**
     * The service delivered a message.
     *
     * @param source      socket that it says it comes from.
     * @param destination socket that received it.
     * @param buffer      borrowed.
     * @param offset      of the first octet.
     * @param length      octets.
     * @param nowNs       time, for the message about a breach.
     * @return false when it is known that this was not what the pair had to deliver next.
     */
    boolean onDelivered(long source, long destination, DirectBuffer buffer, int offset, int length, long nowNs);

    /**
     * A socket is gone: closed, or its host. What it had not received is lost, what it sent may be. What is said of it from
     * now on is said of its next life.
     *
     * @param socket that ended.
     */
    void onEnded(long socket);

    /**
     * A socket gave up what it sent to a destination: what was not delivered yet may come or not.
     *
     * @param source      socket that cancelled.
     * @param destination of what it cancelled.
     */
    void onCancelled(long source, long destination);
}
