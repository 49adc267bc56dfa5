package org.rds4j.tcp.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Flags of calls and events of poll, by number or by name, with Linux's numbers. */
final class Flags {
    static final int PEEK = 0x2;
    static final int DONTWAIT = 0x40;
    static final int WAITALL = 0x100;
    static final int EOR = 0x80;
    static final int MORE = 0x8000;

    static final int IN = 0x1;
    static final int OUT = 0x4;
    static final int ERR = 0x8;
    static final int HUP = 0x10;
    static final int RDHUP = 0x2000;

    private static final Map<String, Integer> MESSAGE = Map.of(
        "MSG_OOB", 0x1, "MSG_PEEK", PEEK, "MSG_TRUNC", 0x20, "MSG_DONTWAIT", DONTWAIT, "MSG_EOR", EOR,
        "MSG_WAITALL", WAITALL, "MSG_NOSIGNAL", 0x4000, "MSG_MORE", MORE, "MSG_ZEROCOPY", 0x400_0000,
        "MSG_FASTOPEN", 0x2000_0000);
    private static final List<Map.Entry<String, Integer>> EVENTS = List.of(
        Map.entry("POLLIN", IN), Map.entry("POLLPRI", 0x2), Map.entry("POLLOUT", OUT), Map.entry("POLLERR", ERR),
        Map.entry("POLLHUP", HUP), Map.entry("POLLNVAL", 0x20), Map.entry("POLLRDNORM", 0x40), Map.entry("POLLWRNORM", 0x100),
        Map.entry("POLLRDHUP", RDHUP));

    private Flags() {
    }

    static int message(final String text) throws Refusal {
        int flags = 0;
        for (final String word : text.split("[|,]", -1)) {
            final Integer known = MESSAGE.get(word.startsWith("MSG_") ? word : "MSG_" + word);
            flags |= known != null ? known : Math.toIntExact(Knobs.number(word));
        }
        return flags;
    }

    static int events(final String text) throws Refusal {
        int flags = 0;
        for (final String word : text.split("[|,]", -1)) {
            flags |= event(word);
        }
        return flags;
    }

    private static int event(final String word) throws Refusal {
        for (final Map.Entry<String, Integer> event : EVENTS) {
            if (event.getKey().equalsIgnoreCase(word) || event.getKey().equalsIgnoreCase("POLL" + word)) {
                return event.getValue();
            }
        }
        return Math.toIntExact(Knobs.number(word));
    }

    /** Events in the way they were asked for: a number if that was one, names otherwise. */
    static String events(final int flags, final boolean asNumber) {
        if (asNumber) {
            return Integer.toString(flags);
        }
        final List<String> names = new ArrayList<>();
        for (final Map.Entry<String, Integer> event : EVENTS) {
            if ((flags & event.getValue()) != 0) {
                names.add(event.getKey());
            }
        }
        return names.isEmpty() ? "0" : String.join("|", names);
    }
}
