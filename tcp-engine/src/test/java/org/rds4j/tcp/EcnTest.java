package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.Dctcp;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;

/** ECN on the wire: RFC 3168 section 6.1 and RFC 8257 section 3. */
class EcnTest {
    private static Script script(final EcnMode mode, final CongestionAlgorithm algorithm) {
        final Script script = new Script(
            Script.plain().flow(FlowConfiguration.WIDE_AREA.withEcn(mode).withAlgorithm(algorithm).withPacing(false)));
        script.showsEcn = true;
        return script;
    }

    /** Opened by the peer, who asks for ECN. */
    private static Script asked(final CongestionAlgorithm algorithm) {
        final Script script = script(EcnMode.PASSIVE, algorithm).listen();
        script.inject("SEC seq=0 win=65535 mss=1460");
        script.expect("SAE seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1 win=65535");
        script.expect();
        assertTrue(script.connection.usesEcn());
        assertEquals(1, script.count(TcpCounter.ECN_CONNECTIONS));
        return script;
    }

    @Test
    void shouldAskWhenActiveAndUseItWhenGranted() {
        final Script script = script(EcnMode.ACTIVE, CongestionAlgorithm.NEW_RENO).connect();
        script.expect("SEC seq=0 win=65535 mss=1460");
        assertEquals(0, script.route.lastTrafficClass(), "a SYN does not say ECT");
        script.inject("SAE seq=0 ack=1 win=65535 mss=1460");
        script.expect("A seq=1 ack=1 win=65535");
        assertTrue(script.connection.usesEcn());
        script.send(100);
        script.expect("PA seq=1 ack=1 win=65535 len=100 ect");
    }

    @Test
    void shouldDoWithoutWhenNotGranted() {
        for (final String reply : new String[] {"SA", "SAEC", "SAC"}) {
            final Script script = script(EcnMode.ACTIVE, CongestionAlgorithm.NEW_RENO).connect();
            script.expect("SEC seq=0 win=65535 mss=1460");
            script.inject(reply + " seq=0 ack=1 win=65535 mss=1460");
            script.expect("A seq=1 ack=1 win=65535");
            script.send(100);
            script.expect("PA seq=1 ack=1 win=65535 len=100");
            script.inject("A seq=1 ack=1 win=65535 len=10 ce");
            script.after(40 * MS);
            script.expect("A seq=101 ack=11 win=65525");
            assertFalse(script.connection.usesEcn(), reply);
        }
    }

    @Test
    void shouldNeitherAskNorGrantWhenOff() {
        final Script script = script(EcnMode.OFF, CongestionAlgorithm.NEW_RENO).listen();
        script.inject("SEC seq=0 win=65535 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        final Script passive = script(EcnMode.PASSIVE, CongestionAlgorithm.NEW_RENO).connect();
        passive.expect("S seq=0 win=65535 mss=1460");
    }

    @Test
    void shouldStopAskingAfterTwoLosses() {
        final Script script = script(EcnMode.ACTIVE, CongestionAlgorithm.NEW_RENO).connect();
        script.expect("SEC seq=0 win=65535 mss=1460");
        script.toDeadline();
        script.expect("SEC seq=0 win=65535 mss=1460");
        script.toDeadline();
        script.expect("S seq=0 win=65535 mss=1460");
        assertEquals(1, script.count(TcpCounter.ECN_FALLBACKS));
        script.inject("SAE seq=0 ack=1 win=65535 mss=1460");
        script.expect("A seq=1 ack=1 win=65535");
        assertFalse(script.connection.usesEcn(), "RFC 3168 section 6.1.1: one SYN without asking forbids it");
    }

    @Test
    void shouldFollowAPeerThatGivesUpOnIt() {
        final Script script = script(EcnMode.ACTIVE, CongestionAlgorithm.NEW_RENO).listen();
        script.inject("SEC seq=0 win=65535 mss=1460");
        script.expect("SAE seq=0 ack=1 win=65535 mss=1460");
        script.inject("S seq=0 win=65535 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
    }

    @Test
    void shouldAgreeWhenBothOpenAtOnce() {
        final Script script = script(EcnMode.ACTIVE, CongestionAlgorithm.NEW_RENO).connect();
        script.expect("SEC seq=0 win=65535 mss=1460");
        script.inject("SEC seq=0 win=65535 mss=1460");
        script.expect("SAE seq=0 ack=1 win=65535 mss=1460");
        script.inject("SAE seq=0 ack=1 win=65535 mss=1460");
        script.emitted();
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
        assertTrue(script.connection.usesEcn());
    }

    @Test
    void shouldSayCapableOnNewDataOnly() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.connection.dscp(46);
        script.send(100);
        script.expect("PA seq=1 ack=1 win=65535 len=100 ect");
        assertEquals(46 << 2 | 2, script.route.lastTrafficClass());
        script.inject("A seq=1 ack=1 win=65535 len=10 ect");
        script.after(40 * MS);
        script.expect("A seq=101 ack=11 win=65525");
        script.toDeadline();
        script.expect("PA seq=1 ack=11 win=65525 len=100");
        assertEquals(46 << 2, script.route.lastTrafficClass());
        script.inject("A seq=11 ack=101 win=65535");
        script.connection.closeSend();
        script.expect("FA seq=101 ack=11 win=65525");
    }

    @Test
    void shouldEchoUntilCwr() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.inject("A seq=1 ack=1 win=65535 len=10 ce");
        script.expect("AE seq=1 ack=11 win=65525");
        script.inject("A seq=11 ack=1 win=65535 len=10 ect");
        script.after(40 * MS);
        script.expect("AE seq=1 ack=21 win=65515");
        script.send(5);
        script.expect("PAE seq=1 ack=21 win=65515 len=5 ect");
        script.inject("AC seq=21 ack=6 win=65535 len=10 ect");
        script.after(40 * MS);
        script.expect("A seq=6 ack=31 win=65505");
        assertEquals(1, script.count(TcpCounter.ECN_MARKED_IN));
    }

    @Test
    void shouldReduceOncePerWindowAndSayCwrOnce() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.send(20 * 1460);
        assertEquals(10, script.emitted().size());
        script.inject("AE seq=1 ack=1461 win=65535");
        assertEquals(5 * 1460, script.connection.congestionWindow());
        assertEquals(5 * 1460, script.connection.slowStartThreshold());
        script.inject("AE seq=1 ack=4381 win=65535");
        script.inject("AE seq=1 ack=7301 win=65535");
        assertEquals(5 * 1460, script.connection.congestionWindow(), "once per window, and no growth by echoes");
        script.inject("AE seq=1 ack=8761 win=65535");
        script.expect("AC seq=14601 ack=1 win=65535 len=1460 ect");
        script.inject("AE seq=1 ack=14601 win=65535");
        assertEquals(5 * 1460, script.connection.congestionWindow());
        script.expect("A seq=16061 ack=1 win=65535 len=1460 ect", "A seq=17521 ack=1 win=65535 len=1460 ect",
            "A seq=18981 ack=1 win=65535 len=1460 ect", "A seq=20441 ack=1 win=65535 len=1460 ect");
        assertEquals(1, script.count(TcpCounter.ECN_REDUCTIONS));
        script.inject("AE seq=1 ack=16061 win=65535");
        assertEquals(3650, script.connection.congestionWindow(), "that segment was sent after the first reduction");
        assertEquals(2, script.count(TcpCounter.ECN_REDUCTIONS));
        assertEquals(6, script.count(TcpCounter.ECN_ECHOES_IN));
    }

    @Test
    void shouldSayCwrAfterATimeoutToo() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.send(1000);
        script.expect("PA seq=1 ack=1 win=65535 len=1000 ect");
        script.toDeadline();
        script.expect("PA seq=1 ack=1 win=65535 len=1000");
        script.inject("A seq=1 ack=1001 win=65535");
        script.send(1000);
        script.expect("PAC seq=1001 ack=1 win=65535 len=1000 ect");
    }

    @Test
    void shouldTellMarkedFromUnmarkedOctetsWithDctcp() {
        final Script script = asked(CongestionAlgorithm.DCTCP);
        script.inject("A seq=1 ack=1 win=65535 len=100 ect");
        script.expect();
        script.inject("A seq=101 ack=1 win=65535 len=100 ce");
        script.expect("A seq=1 ack=101 win=65435", "AE seq=1 ack=201 win=65335");
        script.inject("A seq=201 ack=1 win=65535 len=100 ce");
        script.expect();
        script.inject("A seq=301 ack=1 win=65535 len=100 ect");
        script.expect("AE seq=1 ack=301 win=65235", "A seq=1 ack=401 win=65135");
        script.inject("A seq=401 ack=1 win=65535 len=100 ect");
        script.inject("A seq=501 ack=1 win=65535 len=100 ce");
        script.inject("A seq=601 ack=1 win=65535 len=100 ect");
        script.send(7);
        script.expect("PA seq=1 ack=501 win=65035 len=7 ect", "AE seq=8 ack=601 win=64935", "A seq=8 ack=701 win=64835");
    }

    @Test
    void shouldLetTheOwnerChooseTheAlgorithmBeforeData() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.connection.congestionControl(CongestionAlgorithm.DCTCP);
        assertInstanceOf(Dctcp.class, script.connection.congestionControl());
        assertEquals(14_600, script.connection.congestionWindow());
        script.inject("A seq=1 ack=1 win=65535 len=10 ce");
        script.expect("AE seq=1 ack=11 win=65525");
        script.inject("A seq=11 ack=1 win=65535 len=10 ect");
        script.expect("A seq=1 ack=21 win=65515");
        script.send(1);
        script.emitted();
        assertThrows(
            IllegalStateException.class, () -> script.connection.congestionControl(CongestionAlgorithm.CUBIC));
    }

    @Test
    void shouldMarkLikeASwitch() {
        final Script script = asked(CongestionAlgorithm.NEW_RENO);
        script.send(1);
        script.pump();
        assertEquals(2, PlainRoute.ecnField(script.sink.headAddress()));
        PlainRoute.mark(script.sink.headAddress());
        assertEquals(3, PlainRoute.ecnField(script.sink.headAddress()));
    }
}
