package org.rds4j.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.rds4j.crypto.provider.AeadCalibration;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;

/** What computes the ciphers of new sessions: what is measured to be fastest here, and until that is known the first that can. */
final class CipherChoice {
    private final AeadProvider first = AeadProviders.first(AeadProviders.candidates());
    private CompletableFuture<AeadCalibration> calibration;

    /** Begins to measure. To be called when DPDK runs, if it will: it brings a provider of its own. */
    void begin() {
        calibration = AeadCalibration.begin(CryptodevProvider.candidates());
    }

    /** Engine thread: does not wait. */
    AeadProvider provider() {
        return calibration != null && calibration.state() == Future.State.SUCCESS ? calibration.resultNow().choice() : first;
    }
}
