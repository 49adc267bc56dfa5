package org.rds4j.perf.stack;

import org.agrona.CloseHelper;
import org.rds4j.RdsException;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.driver.RdsClient;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.RttSession;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectDescription;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.ThroughputSession;

/**
 * The encrypted datagrams of {@link RdsSubject} with the applications in another process than the nodes, through what they
 * share by a driver's directory. Both ends' applications share the measuring thread, both nodes the thread of the driver's
 * process: as many busy threads as there are processors on the smallest machine, for a round trip one more than in process.
 */
public final class DriverSubject implements Subject {
    private static final String LABEL = "rds-driver";

    private final DriverHandle driver;
    private final RdsClient client;
    private final RdsClient server;

    private DriverSubject(final DriverHandle driver, final RdsClient client, final RdsClient server) {
        this.driver = driver;
        this.client = client;
        this.server = server;
    }

    /**
     * RDS in TLS 1.3 records through a driver.
     *
     * @return its factory.
     */
    public static SubjectFactory encrypted() {
        return new Factory();
    }

    @Override
    public SubjectDescription description() {
        return new SubjectDescription(LABEL, "rds", true, "driver", "thread-per-process", "rtt and throughput: the applications "
            + "of both ends on one busy thread, both nodes, which also seal and open, on one of another process, MTU "
            + RdsSubject.MTU);
    }

    @Override
    public RttSession rtt(final int size) {
        return new DriverRtt(open(), size);
    }

    @Override
    public ThroughputSession throughput(final int size) {
        return new DriverThroughput(open(), size);
    }

    private DriverEnds open() {
        try {
            return new DriverEnds(driver, client, server);
        } catch (final RdsException e) {
            driver.requireAlive();
            throw new MeasurementException("the driver does not serve: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(client, server, driver);
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
            final DriverHandle driver = new DriverHandle();
            try {
                final RdsClient client = RdsClient.attach(driver.clientDirectory());
                return new DriverSubject(driver, client, RdsClient.attach(driver.serverDirectory()));
            } catch (final RdsException e) {
                driver.close();
                throw new MeasurementException("the driver does not serve: " + e.getMessage(), e);
            }
        }
    }
}
