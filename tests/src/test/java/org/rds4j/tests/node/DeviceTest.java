package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsContext;
import org.rds4j.ThreadingMode;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.node.RdsNode;
import org.rds4j.tests.support.TwoNodes;

/** A node that opens its device itself. */
@Timeout(60)
class DeviceTest {
    @Test
    void shouldGiveTheDeviceBackWhenTheLaunchFails() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK: " + DpdkEnvironment.unavailabilityCause().getMessage());
        assertThrows(IllegalStateException.class, () -> RdsNode.with(context()).random(() -> {
            throw new IllegalStateException("no chance");
        }).launch());
        RdsNode.launch(context()).close();
    }

    private static RdsContext context() {
        return TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, null, "first").device("net_null_again0");
    }
}
