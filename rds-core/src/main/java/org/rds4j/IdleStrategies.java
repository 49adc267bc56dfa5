package org.rds4j;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** What a thread does while it has nothing to do, by name. */
final class IdleStrategies {
    private IdleStrategies() {
    }

    /** One for one thread; null if there is none of that name. */
    static IdleStrategy of(final String name) {
        return switch (name) {
            case "busy-spin" -> BusySpinIdleStrategy.INSTANCE;
            case "yield" -> YieldingIdleStrategy.INSTANCE;
            case "backoff" -> new BackoffIdleStrategy();
            default -> null;
        };
    }

    /** Throws if there is none of the name that a key has as its value. */
    static void require(final String key, final String name) {
        if (of(name) == null) {
            throw new RdsConfigurationException("key '" + key + "' is '" + name + "': write busy-spin, yield or backoff");
        }
    }
}
