package org.rds4j.perf.ping;

import org.rds4j.RdsAddress;

/**
 * What to ping, and how.
 *
 * @param destination  whose engine is to answer; port 0.
 * @param count        pings to send, 0 for no end.
 * @param intervalNs   from one ping to the next, whether or not it was answered.
 * @param timeoutNs    after which a ping counts as not answered.
 * @param serviceLevel of pings and answers.
 */
public record PingOptions(RdsAddress destination, long count, long intervalNs, long timeoutNs, int serviceLevel) {
}
