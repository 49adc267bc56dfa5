package org.rds4j.crypto.provider;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the providers of this machine take for records of several sizes, and which of them is used therefore. Measured once per
 * process for the same providers, in a quarter of a second of a thread of its own, more where others take its time; nobody has to
 * wait for it.
 */
public final class AeadCalibration {
    /** Octets of content of the records measured. */
    public static final List<Integer> SIZES = List.of(64, 512, 1500, 4096, 16384);

    private static final Logger LOGGER = LoggerFactory.getLogger(AeadCalibration.class);
    private static final Map<List<AeadProvider>, CompletableFuture<AeadCalibration>> BEGUN = new ConcurrentHashMap<>();
    /**
     * Until the calls are compiled: before that only calls are compared, whose kinds differ. An eighth of a second; counted in
     * turns, as on a busy machine both the turns and the compiler have to wait.
     */
    private static final int WARM_UP_TURNS = 2_500;
    private static final int WARM_UP_SIZES = 3;
    /** A twentieth of a second. */
    private static final int ROUND_TURNS = 250;
    /** A round in which a best batch takes less by more than this part says that there is more to come. */
    private static final int SETTLED_PART = 8;
    /**
     * On a machine that has no time for this: some times what it takes beside three busy programs on two processors (6 s). By the
     * system's clock, as what is measured is this machine and no node's time.
     */
    private static final long MOST_NS = 20_000_000_000L;
    private static final int BATCH = 8;

    private final List<AeadSpeed> speeds;
    private final AeadProvider choice;

    private AeadCalibration(final List<AeadSpeed> speeds) {
        this.speeds = speeds;
        this.choice = AeadChoice.among(speeds);
    }

    /**
     * Begins to measure, or names the measurement that was begun before. Any thread; does not wait.
     *
     * @param providers usable or not.
     * @return what was or will be measured.
     * @throws IllegalStateException when none can be used; the message says what to install.
     */
    public static CompletableFuture<AeadCalibration> begin(final List<AeadProvider> providers) {
        return BEGUN.computeIfAbsent(List.copyOf(providers), AeadCalibration::start);
    }

    /**
     * What to use for keys of new sessions.
     *
     * @return a usable provider.
     */
    public AeadProvider choice() {
        return choice;
    }

    /**
     * What was measured.
     *
     * @return each usable provider at each size.
     */
    public List<AeadSpeed> speeds() {
        return speeds;
    }

    /**
     * The figures behind the choice.
     *
     * @return a line for each provider: Gb/s at each size, sealing and opening in turn.
     */
    public String text() {
        final StringJoiner lines = new StringJoiner("\n");
        for (final AeadProvider provider : speeds.stream().map(AeadSpeed::provider).distinct().toList()) {
            lines.add(provider.name() + ": " + speeds.stream().filter(speed -> speed.provider().equals(provider))
                .map(speed -> String.format(
                    Locale.ROOT, "%d octets %.1f", speed.size(), 2.0 * speed.size() * Byte.SIZE / speed.ns()))
                .collect(Collectors.joining(", ")) + " Gb/s");
        }
        return lines.toString();
    }

    private static CompletableFuture<AeadCalibration> start(final List<AeadProvider> providers) {
        final List<AeadProvider> usable = AeadProviders.usable(providers);
        final String missing = AeadProviders.missing(providers);
        final CompletableFuture<AeadCalibration> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("rds-calibration").start(() -> {
            try {
                result.complete(measured(usable, missing));
            } catch (final Throwable e) {
                result.completeExceptionally(e); // first: somebody may wait
                LOGGER.warn("AES-GCM could not be measured", e);
            }
        });
        return result;
    }

    private static AeadCalibration measured(final List<AeadProvider> usable, final String missing) {
        final AeadCalibration calibration = new AeadCalibration(measure(usable));
        LOGGER.info("AES-GCM by {}{}", calibration.choice.name(), missing);
        LOGGER.debug("AES-GCM was measured:\n{}", calibration.text());
        return calibration;
    }

    private static List<AeadSpeed> measure(final List<AeadProvider> providers) {
        final List<AeadMeter> meters = new ArrayList<>();
        try {
            for (final int size : SIZES) {
                providers.forEach(provider -> meters.add(new AeadMeter(provider, size, BATCH)));
            }
            final long[] sealNs = new long[meters.size()];
            final long[] openNs = new long[meters.size()];
            Arrays.fill(sealNs, Long.MAX_VALUE);
            Arrays.fill(openNs, Long.MAX_VALUE);
            final long endNs = System.nanoTime() + MOST_NS;
            turns(meters.subList(0, WARM_UP_SIZES * providers.size()), sealNs, openNs, WARM_UP_TURNS, endNs);
            rounds(meters, sealNs, openNs, endNs);
            return speeds(meters, sealNs, openNs);
        } finally {
            CloseHelper.closeAll(meters);
        }
    }

    /** Until nothing gets better any more: a library whose calls were compiled late is not judged by what it took before. */
    private static void rounds(final List<AeadMeter> meters, final long[] sealNs, final long[] openNs, final long endNs) {
        boolean isSettled = false;
        while (!isSettled) {
            final long[] sealedBefore = sealNs.clone();
            final long[] openedBefore = openNs.clone();
            turns(meters, sealNs, openNs, ROUND_TURNS, endNs);
            isSettled = System.nanoTime() - endNs > 0 || (isSettled(sealedBefore, sealNs) && isSettled(openedBefore, openNs));
        }
    }

    private static boolean isSettled(final long[] before, final long[] now) {
        return IntStream.range(0, now.length).allMatch(i -> before[i] - now[i] <= before[i] / SETTLED_PART);
    }

    /** In turns, so that the noise of a start hits all alike; the best batch of each counts. */
    private static void turns(
        final List<AeadMeter> meters, final long[] sealNs, final long[] openNs, final int turns, final long endNs) {
        for (int turn = 0; turn == 0 || (turn < turns && System.nanoTime() - endNs < 0); turn++) {
            for (int i = 0; i < meters.size(); i++) {
                sealNs[i] = Math.min(sealNs[i], meters.get(i).seal());
                openNs[i] = Math.min(openNs[i], meters.get(i).open());
            }
        }
    }

    private static List<AeadSpeed> speeds(final List<AeadMeter> meters, final long[] sealNs, final long[] openNs) {
        final List<AeadSpeed> speeds = new ArrayList<>();
        for (int i = 0; i < sealNs.length; i++) {
            final AeadMeter meter = meters.get(i);
            speeds.add(new AeadSpeed(
                meter.provider(), meter.size(), sealNs[i] / (double) BATCH, openNs[i] / (double) BATCH));
        }
        return List.copyOf(speeds);
    }
}
