package org.rds4j.tcp.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.script.TcpPacket;

/** What the calls answer, and in which order things come out. What they make the engine do is the scripts' matter. */
class SessionTest {
    private static final int ISS = 5000;
    private static final byte[] LOCAL = TcpPacket.address("192.168.0.1");
    private static final byte[] REMOTE = TcpPacket.address("192.0.2.1");

    /** Replies, and packets as {@code packet}, in the order in which they came out. */
    private final List<String> out = new ArrayList<>();
    private final List<TcpPacket> packets = new ArrayList<>();
    private final Session session = new Session(out::add, this::onPacket);
    private int next;

    private void onPacket(final Packet packet) {
        out.add("packet");
        packets.add(TcpPacket.decode(packet.octets()));
    }

    private List<String> ask(final String line) {
        out.clear();
        session.request(line);
        return List.copyOf(out);
    }

    private void expect(final String line, final String... expected) {
        assertEquals(List.of(expected), ask(line), line);
    }

    private List<String> inject(final int flags, final int sequence, final int acknowledgement, final int length) {
        final TcpPacket packet = new TcpPacket();
        packet.source = REMOTE;
        packet.destination = LOCAL;
        packet.sourcePort = 40_000;
        packet.destinationPort = 8080;
        packet.flags = flags;
        packet.sequence = ISS + sequence;
        packet.acknowledgement = acknowledgement;
        packet.payload = new byte[length];
        if ((flags & TcpPacket.SYN) != 0) {
            packet.options.add(new TcpPacket.Option(2, new byte[] {1460 >> 8, (byte) 1460}));
        }
        out.clear();
        session.inject(packet.encode());
        return List.copyOf(out);
    }

    private void listen() {
        expect("knob timestamps 0", "ok @0");
        expect("socket 4", "ok 3 @0");
        expect("bind 3 0.0.0.0 8080", "ok @0");
        expect("listen 3 5", "ok @0");
    }

    private void establish() {
        listen();
        inject(TcpPacket.SYN, 0, 0, 0);
        next = packets.getLast().sequence + 1;
        inject(TcpPacket.ACK, 1, next, 0);
        expect("accept 3", "ok 4 @0");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense 3, ENOSYS", "socket 5, EAFNOSUPPORT", "socket, EINVAL", "listen 9 1, EBADF", "close 3, EBADF",
        "advance -1, EINVAL", "advance x, EINVAL", "knob layout windows, EINVAL", "knob nonsense 1, ENOTSUP",
        "knob rto_min 999999999999, EINVAL", "knob congestion vegas, ENOTSUP", "poll 0 3, EINVAL"})
    void shouldRefuseWhatMakesNoSense(final String line, final String errno) {
        expect(line, "err " + errno + " @0");
    }

    @ParameterizedTest
    @CsvSource({
        "accept 3, EINVAL", "send 3 10, EPIPE", "recv 3 10, ENOTCONN", "shutdown 3 1, ENOTCONN", "bind 3 1.2.3.4.5 80, EINVAL",
        "connect 3 192.0.2.1 0, EADDRNOTAVAIL", "getopt 3 nonsense, ENOPROTOOPT", "setopt 3 nonsense 1, ENOPROTOOPT",
        "shutdown 3 7, EINVAL", "connect 3 127.0.0.1 80, ENETUNREACH"})
    void shouldAnswerLikeASocketThatIsNotConnected(final String line, final String errno) {
        expect("socket 4", "ok 3 @0");
        expect(line, "err " + errno + " @0");
    }

    @ParameterizedTest
    @CsvSource({
        "IPV6_TCLASS 32, IP_TOS, 32", "TCP_NOPUSH 1, TCP_CORK, 1", "IP_TTL 64, IP_TTL, 64", "TCP_NOOPT 0, TCP_NOOPT, 0",
        "TCP_KEEPINIT 9, TCP_KEEPINIT, 9", "SO_NOSIGPIPE 1, SO_NOSIGPIPE, 1"})
    void shouldKnowTheOptionsOfFreeBsd(final String set, final String name, final String value) {
        expect("socket 4", "ok 3 @0");
        expect("setopt 3 " + set, "ok @0");
        expect("getopt 3 " + name, "ok " + value + " @0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"IP_TTL 3", "TCP_NOOPT 1", "TCP_MD5SIG 1", "IP_MTU_DISCOVER 0"})
    void shouldRefuseOptionsThatItCannotHonour(final String set) {
        expect("socket 4", "ok 3 @0");
        expect("setopt 3 " + set, "err ENOTSUP @0");
    }

    @ParameterizedTest
    @CsvSource({
        "net.inet.tcp.keepcnt 5, TCP_KEEPCNT, 5", "net.inet.tcp.keepidle 9000, TCP_KEEPIDLE, 9",
        "net.inet.tcp.keepintvl 4000, TCP_KEEPINTVL, 4", "net.inet.tcp.keepinit 15000, TCP_KEEPINIT, 15",
        "net.inet.tcp.recvspace 70000, SO_RCVBUF, 70000", "net.inet.tcp.sendspace 70000, SO_SNDBUF, 70000",
        "net.inet.tcp.insecure_rst 1, TCP_KEEPCNT, 8", "net.ipv4.tcp_keepalive_probes 4, TCP_KEEPCNT, 4"})
    void shouldTakeSysctlsOfFreeBsd(final String sysctl, final String option, final String value) {
        expect("knob " + sysctl, "ok @0");
        expect("knob layout freebsd", "ok @0");
        expect("socket 4", "ok 3 @0");
        expect("getopt 3 " + option, "ok " + value + " @0");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "net.inet.tcp.rexmit_drop_options 1", "net.inet.tcp.rexmit_slop 200",
        "net.inet.tcp.nonsense 1"})
    void shouldRefuseSysctlsThatItCannotHonour(final String sysctl) {
        expect("knob " + sysctl, "err ENOTSUP @0");
    }

    @ParameterizedTest
    @CsvSource({
        "TCP_MAXSEG 87", "TCP_MAXSEG 32768", "TCP_KEEPIDLE 0", "TCP_KEEPINTVL 32768", "TCP_KEEPCNT 128", "TCP_SYNCNT 0"})
    void shouldRefuseValuesOutOfTheRangesOfLinux(final String set) {
        expect("socket 4", "ok 3 @0");
        expect("setopt 3 " + set, "err EINVAL @0");
    }

    @Test
    void shouldTellWhatIsLeftToReadWithTcpInq() {
        establish();
        expect("setopt 4 TCP_INQ 1", "ok @0");
        inject(TcpPacket.ACK, 1, next, 100);
        expect("recv 4 30", "ok 30 70 @0");
        expect("recv 4 30 MSG_PEEK", "ok 30 @0");
        expect("recv 4 70", "ok 70 0 @0");
        inject(TcpPacket.ACK | TcpPacket.FIN, 101, next, 10);
        expect("recv 4 10", "ok 10 1 @0");
        expect("recv 4 10", "ok 0 1 @0");
    }

    @Test
    void shouldLetLittleWaitUnsentWithNotsentLowat() {
        establish();
        expect("setopt 4 TCP_NOTSENT_LOWAT 4000", "ok @0");
        expect("nonblock 4 1", "ok @0");
        inject(TcpPacket.ACK, 1, next, 0);
        assertEquals("ok 4000 @0", ask("send 4 100000").getLast());
        assertEquals("ok 4000 @0", ask("send 4 100000").getLast(), "the first were sent at once");
        while (ask("send 4 100000").getLast().startsWith("ok")) {
            // until the congestion window is full
        }
        expect("getopt 4 tcpi_notsent_bytes", "ok 4000 @0");
        expect("poll 0 4:POLLOUT", "ok 0 @0");
        final long unacknowledged = Long.parseLong(ask("outq 4").getFirst().split(" ", -1)[1]);
        assertTrue(unacknowledged > 4000, "sent and unsent: " + unacknowledged);
    }

    @Test
    void shouldAcceptOnlyWhatHasBroughtSomethingWithDeferAccept() {
        listen();
        expect("setopt 3 TCP_DEFER_ACCEPT 5", "ok @0");
        expect("nonblock 3 1", "ok @0");
        inject(TcpPacket.SYN, 0, 0, 0);
        next = packets.getLast().sequence + 1;
        inject(TcpPacket.ACK, 1, next, 0);
        expect("accept 3", "err EAGAIN @0");
        expect("poll 0 3:POLLIN", "ok 0 @0");
        inject(TcpPacket.ACK, 1, next, 10);
        expect("poll 0 3:POLLIN", "ok 1 3:POLLIN @0");
        expect("accept 3", "ok 4 @0");
    }

    @Test
    void shouldReadNoLessThanTheLowWater() {
        establish();
        expect("setopt 4 SO_RCVLOWAT 20", "ok @0");
        inject(TcpPacket.ACK, 1, next, 10);
        expect("poll 0 4:POLLIN", "ok 0 @0");
        expect("recv 4 100 MSG_DONTWAIT", "err EAGAIN @0");
        inject(TcpPacket.ACK, 11, next, 10);
        expect("poll 0 4:POLLIN", "ok 1 4:POLLIN @0");
        expect("recv 4 100", "ok 20 @0");
    }

    @Test
    void shouldGiveTheLowestFreeHandle() {
        expect("socket 4", "ok 3 @0");
        expect("socket 4", "ok 4 @0");
        expect("close 3", "ok @0");
        expect("socket 4", "ok 3 @0");
    }

    @Test
    void shouldRefuseAnAddressInUse() {
        listen();
        expect("socket 4", "ok 4 @0");
        expect("bind 4 0.0.0.0 8080", "err EADDRINUSE @0");
        expect("bind 4 0.0.0.0 8081", "ok @0");
        expect("bind 4 0.0.0.0 8082", "err EINVAL @0");
        expect("listen 3 7", "ok @0");
        expect("connect 3 192.0.2.1 80", "err EISCONN @0");
    }

    @Test
    void shouldLetTimePassWithoutAnEngine() {
        expect("advance 1500", "ok @1500");
        expect("now", "ok 1500 @1500");
        expect("await", "ok 0 @1500");
    }

    @Test
    void shouldRefuseKnobsOnceTheEngineRuns() {
        establish();
        expect("knob mtu 9000", "err EBUSY @0");
    }

    /** The table of docs/tcp-control.md. */
    @ParameterizedTest
    @ValueSource(strings = {
        "layout freebsd", "timestamps 0", "window_scaling 0", "sack 0", "ecn 1", "congestion reno", "pacing 1",
        "initial_window 4", "rto_initial 3000000", "rto_min 5000", "rto_max 60000000", "delayed_ack 10000", "quick_ack 0",
        "challenge_ack_interval 1000", "sndbuf 100000", "rcvbuf 100000", "mtu 9000",
        "mtu_probing 0", "time_wait 1000000", "fin_timeout 1000000",
        "persist_max 30000000", "syn_retries 3", "synack_retries 3", "retries 5", "orphan_retries 3", "local 192.168.0.1",
        "local 2001:db8::7", "seed 7", "keepaliveProbes 3", "maxOutOfOrderRanges 8", "hyStartLeastNs 4000000"})
    void shouldTakeTheKnobsOfTheManual(final String knob) {
        expect("knob " + knob, "ok @0");
        establish();
    }

    @Test
    void shouldSpeakIpv6() {
        expect("socket 6", "ok 3 @0");
        expect("bind 3 0.0.0.0 80", "err EINVAL @0");
        expect("connect 3 192.0.2.1 80", "err EAFNOSUPPORT @0");
        assertEquals(List.of("packet"), ask("#c connect 3 2001:db8:9::1 80"));
        assertEquals(16, packets.getFirst().destination.length);
    }

    @Test
    void shouldTagReplies() {
        expect("#one socket 4", "#one ok 3 @0");
        expect("#two bind 9 0.0.0.0 1", "#two err EBADF @0");
    }

    @Test
    void shouldIgnoreEmptyLines() {
        expect("");
        expect("   ");
    }

    @Test
    void shouldNotWaitWhereThatIsNotAllowed() {
        establish();
        expect("recv 4 10 MSG_DONTWAIT", "err EAGAIN @0");
        expect("nonblock 4 1", "ok @0");
        expect("recv 4 10", "err EAGAIN @0");
        expect("nonblock 3 1", "ok @0");
        expect("accept 3", "err EAGAIN @0");
    }

    @Test
    void shouldEndAWaitByTimeout() {
        establish();
        expect("setopt 4 SO_RCVTIMEO 2500", "ok @0");
        expect("#r recv 4 10");
        expect("advance 10000", "#r err EAGAIN @2500", "ok @10000");
        expect("#p poll 5 4:POLLIN");
        expect("advance 10000", "#p ok 0 @15000", "ok @20000");
    }

    @Test
    void shouldLetSeveralCallsWaitAndEndInOrder() {
        establish();
        expect("#a recv 4 10");
        expect("#b poll -1 4:POLLIN");
        expect("#c recv 4 10");
        assertEquals(List.of("packet", "#a ok 10 @0", "#b ok 1 4:POLLIN @0", "#c ok 4 @0"), withQuickAck(14));
    }

    /** The engine acknowledges at once here, so the packet comes before the replies. */
    private List<String> withQuickAck(final int length) {
        return inject(TcpPacket.ACK | TcpPacket.PSH, 1, next, length);
    }

    @Test
    void shouldWaitForRoomToSend() {
        expect("knob sndbuf 4096", "ok @0");
        establish();
        assertEquals(List.of("packet", "packet", "packet"), ask("#s send 4 6000"));
        assertEquals(List.of("packet", "#s ok 6000 @0"), inject(TcpPacket.ACK, 1, next + 2920, 0));
    }

    @Test
    void shouldSendInPartWhereItMustNotWait() {
        expect("knob sndbuf 4096", "ok @0");
        establish();
        expect("send 4 6000 MSG_DONTWAIT", "packet", "packet", "packet", "ok 4096 @0");
        expect("send 4 6000 MSG_DONTWAIT", "err EAGAIN @0");
    }

    @Test
    void shouldPeekAndCount() {
        establish();
        inject(TcpPacket.ACK, 1, next, 10);
        expect("inq 4", "ok 10 @0");
        expect("recv 4 4 MSG_PEEK", "ok 4 @0");
        expect("recv 4 4", "ok 4 @0");
        expect("inq 4", "ok 6 @0");
        expect("#w recv 4 8 MSG_WAITALL");
        assertTrue(inject(TcpPacket.ACK, 11, next, 10).contains("#w ok 8 @0"));
        expect("inq 4", "ok 8 @0");
        expect("inq 3", "err EINVAL @0");
    }

    @Test
    void shouldPollInTheSpellingItWasAskedIn() {
        establish();
        expect("poll 0 4:POLLIN|POLLOUT 3:POLLIN", "ok 1 4:POLLOUT @0");
        expect("poll 0 4:5 3:1", "ok 1 4:4 @0");
        inject(TcpPacket.ACK | TcpPacket.FIN, 1, next, 0);
        expect("poll 0 4:POLLIN|POLLRDHUP", "ok 1 4:POLLIN|POLLRDHUP @0");
    }

    @Test
    void shouldReportAnErrorOnce() {
        establish();
        inject(TcpPacket.RST, 1, 0, 0);
        expect("poll 0 4:POLLIN", "ok 1 4:POLLIN|POLLERR|POLLHUP @0");
        expect("getopt 4 SO_ERROR", "ok ECONNRESET @0");
        expect("getopt 4 SO_ERROR", "ok 0 @0");
        expect("recv 4 10", "ok 0 @0");
        expect("send 4 10", "err EPIPE @0");
    }

    @Test
    void shouldLingerUntilEverythingIsAcknowledged() {
        establish();
        expect("setopt 4 SO_LINGER 1,5", "ok @0");
        expect("send 4 10", "packet", "ok 10 @0");
        assertEquals(List.of("packet"), ask("#c close 4"));
        assertEquals(List.of("#c ok @0"), inject(TcpPacket.ACK, 1, next + 11, 0));
    }

    @Test
    void shouldTellEveryFieldOfTcpInfo() {
        establish();
        final String info = ask("getopt 4 TCP_INFO").getFirst();
        final List<String> fields =
            List.of("tcpi_state=1", "tcpi_snd_cwnd=10", "tcpi_rto=", "tcpi_total_rto_time=", "tcpi_snd_mss=1460");
        for (final String field : fields) {
            assertTrue(info.contains(" " + field), field);
        }
        expect("getopt 4 rcv_mss", "ok 536 @0");
        expect("getopt 3 tcpi_state", "ok 10 @0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reno", "cubic", "dctcp"})
    void shouldChooseCongestionControl(final String name) {
        listen();
        expect("setopt 3 TCP_CONGESTION " + name, "ok @0");
        inject(TcpPacket.SYN, 0, 0, 0);
        inject(TcpPacket.ACK, 1, packets.getLast().sequence + 1, 0);
        expect("accept 3", "ok 4 @0");
        expect("getopt 4 TCP_CONGESTION", "ok " + name + " @0");
    }

    @Test
    void shouldIgnorePacketsThatAreNone() {
        listen();
        session.inject(new byte[] {1, 2, 3});
        session.inject(new byte[60]);
        expect("now", "ok 0 @0");
    }
}
