package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.RdsContext;
import org.rds4j.RecordCipher;
import org.rds4j.perf.scenario.Scenario;
import org.rds4j.perf.scenario.Verdict;
import org.rds4j.perf.stack.DemoIdentities;

/** The scenarios of the simulator with TLS on the link; the handshakes' own randomness is not simulated. */
@Timeout(120)
class EncryptedScenarioTest {
    @ParameterizedTest
    @EnumSource
    void shouldKeepThePromiseWhenEncrypted(final Scenario scenario) {
        try (DemoIdentities identities = new DemoIdentities(List.of("node"))) {
            final UnaryOperator<RdsContext> encrypted = context -> identities.apply(context, "node");
            final Verdict verdict = scenario.run(1, encrypted);
            assertTrue(verdict.isPassed(), verdict.toString());
        }
    }

    @Test
    void shouldSpeakAes256WhenOneSideAsksForIt() {
        try (DemoIdentities identities = new DemoIdentities(List.of("node"))) {
            final UnaryOperator<RdsContext> encrypted = context -> identities.apply(context, "node")
                .cipher("10.0.0.1/24".equals(context.address()) ? RecordCipher.AES_128_GCM : RecordCipher.AES_256_GCM);
            final Verdict verdict = Scenario.LOSS.run(1, encrypted);
            assertTrue(verdict.isPassed(), verdict.toString());
        }
    }
}
