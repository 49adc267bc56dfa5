package org.rds4j.node;

import java.util.List;
import org.agrona.concurrent.Agent;

/**
 * What a running node is made of.
 *
 * @param engine    the engine thread's work.
 * @param streams   plain TCP connections of applications.
 * @param agents    the engine first, then encryption agents if they are this node's own.
 * @param identities looks after credentials, or null in plaintext.
 * @param counters  of every part.
 * @param encryption passed before memory that is encrypted from goes, or null in plaintext.
 * @param resources closed after the agents, in order.
 */
record NodeParts(
    EngineAgent engine, PlainStreams streams, List<Agent> agents, IdentityAgent identities, CounterListing counters,
    EncryptionBarrier encryption, List<AutoCloseable> resources) {
}
