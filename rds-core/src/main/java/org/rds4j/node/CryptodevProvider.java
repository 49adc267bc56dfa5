package org.rds4j.node;

import java.util.List;
import java.util.stream.Stream;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.dpdk.CryptoDevice;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkException;
import org.rds4j.dpdk.RecordBurst;

/**
 * AES-GCM by DPDK's cryptodev, where DPDK runs in this process. The device is plugged when somebody asks for it first, and stays.
 */
public final class CryptodevProvider implements AeadProvider {
    private static final String DRIVER = "crypto_aesni_gcm";
    /** Four for each path of a large node; 6 MiB. */
    private static final int SESSIONS = 4_096;
    private static AeadProvider plugged;

    private final CryptoDevice device;

    private CryptodevProvider(final CryptoDevice device) {
        this.device = device;
    }

    /**
     * The provider of this process. Does not start DPDK.
     *
     * @return one that says why it cannot be used, where it cannot.
     */
    public static synchronized AeadProvider ofProcess() {
        if (plugged != null) {
            return plugged;
        }
        final DpdkEnvironment environment = DpdkEnvironment.running();
        if (environment == null) {
            return new Absent("DPDK does not run in this process");
        }
        try {
            final CryptoDevice device = CryptoDevice.open(environment, DRIVER, SESSIONS);
            plugged = AeadProviders.verified(new CryptodevProvider(device));
        } catch (final DpdkException e) {
            plugged = new Absent(e.getMessage());
        }
        return plugged;
    }

    /**
     * The providers among which nodes of this process choose.
     *
     * @return those of the cryptography and this one.
     */
    public static List<AeadProvider> candidates() {
        return Stream.concat(AeadProviders.candidates().stream(), Stream.of(ofProcess())).toList();
    }

    @Override
    public String name() {
        return "DPDK " + device.name();
    }

    @Override
    public String unavailabilityCause() {
        return null;
    }

    @Override
    public Aead newAead(final byte[] key) {
        if (key.length != 16 && key.length != 32) {
            throw new IllegalArgumentException("an AES-GCM key has 16 or 32 octets, not " + key.length);
        }
        final long sealing = session(true, key);
        try {
            return new CryptodevAead(device, sealing, session(false, key));
        } catch (final IllegalStateException e) {
            device.freeSession(sealing);
            throw e;
        }
    }

    private long session(final boolean isSealing, final byte[] key) {
        try {
            return device.newSession(isSealing, key);
        } catch (final DpdkException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** A session for each direction; a record is a burst of one. */
    private static final class CryptodevAead implements Aead {
        private final CryptoDevice device;
        private final long sealing;
        private final long opening;
        private final RecordBurst burst = new RecordBurst(1);
        private boolean closed;

        CryptodevAead(final CryptoDevice device, final long sealing, final long opening) {
            this.device = device;
            this.sealing = sealing;
            this.opening = opening;
        }

        @Override
        public boolean seal(
            final long nonceAddress,
            final long aadAddress,
            final long contentAddress,
            final int contentLength,
            final byte contentType,
            final long outAddress) {
            if (closed) {
                return false;
            }
            burst.clear();
            burst.seal(sealing, nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
            return device.process(burst) == 1;
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            if (closed) {
                return false;
            }
            burst.clear();
            burst.open(opening, nonceAddress, aadAddress, ciphertextAddress, ciphertextLength);
            return device.process(burst) == 1;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                device.freeSession(sealing);
                device.freeSession(opening);
            }
        }
    }

    /** No device. */
    private record Absent(String unavailabilityCause) implements AeadProvider {
        @Override
        public String name() {
            return "DPDK " + DRIVER;
        }

        @Override
        public Aead newAead(final byte[] key) {
            throw new IllegalStateException(unavailabilityCause);
        }
    }
}
