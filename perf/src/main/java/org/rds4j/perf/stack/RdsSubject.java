package org.rds4j.perf.stack;

import org.rds4j.dpdk.DpdkEnvironment;
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

    private final SubjectDescription description;
    private final LoopbackNodes forRtt;
    private final LoopbackNodes forThroughput;

    private RdsSubject(
        final SubjectDescription description, final LoopbackNodes forRtt, final LoopbackNodes forThroughput) {
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
    public void close() {
        forRtt.close();
        forThroughput.close();
    }

    private record Factory(String label, boolean encrypted) implements SubjectFactory {
        @Override
        public Subject open() {
            if (!DpdkEnvironment.isAvailable()) {
                throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                    + DpdkEnvironment.unavailabilityCause().getMessage());
            }
            final SubjectDescription description = SubjectDescription.of(
                label, "rds", encrypted, "net_ring", ", MTU " + MTU);
            final String ports = encrypted ? "perf_tls" : "perf_plain";
            return new RdsSubject(description, new LoopbackNodes(ports + "1", encrypted, new CallersThread(), MTU),
                new LoopbackNodes(ports + "2", encrypted, new ServerThread(), MTU));
        }
    }
}
