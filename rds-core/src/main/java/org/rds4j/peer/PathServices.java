package org.rds4j.peer;

import java.util.random.RandomGenerator;
import org.rds4j.RdsContext;
import org.rds4j.carrier.PathConnector;
import org.rds4j.congestion.Congestion;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.message.LogPool;
import org.rds4j.message.ReleaseHandler;
import org.rds4j.status.RdsCounters;

/**
 * What every path of an engine shares.
 *
 * @param context     concluded.
 * @param probe       what this host tells of itself.
 * @param defaultLane that of service level 0, and of peers that know no lanes.
 * @param connector   opens carriers.
 * @param budget      of attempts to connect.
 * @param topology    makes paths.
 * @param schedule    of those that have something to do.
 * @param inbound     takes received messages.
 * @param released    hears of sent messages that are no longer kept.
 * @param pool        memory of partly received messages.
 * @param times       of messages that arrive.
 * @param logs        memory of messages on their way out.
 * @param congestion  what is known of congested ports.
 * @param random      for delays.
 * @param counters    of the engine.
 */
public record PathServices(
    RdsContext context, Probe probe, int defaultLane, PathConnector connector, ConnectBudget budget,
    PathTopology topology, PathSchedule schedule, InboundHandler inbound, ReleaseHandler released, ReassemblyPool pool,
    ArrivalTimes times, LogPool logs, Congestion congestion, RandomGenerator random, RdsCounters counters) {
}
