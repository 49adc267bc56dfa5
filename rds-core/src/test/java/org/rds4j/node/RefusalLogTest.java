package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Instant;
import org.agrona.collections.MutableLong;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.SpiffeId;
import org.rds4j.crypto.handshake.HandshakeFailure;

class RefusalLogTest {
    private static final RdsAddress HOST = RdsAddress.parse("10.0.0.7");

    private static RefusalReport report(final PeerRefusal refusal, final String reason) {
        return new RefusalReport(HOST.high(), HOST.low(), 50_000, false,
            new HandshakeFailure(HandshakeFailure.Cause.TLS, refusal, reason),
            new PeerIdentity(SpiffeId.parse("spiffe://cluster.example/node/x"), BigInteger.ONE, Instant.EPOCH));
    }

    @Test
    void shouldSayWhoWhyAndWhatToDoInOneLine() {
        final String line = RefusalLog.line(report(PeerRefusal.ADDRESS, "it may not\nWARN forged\u001b[31m"), 3);
        assertTrue(line.startsWith("no path from 10.0.0.7 port 50000, who is spiffe://cluster.example/node/x: "), line);
        assertTrue(line.contains(PeerRefusal.ADDRESS.remedy()) && line.endsWith("(and 3 more of the kind)"), line);
        assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 127), line);
    }

    @Test
    void shouldHaveARemedyForEveryCause() {
        for (final HandshakeFailure.Cause cause : HandshakeFailure.Cause.values()) {
            final String line = RefusalLog.line(new RefusalReport(
                HOST.high(), HOST.low(), 16_385, true, new HandshakeFailure(cause, "so"), null), 0);
            assertTrue(line.startsWith("no path to 10.0.0.7 port 16385: so; "), line);
        }
    }

    @Test
    void shouldBoundTheLinesOfEachCauseInASecond() {
        final MutableLong nowNs = new MutableLong();
        final RefusalLog log = new RefusalLog(nowNs::get);
        for (int i = 0; i < 1_000; i++) {
            log.log(report(PeerRefusal.EXPIRED, "x"));
        }
        assertEquals(1_000 - RefusalLog.RATE, log.suppressed());
        log.log(report(PeerRefusal.ADDRESS, "x"));
        assertEquals(1_000 - RefusalLog.RATE, log.suppressed(), "another cause has lines of its own");
        nowNs.set(1_000_000_000L);
        log.log(report(PeerRefusal.EXPIRED, "x"));
        assertEquals(1_000 - RefusalLog.RATE, log.suppressed());
    }
}
