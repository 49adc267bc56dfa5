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
    private static final int MTU = 9_000;

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
        return new Factory("rds-plain", false, "invoker", "both engines and applications on one busy thread");
    }

    /**
     * RDS in TLS 1.3 records with AES-128-GCM. A ping-pong has one message under way and nothing to overlap: both ends share
     * a thread; a stream has one at each end, as its baseline, which also encrypts and decrypts: on two processors that beats a
     * thread of its own for encryption, because plaintext and ciphertext stay in one processor's cache.
     *
     * @return its factory.
     */
    public static SubjectFactory encrypted() {
        return new Factory("rds", true, "invoker",
            "for rtt all on one busy thread; for throughput client and server on one each, with engine, encryption, application");
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
        if (forThroughput != forRtt) {
            forThroughput.close();
        }
    }

    private record Factory(String label, boolean encrypted, String mode, String threads) implements SubjectFactory {
        @Override
        public Subject open() {
            if (!DpdkEnvironment.isAvailable()) {
                throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                    + DpdkEnvironment.unavailabilityCause().getMessage());
            }
            final SubjectDescription description = new SubjectDescription(
                label, "rds", encrypted, "net_ring", mode, threads + ", MTU " + MTU);
            if (encrypted) {
                return new RdsSubject(description, new LoopbackNodes("perf_rtt", true, new CallersThread(), MTU),
                    new LoopbackNodes("perf_stream", true, new ServerThread(), MTU));
            }
            final LoopbackNodes nodes = new LoopbackNodes("perf_plain", false, new CallersThread(), MTU);
            return new RdsSubject(description, nodes, nodes);
        }
    }
}
