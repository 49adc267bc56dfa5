package org.rds4j.perf.stress;

/**
 * Values of a run's counters at one moment, or how they changed between two.
 *
 * @param requestsSent     requests.
 * @param requestsReceived requests.
 * @param octets           of all messages, both ways.
 * @param sendNs           spent in sending requests.
 * @param roundTrips       requests answered.
 * @param roundTripNs      of all of them.
 */
record StressCounts(
    long requestsSent, long requestsReceived, long octets, long sendNs, long roundTrips, long roundTripNs) {
    StressCounts minus(final StressCounts before) {
        return new StressCounts(requestsSent - before.requestsSent, requestsReceived - before.requestsReceived,
            octets - before.octets, sendNs - before.sendNs, roundTrips - before.roundTrips,
            roundTripNs - before.roundTripNs);
    }
}
