package org.rds4j.tcp.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Delta debugging (Zeller and Hildebrandt, 2002): leaves out faults, in halves, quarters and so on, while the trial fails. */
final class Shrinker {
    private Shrinker() {
    }

    /**
     * Searches for a shorter list of faults.
     *
     * @param failing a trial that fails.
     * @param fails   runs a trial and says whether it still fails.
     * @return a trial that fails, of which no single fault can be left out.
     */
    static Trial shrink(final Trial failing, final Predicate<Trial> fails) {
        List<Fault> faults = failing.faults();
        int parts = 2;
        while (!faults.isEmpty()) {
            final List<Fault> fewer = withoutOnePart(failing, faults, Math.min(parts, faults.size()), fails);
            if (fewer.size() < faults.size()) {
                faults = fewer;
                parts = Math.max(2, parts - 1);
            } else if (parts >= faults.size()) {
                break;
            } else {
                parts *= 2;
            }
        }
        return failing.with(faults);
    }

    private static List<Fault> withoutOnePart(
        final Trial failing, final List<Fault> faults, final int parts, final Predicate<Trial> fails) {
        for (int part = 0; part < parts; part++) {
            final int from = part * faults.size() / parts;
            final int to = (part + 1) * faults.size() / parts;
            final List<Fault> fewer = new ArrayList<>(faults.subList(0, from));
            fewer.addAll(faults.subList(to, faults.size()));
            if (fails.test(failing.with(fewer))) {
                return fewer;
            }
        }
        return faults;
    }
}
