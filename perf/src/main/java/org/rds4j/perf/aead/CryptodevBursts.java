package org.rds4j.perf.aead;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.dpdk.CryptoDevice;
import org.rds4j.dpdk.RecordBurst;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.SubjectDescription;

/** Cryptodev, given as many records in one crossing as the encryption thread takes from a queue in one turn. */
final class CryptodevBursts implements RecordSubject {
    private static final int KEY_LENGTH = 16;
    private static final int NONCE_SPACE = 16;
    private static final byte TYPE = 23;

    private final CryptoDevice device;
    private final RecordBurst burst;
    private final RecordMemory memory;
    private final ByteBuffer nonces;
    private final long sealing;
    private final long opening;
    private final int size;
    private final int count;

    /** The device stays its owner's. */
    CryptodevBursts(final CryptoDevice device, final int size, final int count, final int burstLength) {
        this.device = device;
        this.burst = new RecordBurst(burstLength);
        this.memory = new RecordMemory(size, count);
        this.nonces = ByteBuffer.allocateDirect((count + 1) * NONCE_SPACE);
        this.sealing = device.newSession(true, new byte[KEY_LENGTH]);
        this.opening = device.newSession(false, new byte[KEY_LENGTH]);
        this.size = size;
        this.count = count;
        for (int i = 0; i < count; i++) {
            UnsafeApi.putInt(nonce(i), i);
        }
    }

    @Override
    public SubjectDescription description() {
        return RawCipher.describe("DPDK " + device.name() + ", bursts of " + burst.capacity(),
            "the driver alone, on the measuring thread, one JNI crossing for a burst");
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long seal() {
        return bursts(true);
    }

    @Override
    public long open() {
        return bursts(false);
    }

    @Override
    public void close() {
        device.freeSession(sealing);
        device.freeSession(opening);
    }

    private long bursts(final boolean isSealing) {
        int good = 0;
        final long startNs = System.nanoTime();
        for (int first = 0; first < count; first += burst.capacity()) {
            burst.clear();
            for (int i = first; i < Math.min(count, first + burst.capacity()); i++) {
                add(isSealing, i);
            }
            good += device.process(burst);
        }
        final long elapsedNs = System.nanoTime() - startNs;
        if (good != count) {
            throw new MeasurementException(device.name() + " refused " + (count - good) + " of " + count + " records");
        }
        return elapsedNs;
    }

    private void add(final boolean isSealing, final int index) {
        if (isSealing) {
            burst.seal(sealing, nonce(index), nonce(count), memory.content(index), size, TYPE, memory.record(index));
        } else {
            burst.open(opening, nonce(index), nonce(count), memory.record(index), size + 1);
        }
    }

    private long nonce(final int index) {
        return BufferUtil.address(nonces) + (long) index * NONCE_SPACE;
    }
}
