package org.rds4j.tcp.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.rds4j.tcp.TcpConfiguration;

/**
 * Everything that a run depends on, as plain values that a failing test prints.
 *
 * @param seed      of what the applications do.
 * @param settings  of the engines and the path.
 * @param faults    in the order of frames.
 */
record Trial(long seed, Settings settings, List<Fault> faults) {
    private static final long MICROSECOND = 1_000;
    private static final long[] DELAYS = {10 * MICROSECOND, 200 * MICROSECOND, 5_000 * MICROSECOND, 100_000 * MICROSECOND};
    private static final List<Fault.Kind> KINDS = List.of(Fault.Kind.values());
    private static final int[] MTUS = {576, 1280, 1500, 9000};
    private static final int[] BUFFERS = {1 << 11, 1 << 14, 1 << 16, 1 << 20};

    /**
     * The engines and the path.
     *
     * @param mtu          of the path.
     * @param delayNs      one way.
     * @param bufferLength of send and receive buffers.
     * @param octets       that the first engine sends; the second sends a third of it.
     * @param isDatacenter profile of both, otherwise wide area.
     * @param bothDial     at the same moment.
     * @param timestamps   offered.
     * @param windowScale  offered.
     * @param nagle        on.
     */
    record Settings(
        int mtu, long delayNs, int bufferLength, long octets, boolean isDatacenter, boolean bothDial, boolean timestamps,
        boolean windowScale, boolean nagle) {
        TcpConfiguration configuration() {
            return (isDatacenter ? TcpConfiguration.datacenter() : TcpConfiguration.wideArea())
                .maxConnections(4).timeWaitCapacity(8).sendBufferLength(bufferLength).receiveBufferLength(bufferLength)
                .overhangLength(Math.min(16_384, bufferLength / 2))
                .timestamps(timestamps).windowScale(windowScale).nagle(nagle).build();
        }
    }

    /** The trial of a seed. One in four has no faults before frame 20, so that data flows before anything goes wrong. */
    static Trial of(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int bufferLength = BUFFERS[random.nextInt(BUFFERS.length)];
        final long delayNs = DELAYS[random.nextInt(DELAYS.length)];
        final Settings settings = new Settings(
            MTUS[random.nextInt(MTUS.length)], delayNs, bufferLength, random.nextInt(1, 8 * bufferLength),
            random.nextBoolean(), random.nextInt(4) == 0, random.nextInt(4) > 0, random.nextInt(4) > 0, random.nextInt(4) == 0);
        final List<Fault> faults = new ArrayList<>();
        final int density = 4 + random.nextInt(60);
        for (int frame = random.nextInt(4) == 0 ? 20 : 1; frame < 300; frame += 1 + random.nextInt(density)) {
            final Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            faults.add(new Fault(frame, kind, random.nextLong(1, 4 * delayNs)));
        }
        return new Trial(seed, settings, List.copyOf(faults));
    }

    Trial with(final List<Fault> fewer) {
        return new Trial(seed, settings, List.copyOf(fewer));
    }
}
