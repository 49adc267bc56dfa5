package org.rds4j.perf.stack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.crypto.offload.record.OffloadThreshold;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.RttSession;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectDescription;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.ThroughputSession;

/**
 * Encrypted nodes with a modelled NIC at each end that encrypts large records. The model computes the cipher in software, on the
 * thread of its node: what it shows is which way records go, not how fast a NIC is.
 */
public final class NicModelSubject implements Subject {
    private static final String LABEL = "rds-nic-model";
    private static final String DEVICE_COUNTERS = "tls-";

    private final int threshold = OffloadThreshold.measure(
        AeadProviders.first(AeadProviders.candidates()), SystemNanoClock.INSTANCE);
    private final LoopbackNodes forRtt =
        LoopbackNodes.withModels("perf_nic1", new CallersThread(), RdsSubject.MTU, threshold);
    private final LoopbackNodes forThroughput =
        LoopbackNodes.withModels("perf_nic2", new ServerThread(), RdsSubject.MTU, threshold);

    private NicModelSubject() {
    }

    /**
     * The subject.
     *
     * @return its factory.
     */
    public static SubjectFactory factory() {
        return new Factory();
    }

    @Override
    public SubjectDescription description() {
        return SubjectDescription.of(
            LABEL, "rds", true, "net_ring", ", and model a NIC with inline TLS, MTU " + RdsSubject.MTU);
    }

    @Override
    public RttSession rtt(final int size) {
        return new RdsRtt(forRtt, size);
    }

    @Override
    public ThroughputSession throughput(final int size) {
        return new RdsThroughput(forThroughput, size);
    }

    @Override
    public List<String> remarks() {
        return List.of(
            "The NICs of " + LABEL + " are models that compute the cipher in software: no claim of speed.",
            "Records of " + threshold + " octets and more were for them, as measured here.",
            "rtt: " + deviceCounters(forRtt), "throughput: " + deviceCounters(forThroughput));
    }

    private static String deviceCounters(final LoopbackNodes nodes) {
        final Map<String, Long> sums = new LinkedHashMap<>();
        for (final RdsNode node : List.of(nodes.client(), nodes.server())) {
            node.counters((label, meaning, value) -> {
                if (label.startsWith(DEVICE_COUNTERS)) {
                    sums.merge(label.substring(DEVICE_COUNTERS.length()), value, Long::sum);
                }
            });
        }
        return sums.entrySet().stream().filter(entry -> entry.getValue() > 0)
            .map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        forRtt.close();
        forThroughput.close();
    }

    private record Factory() implements SubjectFactory {
        @Override
        public String label() {
            return LABEL;
        }

        @Override
        public Subject open() {
            if (!DpdkEnvironment.isAvailable()) {
                throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                    + DpdkEnvironment.unavailabilityCause().getMessage());
            }
            return new NicModelSubject();
        }
    }
}
