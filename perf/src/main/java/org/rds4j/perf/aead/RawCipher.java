package org.rds4j.perf.aead;

import org.rds4j.crypto.provider.AeadMeter;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.perf.load.SubjectDescription;

/** One library, called by the measuring thread record by record. */
final class RawCipher implements RecordSubject {
    private final AeadMeter meter;

    RawCipher(final AeadProvider provider, final int size, final int count) {
        meter = new AeadMeter(provider, size, count);
    }

    @Override
    public SubjectDescription description() {
        return describe(meter.provider().name(), "the library alone, on the measuring thread");
    }

    static SubjectDescription describe(final String library, final String threads) {
        return new SubjectDescription(library, library, true, AeadScenario.LINK, "raw", threads);
    }

    @Override
    public int count() {
        return meter.count();
    }

    @Override
    public long seal() {
        return meter.seal();
    }

    @Override
    public long open() {
        return meter.open();
    }

    @Override
    public void close() {
        meter.close();
    }
}
