package org.rds4j.perf.stack;

import java.util.function.Supplier;
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
    private static final int MTU = 9_000;

    private final SubjectDescription description;
    private final LoopbackNodes nodes;

    private RdsSubject(final SubjectDescription description, final LoopbackNodes nodes) {
        this.description = description;
        this.nodes = nodes;
    }

    /**
     * Plaintext RDS over TCP.
     *
     * @return its factory.
     */
    public static SubjectFactory plaintext() {
        return new Factory("rds-plain", false, "invoker", "both engines and applications on one busy thread", CallersThread::new);
    }

    /**
     * RDS in TLS 1.3 records with AES-128-GCM, laid out like its baseline: each end has one busy thread, which also encrypts
     * and decrypts. On two processors that beats a thread of its own for encryption, because plaintext and ciphertext stay in
     * one processor's cache.
     *
     * @return its factory.
     */
    public static SubjectFactory encrypted() {
        return new Factory("rds", true, "two-threads",
            "client and server, one busy thread each, with engine, encryption and application", ServerThread::new);
    }

    @Override
    public SubjectDescription description() {
        return description;
    }

    @Override
    public RttSession rtt(final int size) {
        return new RdsRtt(nodes, size);
    }

    @Override
    public ThroughputSession throughput(final int size) {
        return new RdsThroughput(nodes, size);
    }

    @Override
    public void close() {
        nodes.close();
    }

    private record Factory(
        String label, boolean encrypted, String mode, String threads, Supplier<Host> host) implements SubjectFactory {
        @Override
        public Subject open() {
            if (!DpdkEnvironment.isAvailable()) {
                throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                    + DpdkEnvironment.unavailabilityCause().getMessage());
            }
            final SubjectDescription description = new SubjectDescription(
                label, "rds", encrypted, "net_ring", mode, threads + ", MTU " + MTU);
            final String ports = encrypted ? "perf_tls" : "perf_plain";
            return new RdsSubject(description, new LoopbackNodes(ports, encrypted, host.get(), MTU));
        }
    }
}
