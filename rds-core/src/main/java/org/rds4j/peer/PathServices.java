package org.rds4j.peer;

import java.util.random.RandomGenerator;
import org.rds4j.RdsContext;
import org.rds4j.carrier.PathConnector;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.message.LogPool;
import org.rds4j.message.ReleaseHandler;
import org.rds4j.status.RdsCounters;

/**
 * What every path of an engine shares.
 *
 * @param context    concluded.
 * @param generation of this host: random, not 0, new with each start.
 * @param connector  opens carriers.
 * @param inbound    takes received messages.
 * @param released   hears of sent messages that are no longer kept.
 * @param pool       memory of partly received messages.
 * @param logs       memory of messages on their way out.
 * @param random     for delays.
 * @param counters   of the engine.
 */
public record PathServices(
    RdsContext context, int generation, PathConnector connector, InboundHandler inbound, ReleaseHandler released,
    ReassemblyPool pool, LogPool logs, RandomGenerator random, RdsCounters counters) {
}
