package org.rds4j.perf.stack;

import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.perf.load.Patience;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One encryption agent on a thread of its own, which spins while it is measured and sleeps while others are. */
final class EncryptionThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionThread.class);
    private static final long SLEEP_NS = 1_000_000L;

    private final EncryptionAgent agent = new EncryptionAgent("rds-encryption", CryptoCounters.allocate());
    private final AgentRunner runner = new AgentRunner(
        new Gate(), error -> LOG.error("the encryption agent failed", error), null, agent);
    private volatile boolean isBusy;

    EncryptionThread() {
        AgentRunner.startOnThread(runner);
    }

    EncryptionAgent agent() {
        return agent;
    }

    void busy(final boolean busy) {
        isBusy = busy;
    }

    @Override
    public void close() {
        runner.close();
    }

    private final class Gate implements IdleStrategy {
        private final IdleStrategy patience = Patience.create();

        @Override
        public void idle(final int workCount) {
            if (workCount > 0 || isBusy) {
                patience.idle(workCount);
            } else {
                LockSupport.parkNanos(SLEEP_NS);
            }
        }

        @Override
        public void idle() {
            idle(0);
        }

        @Override
        public void reset() {
            patience.reset();
        }
    }
}
