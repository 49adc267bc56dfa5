package org.rds4j.crypto.provider;

import java.util.List;

/**
 * Which provider to use, by what each was measured to take: the one that is fastest over all sizes, or one for small and another
 * for large records where that saves more than a second key schedule for every key is worth. Providers that leave garbage on the
 * heap are chosen only where all do.
 */
final class AeadChoice {
    /** Two providers have to be as much faster, over all sizes together, as one that is that at a single size. */
    private static final double WORTH_TWO = Math.log(1.5);

    private final List<AeadSpeed> speeds;
    private final List<Integer> sizes;
    private AeadProvider best;
    private double leastCost = Double.POSITIVE_INFINITY;

    private AeadChoice(final List<AeadSpeed> speeds) {
        this.speeds = speeds;
        this.sizes = speeds.stream().map(AeadSpeed::size).distinct().sorted().toList();
    }

    /** The choice among providers each of which was measured at the same sizes. */
    static AeadProvider among(final List<AeadSpeed> speeds) {
        final List<AeadSpeed> garbageFree = speeds.stream().filter(speed -> speed.provider().isGarbageFree()).toList();
        final AeadChoice choice = new AeadChoice(garbageFree.isEmpty() ? speeds : garbageFree);
        choice.compare();
        return choice.best;
    }

    private void compare() {
        final List<AeadProvider> providers = speeds.stream().map(AeadSpeed::provider).distinct().toList();
        for (final AeadProvider small : providers) {
            consider(small, cost(small, 0, sizes.size()));
        }
        for (final AeadProvider small : providers) {
            for (final AeadProvider large : providers) {
                for (int split = 1; split < sizes.size(); split++) {
                    consider(new SizedProvider(small, sizes.get(split - 1), large),
                        cost(small, 0, split) + cost(large, split, sizes.size()) + WORTH_TWO);
                }
            }
        }
    }

    private void consider(final AeadProvider candidate, final double cost) {
        if (cost < leastCost) {
            leastCost = cost;
            best = candidate;
        }
    }

    /** Logarithms, so that a factor counts the same at each size. */
    private double cost(final AeadProvider provider, final int from, final int to) {
        double sum = 0;
        for (final AeadSpeed speed : speeds) {
            final int index = sizes.indexOf(speed.size());
            sum += speed.provider().equals(provider) && index >= from && index < to ? Math.log(speed.ns()) : 0;
        }
        return sum;
    }
}
