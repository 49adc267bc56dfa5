package org.rds4j.socket;

import org.rds4j.congestion.LocalCongestion;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.status.RdsCounters;

/**
 * What the receiving sides of an engine's sockets share. Engine thread only.
 *
 * @param overflow   memory for what finds no room in a receive ring.
 * @param times      of what is being delivered.
 * @param congestion which ports are congested.
 * @param counters   of the engine.
 */
public record ReceiveMemory(
    OverflowShares overflow, ArrivalTimes times, LocalCongestion congestion, RdsCounters counters) {
}
