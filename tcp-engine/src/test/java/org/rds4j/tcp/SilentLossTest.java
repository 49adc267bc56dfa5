package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.support.Script.MS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.Script;

/** Losses that nothing but a timer shows: of a retransmission, of the answer to it, of the one answer to a whole window. */
class SilentLossTest {
    private static final int MSS = 1000;
    private static final long RTT = 20 * MS;
    private static final long SILENCE = 2 * RTT + 2 * MS;

    private static Script sender(final boolean eager) {
        final FlowConfiguration flow =
            FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO).withPacing(false);
        final Script script = new Script(Script.plain().sack(true).eagerProbes(eager).flow(flow)).listen();
        script.inject("S seq=0 win=65535 mss=" + MSS + " sackOK");
        script.emitted();
        script.after(RTT);
        script.inject("A seq=1 ack=1 win=65535");
        script.expect();
        return script;
    }

    private static String data(final int segment) {
        return "A seq=" + (1 + segment * MSS) + " ack=1 win=65535 len=" + MSS;
    }

    private static String ack(final int below) {
        return "A seq=1 ack=" + (1 + below * MSS) + " win=65535";
    }

    private static String sack(final int below, final int from, final int to) {
        return ack(below) + " sack=" + (1 + from * MSS) + "-" + (1 + to * MSS);
    }

    /** Ten segments, of which the first is lost and sent again; all others are reported. */
    private static Script repairing(final boolean eager) {
        final Script script = sender(eager);
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        for (int i = 2; i < 10; i++) {
            script.inject(sack(0, 1, i));
        }
        script.inject(sack(0, 1, 10));
        script.expect(data(0));
        return script;
    }

    @Test
    void shouldRepeatTheFirstSegmentWhenARepairHearsNothing() {
        final Script script = repairing(true);
        script.after(SILENCE - 1);
        script.expect();
        script.after(1);
        script.expect(data(0));
        assertEquals(1, script.count(TcpCounter.REPAIR_PROBES));
        script.after(RTT);
        script.inject(ack(10));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(script.connection.slowStartThreshold(), script.connection.congestionWindow());
    }

    @Test
    void shouldLeaveASecondSilenceToTheRetransmissionTimer() {
        final Script script = repairing(true);
        script.after(SILENCE);
        script.expect(data(0));
        script.after(200 * MS - 1);
        script.expect();
        script.after(1);
        script.expect(data(0));
        assertEquals(1, script.count(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldNotProbeARepairThatIsAnswered() {
        final Script script = repairing(true);
        script.after(RTT);
        script.inject(ack(10));
        script.after(SILENCE);
        script.expect();
        assertEquals(0, script.count(TcpCounter.REPAIR_PROBES));
    }

    @Test
    void shouldWaitForTheRetransmissionTimerUnlessEager() {
        final Script script = repairing(false);
        script.after(SILENCE);
        script.expect();
    }

    @Test
    void shouldProbeWithTwoNewSegmentsThatNobodyDelaysToAcknowledge() {
        final Script script = sender(true);
        script.send(13 * MSS);
        assertEquals(10, script.emitted().size());
        script.after(SILENCE);
        script.expect(data(10), data(11));
        assertEquals(1, script.count(TcpCounter.TAIL_PROBES), "one probe");
        script.after(RTT);
        script.inject(ack(12));
        script.expect("P" + data(12));
        assertEquals(0, script.connection.retransmissions());
    }

    @Test
    void shouldProbeWithOneNewSegmentWhenThereIsNoMore() {
        final Script script = sender(true);
        script.send(11 * MSS);
        assertEquals(10, script.emitted().size());
        script.after(SILENCE);
        script.expect("P" + data(10));
        script.after(RTT);
        script.expect();
    }

    @Test
    void shouldAcknowledgeALongBurstTwice() {
        final Script script = new Script(Script.plain()).established(1000);
        burst(script, 13);
        assertEquals(List.of("A seq=1 ack=5841 win=59695", "A seq=1 ack=18981 win=46555"), script.emitted());
        burst(script, 3);
        assertEquals(1, script.emitted().size(), "a short one");
    }

    /** Segments that arrive before anything can leave. */
    private static void burst(final Script script, final int segments) {
        final long from = script.connection.receivedPosition() + 1;
        for (int i = 0; i < segments; i++) {
            script.inject("A seq=" + (from + 1460L * i) + " ack=1 win=1000 len=1460");
        }
        script.pump();
    }

    @Test
    void shouldRepeatTheAcknowledgementOfAFilledGapOnce() {
        final Script script = new Script(Script.plain().sack(true).ackRepeatNs(5 * MS)).listen();
        script.inject("S seq=0 win=1000 mss=1460 sackOK");
        script.emitted();
        script.inject("A seq=1 ack=1 win=1000");
        script.inject("A seq=1461 ack=1 win=1000 len=1460");
        script.expect("A seq=1 ack=1 win=65535 sack=1461-2921");
        script.inject("A seq=1 ack=1 win=1000 len=1460");
        script.expect("A seq=1 ack=2921 win=62615");
        script.after(5 * MS - 1);
        script.expect();
        script.after(1);
        script.expect("A seq=1 ack=2921 win=62615");
        script.after(100 * MS);
        script.expect();
    }

    @Test
    void shouldNotRepeatTheAcknowledgementWhenThePeerHasGoneOn() {
        final Script script = new Script(Script.plain().sack(true).ackRepeatNs(5 * MS)).listen();
        script.inject("S seq=0 win=1000 mss=1460 sackOK");
        script.emitted();
        script.inject("A seq=1 ack=1 win=1000");
        script.inject("A seq=1461 ack=1 win=1000 len=1460");
        script.inject("A seq=1 ack=1 win=1000 len=1460");
        script.expect("A seq=1 ack=2921 win=62615");
        script.inject("A seq=2921 ack=1 win=1000 len=1460");
        script.inject("A seq=4381 ack=1 win=1000 len=1460");
        script.expect("A seq=1 ack=5841 win=59695");
        script.after(100 * MS);
        script.expect();
    }
}
