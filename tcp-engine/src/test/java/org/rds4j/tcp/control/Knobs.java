package org.rds4j.tcp.control;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpDialect;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.wire.OptionLayout;

/**
 * What a script may settle before the engine is built. Names with a unit of their own are listed here; every other setting of
 * {@link TcpConfiguration.Builder} is reached by its own name, so that a new setting is a new knob without a line of code.
 */
final class Knobs {
    private static final Map<String, String> MICROSECONDS = Map.of(
        "rto_initial", "initialRtoNs",
        "rto_min", "rtoFloorNs",
        "rto_max", "rtoCeilingNs",
        "delayed_ack", "delayedAckNs",
        "challenge_ack_interval", "challengeAckIntervalNs",
        "time_wait", "timeWaitNs",
        "fin_timeout", "finWait2Ns",
        "persist_max", "persistCeilingNs");
    private static final Map<String, String> PLAIN = Map.ofEntries(
        Map.entry("timestamps", "timestamps"),
        Map.entry("window_scaling", "windowScale"),
        Map.entry("initial_window", "initialWindowSegments"),
        Map.entry("quick_ack", "quickAcks"),
        Map.entry("sndbuf", "sendBufferLength"),
        Map.entry("rcvbuf", "receiveBufferLength"),
        Map.entry("syn_retries", "synRetries"),
        Map.entry("synack_retries", "synAckRetries"),
        Map.entry("retries", "dataRetries"),
        Map.entry("orphan_retries", "orphanRetries"),
        Map.entry("drop_synfin", "dropSynFin"),
        Map.entry("window_shift", "offeredWindowShift"));

    private static final Map<String, Long> FREEBSD = Map.of(
        "quickAcks", 0L,
        "synRetries", 12L,
        "synAckRetries", 3L,
        "dataRetries", 12L,
        "rtoCeilingNs", 64_000_000_000L,
        "receiveBufferLength", 1L << 16,
        "sendBufferLength", 1L << 15);
    private static final Map<String, Long> LINUX = Map.of(
        "pushedBurst", 2L,
        "takesUnstamped", 1L,
        "rtoFloorOnVariation", 1L);
    private static final long MOST_OF_LINUX = 4L << 20;
    private static final long ANY_NUMBER_OF_SEGMENTS = 1 << 16;
    private static final Map<String, Long> FREEBSD_SOCKETS = Map.of("TCP_KEEPINIT", 75L, "TCP_KEEPCNT", 8L);
    private static final long MOST_SPACE = 1 << 26;

    IpAddress local4;
    IpAddress local6;
    int mtu = 1500;
    int blackHoleTimeouts = NetworkTuning.DEFAULT.probeAfterTimeouts();
    long seed = 1;
    /** What options of sockets read as before they are set. */
    final Map<String, Long> socketDefaults = new HashMap<>();
    /** Buffers of sockets are counted as Linux does. */
    boolean countsOverhead;
    /** What SO_SNDBUF is then before it is set and while the window is small. */
    long defaultSendSpace = 16_384;
    /** Of sockets that have no TCP_NOTSENT_LOWAT of their own; 0 for no limit. */
    long leastUnsent;
    /** How far buffers may grow in FreeBSD's layout. */
    private long mostSpace = 1 << 21;
    private FlowConfiguration flow = FlowConfiguration.WIDE_AREA.withPacing(false);
    private final TcpConfiguration.Builder builder = TcpConfiguration.wideArea()
        .maxConnections(16).timeWaitCapacity(64).nagle(true).overhangLength(512).flow(flow)
        .eagerProbes(false).ackRepeatNs(0); // scripts count on nothing but what the RFCs have
    private final Map<String, Method> setters = new HashMap<>();
    private final Map<String, Long> asked = new HashMap<>();

    Knobs() {
        for (final Method method : TcpConfiguration.Builder.class.getMethods()) {
            if (method.getReturnType() == TcpConfiguration.Builder.class && method.getParameterCount() == 1) {
                setters.put(method.getName(), method);
            }
        }
    }

    /** Sets one; the value is text as the request carried it. */
    void set(final String name, final String value) throws Refusal {
        if (Sysctls.isName(name)) {
            Sysctls.set(this, name, value);
            return;
        }
        final String key = name.toLowerCase(Locale.ROOT).replace('-', '_');
        switch (key) {
            case "layout" -> layout(value);
            case "congestion" -> flow("algorithm", congestion(value));
            case "ecn" -> flow("ecn", ecn(value));
            case "pacing" -> flow("pacing", number(value) != 0);
            case "local" -> local(IpAddress.parse(value));
            case "mtu_probing" -> blackHoleTimeouts = Math.toIntExact(number(value));
            case "mtu" -> mtu = Math.toIntExact(number(value));
            case "seed" -> seed = number(value);
            case "keepinit", "keepidle", "keepintvl" ->
                socketDefaults.put("TCP_" + key.toUpperCase(Locale.ROOT), seconds(number(value)));
            case "notsent_lowat" -> leastUnsent = number(value) & 0xffff_ffffL;
            case "keepcnt" -> socketDefaults.put("TCP_KEEPCNT", number(value));
            case "sendspace" -> defaultSendSpace = number(value);
            case "maxsockbuf" -> mostSpace(number(value));
            default -> {
                if (MICROSECONDS.containsKey(key)) {
                    final long ns = Math.multiplyExact(number(value), 1000L);
                    asked.put(MICROSECONDS.get(key), ns);
                    setNumber(MICROSECONDS.get(key), ns);
                } else if (isFlow(name)) {
                    asked.put(name, number(value));
                    flow(name, number(value));
                } else {
                    setNumberOrName(PLAIN.getOrDefault(key, name), value);
                }
            }
        }
    }

    /** What the options of sockets count in: a part of a second would silently be none. */
    private static long seconds(final long us) throws Refusal {
        if (us % 1_000_000 != 0) {
            throw new Refusal(Errno.EINVAL);
        }
        return us / 1_000_000;
    }

    static CongestionAlgorithm congestion(final String name) throws Refusal {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "reno", "newreno", "new_reno" -> CongestionAlgorithm.NEW_RENO;
            case "cubic" -> CongestionAlgorithm.CUBIC;
            case "dctcp" -> CongestionAlgorithm.DCTCP;
            default -> throw new Refusal(Errno.ENOTSUP);
        };
    }

    /** By Linux's numbers (net.ipv4.tcp_ecn): 0 never, 1 asked for and granted, 2 granted when asked. */
    private static EcnMode ecn(final String value) throws Refusal {
        return switch ((int) number(value)) {
            case 0 -> EcnMode.OFF;
            case 1 -> EcnMode.ACTIVE;
            case 2 -> EcnMode.PASSIVE;
            default -> throw new Refusal(Errno.EINVAL);
        };
    }

    private static boolean isFlow(final String name) {
        return Arrays.stream(FlowConfiguration.class.getRecordComponents()).anyMatch(part -> part.getName().equals(name));
    }

    /** A layout stands for its kernel: choices and defaults go with the order of the options, but for what was asked for. */
    private void layout(final String value) throws Refusal {
        set("optionLayout", constant(OptionLayout.class, value));
        set("dialect", constant(TcpDialect.class, value));
        if (isFreeBsd()) {
            FREEBSD_SOCKETS.forEach(socketDefaults::putIfAbsent);
        } else {
            countsOverhead = true;
            setNumber("sendBufferLength", asked.getOrDefault("sendBufferLength", MOST_OF_LINUX));
            flow("slowStartSegments", asked.getOrDefault("slowStartSegments", ANY_NUMBER_OF_SEGMENTS));
        }
        for (final Map.Entry<String, Long> setting : (isFreeBsd() ? FREEBSD : LINUX).entrySet()) {
            setNumber(setting.getKey(), asked.getOrDefault(setting.getKey(), setting.getValue()));
        }
    }

    private boolean isFreeBsd() {
        return builder.build().dialect() == TcpDialect.FREEBSD;
    }

    /** Replaces one component of what decides how fast connections send. */
    private void flow(final String name, final Object value) throws Refusal {
        final RecordComponent[] parts = FlowConfiguration.class.getRecordComponents();
        final Object[] values = new Object[parts.length];
        final Class<?>[] types = new Class<?>[parts.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                types[i] = parts[i].getType();
                final Object chosen = parts[i].getName().equals(name) ? value : parts[i].getAccessor().invoke(flow);
                values[i] = types[i] == int.class ? Integer.valueOf(((Number) chosen).intValue()) : chosen;
            }
            flow = FlowConfiguration.class.getConstructor(types).newInstance(values);
        } catch (final ReflectiveOperationException | IllegalArgumentException e) {
            throw new Refusal(Errno.EINVAL);
        }
        set("flow", flow);
    }

    private void local(final IpAddress address) {
        if (address.isIpv4()) {
            local4 = address;
        } else {
            local6 = address;
        }
    }

    void setNumberOrName(final String setter, final String value) throws Refusal {
        final Method method = setters.get(setter);
        if (method == null) {
            if (!isAbsence(value)) {
                throw new Refusal(Errno.ENOTSUP);
            }
            return; // it is not there, and is asked not to be
        }
        final Class<?> type = method.getParameterTypes()[0];
        if (type.isEnum()) {
            set(setter, constant(type, value));
        } else {
            asked.put(setter, number(value));
            setNumber(setter, number(value));
        }
    }

    private static boolean isAbsence(final String value) {
        return "0".equals(value) || "off".equals(value);
    }

    void setNumber(final String setter, final long value) throws Refusal {
        final Method method = setters.get(setter);
        if (method == null) {
            throw new Refusal(Errno.ENOTSUP);
        }
        final Class<?> type = method.getParameterTypes()[0];
        if (type == boolean.class) {
            set(setter, value != 0);
        } else if (isRing(setter)) {
            ring(setter, value);
        } else if (type == int.class) {
            set(setter, Math.toIntExact(value));
        } else {
            set(setter, value);
        }
    }

    /** The shift offered is what the number needs, though the rings are kept within reason. */
    private void mostSpace(final long octets) throws Refusal {
        mostSpace = Math.min(octets, MOST_SPACE);
        setNumber("offeredWindowShift", TcpConfiguration.shiftFor(octets));
        for (final String ring : List.of("receiveBufferLength", "sendBufferLength")) {
            if (isFreeBsd()) {
                setNumber(ring, asked.getOrDefault(ring, FREEBSD.get(ring)));
            }
        }
    }

    /** FreeBSD begins with what is asked for, to the octet, in a ring that leaves room to grow. */
    private void ring(final String setter, final long value) throws Refusal {
        final long length = ringLength(value);
        set(setter, Math.toIntExact(isFreeBsd() ? Math.max(ringLength(mostSpace), length) : length));
        flow(
            "sendBufferLength".equals(setter) ? "initialSendBufferLength" : "initialReceiveBufferLength",
            isFreeBsd() ? Math.max(1024, value) : length);
    }

    private static boolean isRing(final String setter) {
        return "sendBufferLength".equals(setter) || "receiveBufferLength".equals(setter);
    }

    /** Rings are powers of two with room for the overhang. One whose length is asked for is in use whole from the start. */
    static long ringLength(final long wanted) {
        return Math.max(1024, Long.highestOneBit(Math.max(1, wanted - 1)) << 1);
    }

    private void set(final String setter, final Object value) throws Refusal {
        try {
            setters.get(setter).invoke(builder, value);
            builder.build();
        } catch (final InvocationTargetException | IllegalAccessException | IllegalArgumentException e) {
            throw new Refusal(Errno.EINVAL);
        }
    }

    private static Object constant(final Class<?> type, final String value) throws Refusal {
        for (final Object constant : type.getEnumConstants()) {
            if (constant.toString().replace("_", "").equalsIgnoreCase(value.replace("_", ""))) {
                return constant;
            }
        }
        throw new Refusal(Errno.EINVAL);
    }

    /** A decimal number, or on and off, yes and no, true and false. */
    static long number(final String text) throws Refusal {
        return switch (text) {
            case "on", "yes", "true" -> 1;
            case "off", "no", "false" -> 0;
            default -> {
                try {
                    yield Long.decode(text);
                } catch (final NumberFormatException e) {
                    throw new Refusal(Errno.EINVAL);
                }
            }
        };
    }

    TcpConfiguration configuration() {
        return builder.build();
    }
}
