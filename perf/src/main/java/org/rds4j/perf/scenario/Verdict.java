package org.rds4j.perf.scenario;

/**
 * What a run came to. Two runs of one scenario with one seed have equal verdicts.
 *
 * @param scenario  its name.
 * @param seed      of all its chance.
 * @param isPassed  whether every promise held.
 * @param delivered datagrams delivered as promised.
 * @param detail    what else happened, or which promise broke.
 * @param virtualNs virtual time it took.
 * @param traceHash over every delivered frame.
 */
public record Verdict(
    String scenario, long seed, boolean isPassed, long delivered, String detail, long virtualNs, long traceHash) {
    /** The same run, found wanting after its end. */
    Verdict failed(final String failure) {
        return new Verdict(scenario, seed, false, delivered, failure, virtualNs, traceHash);
    }

    @Override
    public String toString() {
        return "%s seed=%d %s delivered=%d %s virtual=%.6fs trace=%016x".formatted(
            scenario, seed, isPassed ? "PASSED" : "FAILED", delivered, detail, virtualNs / 1e9, traceHash);
    }
}
