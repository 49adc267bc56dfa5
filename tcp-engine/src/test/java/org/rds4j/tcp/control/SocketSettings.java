package org.rds4j.tcp.control;

import java.util.HashMap;
import java.util.Map;

/** Options of a socket, as numbers, from the moment they are set; what is not set reads as its default. */
final class SocketSettings {
    private static final Map<String, Long> DEFAULTS = Map.of(
        "SO_LINGER", -1L, "TCP_KEEPIDLE", 7200L, "TCP_KEEPINTVL", 75L, "TCP_KEEPCNT", 9L, "TCP_QUICKACK", 1L, "TCP_SYNCNT", 6L,
        "TCP_LINGER2", 60L, "SO_RCVLOWAT", 1L);
    private final Map<String, Long> values = new HashMap<>();
    private final Map<String, Long> hostDefaults;

    /** Options of a socket on a host whose knobs decide some of the defaults. */
    SocketSettings(final Map<String, Long> hostDefaults) {
        this.hostDefaults = hostDefaults;
    }

    void put(final String name, final long value) {
        values.put(name, value);
    }

    long get(final String name) {
        return values.getOrDefault(name, hostDefaults.getOrDefault(name, DEFAULTS.getOrDefault(name, 0L)));
    }

    boolean isOn(final String name) {
        return get(name) != 0;
    }

    boolean has(final String name) {
        return values.containsKey(name);
    }

    void inherit(final SocketSettings other) {
        values.putAll(other.values);
    }
}
