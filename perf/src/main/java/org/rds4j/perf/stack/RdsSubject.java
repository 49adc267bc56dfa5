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
        return new Factory("rds-plain", false, false);
    }

    /**
     * RDS in TLS 1.3 records with AES-128-GCM, inline: laid out as plaintext and the kernel's TLS are.
     *
     * @return its factory.
     */
    public static SubjectFactory encrypted() {
        return new Factory("rds", true, false);
    }

    /**
     * The same with encryption in the background, where the engines' threads do nothing of it.
     *
     * @return its factory.
     */
    public static SubjectFactory background() {
        return new Factory("rds-background", true, true);
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

    private record Factory(String label, boolean encrypted, boolean background) implements SubjectFactory {
        @Override
        public Subject open() {
            if (!DpdkEnvironment.isAvailable()) {
                throw new MeasurementException("DPDK is not available, install libdpdk 22.11 or newer: "
                    + DpdkEnvironment.unavailabilityCause().getMessage());
            }
            return background ? openBackground() : openInline();
        }

        private Subject openInline() {
            final SubjectDescription description = SubjectDescription.of(
                label, "rds", encrypted, "net_ring", ", MTU " + MTU);
            final String ports = encrypted ? "perf_tls" : "perf_plain";
            return new RdsSubject(description, new LoopbackNodes(ports + "1", encrypted, new CallersThread(), MTU),
                new LoopbackNodes(ports + "2", encrypted, new ServerThread(), MTU));
        }

        private Subject openBackground() {
            final SubjectDescription description = new SubjectDescription(label, "rds", true, "net_ring", "background",
                "rtt: both ends on one busy thread, which neither seals nor opens, and one that does nothing else; throughput: "
                    + "two such threads for each end, MTU " + MTU);
            return new RdsSubject(description,
                new LoopbackNodes("perf_back1", new EncryptionThreads(1), new CallersThread(), MTU),
                new LoopbackNodes("perf_back2", new EncryptionThreads(2), new ServerThread(), MTU));
        }
    }
}
