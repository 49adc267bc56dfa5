package org.rds4j.engine;

import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.message.SendLog;

/** The answer to a probe ping that comes in the middle of a carrier, as from Linux: an ordinary message in the log. */
final class ProbeAnswer {
    private static final int NO_OWNER = 0;

    private final ExtensionHeaderFlyweight extensions;

    ProbeAnswer(final int pathCount, final int generation) {
        extensions = new ExtensionHeaderFlyweight().clear().pathCount(pathCount).generation(generation).sourcePortIndex();
    }

    boolean append(final SendLog log) {
        return log.append(RdsHeaderFlyweight.PING_PORT, RdsHeaderFlyweight.PROBE_PORT, 0, 0, NO_OWNER,
            extensions.high(), extensions.low());
    }
}
