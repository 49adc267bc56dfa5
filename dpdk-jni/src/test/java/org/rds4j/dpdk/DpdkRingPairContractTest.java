package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkPortContract;

class DpdkRingPairContractTest extends LinkPortContract {
    private static final int FRAMES = 1023;
    private static final int RING_SIZE = 256;

    /** Extensions run after the contract has looked at the pool, methods of this class would run before. */
    @RegisterExtension
    private final AfterEachCallback closer = context -> close();

    private DpdkMempool pool;
    private DpdkRingPair pair;

    @BeforeEach
    void openPair() {
        final DpdkEnvironment environment = DpdkTestSupport.environment();
        pool = DpdkMempool.create(environment, "contract", FRAMES, DpdkMempool.frameCapacityForMtu(1500));
        pair = DpdkRingPair.open(environment, "contract", pool, RING_SIZE, 1500, new SplittableRandom(1));
    }

    private void close() {
        if (pair != null) {
            pair.close();
            pool.close();
        }
    }

    private DpdkRingPair pair() {
        assumeTrue(pair != null, "DPDK is absent");
        return pair;
    }

    @Override
    protected LinkPort portA() {
        return pair().first();
    }

    @Override
    protected LinkPort portB() {
        return pair().second();
    }

    /** Ports keep some frames at hand until they are closed. */
    @Override
    protected boolean isPoolFull() {
        pair.close();
        return pool.available() == FRAMES;
    }
}
