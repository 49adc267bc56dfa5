package org.rds4j.tcp.control;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.ToLongFunction;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.connection.ConnectionProbe;

/** The fields of Linux's {@code struct tcp_info}, by name and in its order, from the state of the engine. */
final class TcpInfo {
    private static final int CLOSE = 7;
    private static final int LISTEN = 10;
    private static final Map<String, ToLongFunction<Source>> FIELDS = new LinkedHashMap<>();

    /** Where a field is read from. */
    private record Source(
        ConnectionProbe c, PacketTap.Traffic t, Stopwatches w, TcpCounters counters, long nowUs) {
        long sinceMs(final long us) {
            return us == 0 ? 0 : (nowUs - us) / 1000;
        }
    }

    static {
        FIELDS.put("tcpi_state", s -> s.c.state());
        FIELDS.put("tcpi_ca_state", s -> s.c.recoveryState());
        FIELDS.put("tcpi_retransmits", s -> s.c.timeoutsInARow());
        FIELDS.put("tcpi_probes", s -> s.c.probes());
        FIELDS.put("tcpi_backoff", s -> s.c.backoff());
        FIELDS.put("tcpi_options", s -> s.c.options());
        FIELDS.put("tcpi_snd_wscale", s -> s.c.sendShift());
        FIELDS.put("tcpi_rcv_wscale", s -> s.c.receiveShift());
        FIELDS.put("tcpi_delivery_rate_app_limited", s -> s.c.isApplicationLimited());
        FIELDS.put("tcpi_fastopen_client_fail", s -> 0);
        FIELDS.put("tcpi_rto", s -> s.c.timeoutUs());
        FIELDS.put("tcpi_ato", s -> s.c.delayedAckUs());
        FIELDS.put("tcpi_snd_mss", s -> s.c.sendMss());
        FIELDS.put("tcpi_rcv_mss", s -> s.t.largestIn > 0 ? s.t.largestIn : 536);
        FIELDS.put("tcpi_unacked", s -> s.c.segmentsUnacknowledged());
        FIELDS.put("tcpi_sacked", s -> s.c.segmentsSacked());
        FIELDS.put("tcpi_lost", s -> s.c.segmentsLost());
        FIELDS.put("tcpi_retrans", s -> s.c.segmentsRetransmitted());
        FIELDS.put("tcpi_fackets", s -> 0);
        FIELDS.put("tcpi_last_data_sent", s -> s.sinceMs(s.t.lastDataSentUs));
        FIELDS.put("tcpi_last_ack_sent", s -> 0);
        FIELDS.put("tcpi_last_data_recv", s -> s.sinceMs(Math.max(s.t.lastDataReceivedUs, s.t.establishedUs)));
        FIELDS.put("tcpi_last_ack_recv", s -> s.sinceMs(s.t.lastAckReceivedUs));
        FIELDS.put("tcpi_pmtu", s -> s.c.pathMtu());
        FIELDS.put("tcpi_rcv_ssthresh", s -> s.c.receiveWindow());
        FIELDS.put("tcpi_rtt", s -> s.c.rttUs());
        FIELDS.put("tcpi_rttvar", s -> s.c.rttVariationUs());
        FIELDS.put("tcpi_snd_ssthresh", s -> s.c.thresholdSegments());
        FIELDS.put("tcpi_snd_cwnd", s -> s.c.windowSegments());
        FIELDS.put("tcpi_advmss", s -> s.c.announcedMss());
        FIELDS.put("tcpi_reordering", s -> s.c.reordering());
        FIELDS.put("tcpi_rcv_rtt", s -> 0);
        FIELDS.put("tcpi_rcv_space", s -> s.c.receiveSpace());
        FIELDS.put("tcpi_total_retrans", s -> s.c.totalRetransmissions());
        FIELDS.put("tcpi_pacing_rate", s -> s.c.pacingRate());
        FIELDS.put("tcpi_max_pacing_rate", s -> -1);
        FIELDS.put("tcpi_bytes_acked", s -> s.c.bytesAcknowledged());
        FIELDS.put("tcpi_bytes_received", s -> s.c.bytesReceived());
        FIELDS.put("tcpi_segs_out", s -> s.t.segmentsOut);
        FIELDS.put("tcpi_segs_in", s -> s.t.segmentsIn);
        FIELDS.put("tcpi_notsent_bytes", s -> s.c.bytesNotSent());
        FIELDS.put("tcpi_min_rtt", s -> s.c.leastRttUs());
        FIELDS.put("tcpi_data_segs_in", s -> s.t.dataSegmentsIn);
        FIELDS.put("tcpi_data_segs_out", s -> s.t.dataSegmentsOut);
        FIELDS.put("tcpi_delivery_rate", s -> s.c.deliveryRate());
        FIELDS.put("tcpi_busy_time", s -> s.w.busyUs);
        FIELDS.put("tcpi_rwnd_limited", s -> s.w.windowLimitedUs);
        FIELDS.put("tcpi_sndbuf_limited", s -> s.w.bufferLimitedUs);
        FIELDS.put("tcpi_delivered", s -> s.c.segmentsDelivered());
        FIELDS.put("tcpi_delivered_ce", s -> s.c.segmentsDeliveredMarked());
        FIELDS.put("tcpi_bytes_sent", s -> s.t.bytesSent);
        FIELDS.put("tcpi_bytes_retrans", s -> s.t.bytesSentAgain);
        FIELDS.put("tcpi_dsack_dups", s -> s.counters.get(TcpCounter.DSACKS_IN));
        FIELDS.put("tcpi_reord_seen", s -> s.c.reorderingSeen());
        FIELDS.put("tcpi_rcv_ooopack", s -> s.counters.get(TcpCounter.OUT_OF_ORDER));
        FIELDS.put("tcpi_snd_wnd", s -> s.c.sendWindow());
        FIELDS.put("tcpi_rcv_wnd", s -> s.c.receiveWindow());
        FIELDS.put("tcpi_rehash", s -> 0);
        FIELDS.put("tcpi_total_rto", s -> s.c.totalTimeouts());
        FIELDS.put("tcpi_total_rto_recoveries", s -> 0);
        FIELDS.put("tcpi_total_rto_time", s -> 0);
    }

    private TcpInfo() {
    }

    /** One field; the prefix {@code tcpi_} may be left out. */
    static long field(final Sockets sockets, final Endpoint endpoint, final String name) throws Refusal {
        final String full = name.startsWith("tcpi_") ? name : "tcpi_" + name;
        final ToLongFunction<Source> field = FIELDS.get(full);
        if (field == null) {
            throw new Refusal(Errno.ENOPROTOOPT);
        }
        if (endpoint.connection == null) {
            return switch (full) {
                case "tcpi_state" -> endpoint.isListening ? LISTEN : CLOSE;
                case "tcpi_unacked" -> endpoint.accepted.size();
                case "tcpi_sacked" -> endpoint.backlog;
                default -> 0;
            };
        }
        return field.applyAsLong(source(sockets, endpoint));
    }

    /** All fields as {@code name=value}. */
    static String all(final Sockets sockets, final Endpoint endpoint) throws Refusal {
        final StringJoiner text = new StringJoiner(" ");
        for (final String name : FIELDS.keySet()) {
            text.add(name + "=" + field(sockets, endpoint, name));
        }
        return text.toString();
    }

    private static Source source(final Sockets sockets, final Endpoint endpoint) {
        final var c = endpoint.connection;
        return new Source(
            new ConnectionProbe(c, sockets.knobs.configuration()),
            sockets.host().tap.of(new IpAddress(c.remoteHigh(), c.remoteLow()), c.localPort(), c.remotePort()),
            endpoint.stopwatches, sockets.host().counters, sockets.host().nowUs());
    }
}
