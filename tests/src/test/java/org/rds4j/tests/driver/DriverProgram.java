package org.rds4j.tests.driver;

import java.io.IOException;
import java.nio.file.Path;
import org.rds4j.ThreadingMode;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** A driver in a process of its own, until its input ends or it is killed. Argument: its directory. Says {@code ready}. */
public final class DriverProgram {
    private DriverProgram() {
    }

    public static void main(final String[] arguments) throws IOException {
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 256, 128);
        try (RdsNode node = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "driver")
                .driverDir(Path.of(arguments[0]))).link(link.first()).launch()) {
            System.out.println("ready");
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
            System.out.println("closing " + node.address());
        }
    }
}
