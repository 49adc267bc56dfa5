package org.rds4j.perf.stack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

/** RDS datagrams between two nodes of this stack on the DPDK loopback vdev. */
public final class RdsSubject implements Subject {
    /** Jumbo frames: what a cluster's Ethernet carries. */
    static final int MTU = 9_000;

    private static final String DEVICE_COUNTERS = "tls-";

    private final SubjectDescription description;
    /** Octets from which on a record is for the NIC, 0 without one. */
    private final int threshold;
    private final LoopbackNodes forRtt;
    private final LoopbackNodes forThroughput;

    private RdsSubject(
        final SubjectDescription description, final LoopbackNodes forRtt, final LoopbackNodes forThroughput,
        final int threshold) {
        this.threshold = threshold;
        this.description = description;
        this.forRtt = forRtt;
        this.forThroughput = forThroughput;
    }

    /**
     * Plaintext RDS over TCP.
     *
     * @return its factory.
     */
    public static SubjectFactory plaintext() {
        return new Factory("rds-plain", false);
    }

    /**
     * RDS in TLS 1.3 records with AES-128-GCM. On two processors a stream is fastest when each end encrypts on its own thread,
     * because plaintext and ciphertext stay in one processor's cache.
     *
     * @return its factory.
     */
    public static SubjectFactory encrypted() {
        return new Factory("rds", true);
    }

    /**
     * The same with a modelled NIC at each end that encrypts large records. The model computes the cipher in software, on the
     * thread of its node: what it shows is which way records go, not how fast a NIC is.
     *
     * @return its factory.
     */
    public static SubjectFactory offloaded() {
        return new ModelFactory();
    }

    @Override
    public SubjectDescription description() {
        return description;
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
        if (threshold == 0) {
            return List.of();
        }
        return List.of(
            "The NICs of " + description.label() + " are models that compute the cipher in software: no claim of speed.",
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

    private record Factory(String label, boolean encrypted) implements SubjectFactory {
        @Override
        public Subject open() {
            requireDpdk();
            final SubjectDescription description = SubjectDescription.of(
                label, "rds", encrypted, "net_ring", ", MTU " + MTU);
            final String ports = encrypted ? "perf_tls" : "perf_plain";
            return new RdsSubject(description, new LoopbackNodes(ports + "1", encrypted, new CallersThread(), MTU),
                new LoopbackNodes(ports + "2", encrypted, new ServerThread(), MTU), 0);
        }
    }

    private record ModelFactory() implements SubjectFactory {
        @Override
        public String label() {
            return "rds-nic-model";
        }

        @Override
        public Subject open() {
            requireDpdk();
            final int threshold = OffloadThreshold.measure(AeadProviders.first(AeadProviders.candidates()));
            return new RdsSubject(
                SubjectDescription.of(label(), "rds", true, "net_ring", ", and model a NIC with inline TLS, MTU " + MTU),
                LoopbackNodes.withModels("perf_nic1", new CallersThread(), MTU, threshold),
                LoopbackNodes.withModels("perf_nic2", new ServerThread(), MTU, threshold), threshold);
        }
    }

    private static void requireDpdk() {
        if (!DpdkEnvironment.isAvailable()) {
            throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                + DpdkEnvironment.unavailabilityCause().getMessage());
        }
    }
}
