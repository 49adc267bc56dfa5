package org.rds4j.tests.cipher;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.tests.support.Program;

/** Encryption adds little to the median round trip of 64 octets, measured in turns with the kernel's in one run. */
@Timeout(300)
class EncryptionCostTest {
    /** What the compiler makes of the code differs from process to process, by a tenth of a microsecond. */
    private static final int ATTEMPTS = 6;

    @Test
    void shouldAddLittleToARoundTrip() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        String seen = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (Program program = Program.start(Program.launched(EncryptionCostProgram.class))) {
                final String said = program.finish();
                System.out.println(said);
                if (said.strip().endsWith(EncryptionCostProgram.HOLDS)) {
                    return;
                }
                seen += said;
            }
        }
        fail(seen);
    }
}
