package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AeadCalibrationTest {
    private static final AeadProvider A = new Named("a", true);
    private static final AeadProvider B = new Named("b", true);
    private static final AeadProvider GARBAGE = new Named("garbage", false);
    private static final Map<String, AtomicInteger> CALLS = new ConcurrentHashMap<>();

    @Test
    void shouldMeasureEachUsableProviderAtEachSizeOnceInAProcess() {
        final AeadCalibration calibration = AeadCalibration.begin(AeadProviders.all()).join();
        final List<AeadProvider> usable = AeadProviders.all().stream().filter(AeadProvider::isAvailable).toList();
        assertEquals(usable.size() * AeadCalibration.SIZES.size(), calibration.speeds().size());
        for (final AeadSpeed speed : calibration.speeds()) {
            assertTrue(speed.sealNs() > 0 && speed.openNs() > 0, speed.toString());
        }
        assertTrue(calibration.choice().isAvailable());
        assertSame(calibration, AeadCalibration.begin(AeadProviders.all()).join());
        assertSame(calibration.choice(), AeadProviders.best());
        usable.forEach(provider -> assertTrue(calibration.text().contains(provider.name())));
    }

    /** As a library whose calls are compiled late on a busy machine: after more than a second here, behind the warm-up. */
    @Test
    void shouldNotJudgeALibraryByItsFirstCalls() {
        final AeadProvider compiledLate = new Slow("compiled late", 145_000, 10_000, 1_000);
        final AeadProvider steady = new Slow("steady", 0, 0, 3_000);
        assertSame(compiledLate, AeadCalibration.begin(List.of(steady, compiledLate)).join().choice());
    }

    @Test
    void shouldChooseTheFastest() {
        assertSame(B, AeadChoice.among(speeds(A, 100, 200, 300, 400, 500, B, 90, 180, 270, 360, 450)));
    }

    @Test
    void shouldUseAnotherForLargeRecordsOnlyWhereThatPays() {
        final SizedProvider both = assertInstanceOf(
            SizedProvider.class, AeadChoice.among(speeds(A, 50, 100, 300, 900, 3500, B, 200, 250, 310, 450, 1200)));
        assertEquals(new SizedProvider(A, 1500, B).name(), both.name());
        assertSame(A, AeadChoice.among(speeds(A, 50, 100, 300, 900, 3500, B, 60, 120, 350, 850, 3000)));
    }

    @Test
    void shouldChooseAProviderThatAllocatesOnlyWhereAllDo() {
        assertSame(A, AeadChoice.among(speeds(A, 100, 200, 300, 400, 500, GARBAGE, 10, 20, 30, 40, 50)));
        assertSame(GARBAGE, AeadChoice.among(speeds(GARBAGE, 10, 20, 30, 40, 50)));
    }

    @Test
    void shouldSayWhatIsMissingWhereNothingCanBeUsed() {
        final IllegalStateException e = assertThrows(
            IllegalStateException.class, () -> AeadCalibration.begin(List.of(new Absent())));
        assertTrue(e.getMessage().contains("not by absent: install it"), e.getMessage());
    }

    /** An error, not an exception: nobody waits for ever. */
    @Test
    void shouldTellWhoWaitsWhenNothingCanBeMeasured() {
        final CompletableFuture<AeadCalibration> measured = AeadCalibration.begin(List.of(new Named("no function", true)));
        final ExecutionException e = assertThrows(ExecutionException.class, () -> measured.get(30, TimeUnit.SECONDS));
        assertInstanceOf(AssertionError.class, e.getCause());
    }

    /** Providers and what each takes at the five sizes. */
    private static List<AeadSpeed> speeds(final Object... providersAndTimes) {
        final List<AeadSpeed> speeds = new ArrayList<>();
        for (int i = 0; i < providersAndTimes.length; i += AeadCalibration.SIZES.size() + 1) {
            for (int size = 0; size < AeadCalibration.SIZES.size(); size++) {
                final double ns = (Integer) providersAndTimes[i + 1 + size] / 2.0;
                speeds.add(new AeadSpeed((AeadProvider) providersAndTimes[i], AeadCalibration.SIZES.get(size), ns, ns));
            }
        }
        return speeds;
    }

    private record Named(String name, boolean isGarbageFree) implements AeadProvider {
        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            throw new AssertionError("measured already");
        }
    }

    /** Takes so long for each of its first calls, and so long for others. */
    private record Slow(String name, int first, long firstNs, long ns) implements AeadProvider {
        @Override
        public boolean isGarbageFree() {
            return true;
        }

        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            return new SlowAead(this, CALLS.computeIfAbsent(name, made -> new AtomicInteger()));
        }
    }

    private record SlowAead(Slow provider, AtomicInteger calls) implements Aead {
        @Override
        public boolean seal(
            final long nonceAddress,
            final long aadAddress,
            final long contentAddress,
            final int contentLength,
            final byte contentType,
            final long outAddress) {
            return call();
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            return call();
        }

        @Override
        public void close() {
            // It has no key.
        }

        private boolean call() {
            final long takesNs = calls.getAndIncrement() < provider.first() ? provider.firstNs() : provider.ns();
            final long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < takesNs) {
                Thread.onSpinWait();
            }
            return true;
        }
    }

    private record Absent() implements AeadProvider {
        @Override
        public String name() {
            return "absent";
        }

        @Override
        public String unavailabilityCause() {
            return "install it";
        }

        @Override
        public Aead newAead(final byte[] key) {
            throw new AssertionError("not there");
        }
    }
}
