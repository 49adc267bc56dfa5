package org.rds4j.crypto.offload.wqe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HexFormat;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;

/** One octet wrong at a time, and the reason that is named. */
class WqeRefusalTest {
    private static final int MTU = 1500;

    private final Memory memory = new Memory(512);
    private final long address = memory.address();

    @BeforeEach
    void clear() {
        memory.put(0, new byte[512]);
    }

    @Test
    void shouldRefuseAnUpdateOfParametersThatIsNotExactlyOne() {
        UmrWqe.write(address, ControlSegment.OPMOD_TIS, 0, 1, 0, 0x1c);
        StaticParameters.write(address + UmrWqe.PARAMETERS_OFFSET, TlsVersion.TLS_1_3, 5, 0, 1, 2, 3);
        final Supplier<WqeError> check = () -> UmrWqe.check(address);
        assertRefused(check, 0, 0x03, WqeError.OPCODE_MODIFIER);
        assertRefused(check, 7, 0x0b, WqeError.LENGTH);
        assertRefused(check, 8, 0x01, WqeError.RESERVED);
        assertRefused(check, 15, 0x1c, WqeError.OBJECT_NUMBER);
        assertRefused(check, 16, 0x00, WqeError.UMR_FLAGS);
        assertRefused(check, 18, 0x01, WqeError.RESERVED);
        assertRefused(check, 21, 0x01, WqeError.UMR_OCTOWORDS);
        assertRefused(check, 23, 0x08, WqeError.UMR_OCTOWORDS);
        assertRefused(check, 30, 0x01, WqeError.UMR_MEMORY_KEY);
        assertRefused(check, 100, 0x01, WqeError.UMR_MEMORY_KEY);
        assertRefused(check, 128, 0x8c, WqeError.STATIC_CONSTANTS);
        assertRefused(check, 128, 0x91, WqeError.TLS_VERSION);
        assertRefused(check, 131, 0x00, WqeError.ENCRYPTION_STANDARD);
        assertRefused(check, 129, 0x01, WqeError.RESERVED);
        assertRefused(check, 160, 0x01, WqeError.RESERVED);
        assertRefused(check, 191, 0x01, WqeError.RESERVED);
    }

    @Test
    void shouldRefuseShiftedNumbersInProgressParametersAndUnshiftedOnesElsewhere() {
        SetPsvWqe.write(address, ControlSegment.OPMOD_TIS, 0, 1, 0, 0x1c, 0);
        assertRefused(() -> SetPsvWqe.check(address), 14, 0x1c, WqeError.OBJECT_NUMBER);
        assertRefused(() -> SetPsvWqe.check(address), 16, 0x1c, WqeError.OBJECT_NUMBER);
        assertRefused(() -> SetPsvWqe.check(address), 28, 0x40, WqeError.RESERVED);
        assertRefused(() -> SetPsvWqe.check(address), 7, 0x03, WqeError.LENGTH);
    }

    @Test
    void shouldRefuseDumpsOfMoreThanOnePacket() {
        DumpWqe.write(address, 0, 1, 0, 0x1c);
        DataSegment.write(address + DumpWqe.DATA_OFFSET, MTU, 7, 4096);
        assertEquals(WqeError.NONE, DumpWqe.check(address, MTU));
        assertEquals(WqeError.DATA_LENGTH, DumpWqe.check(address, MTU - 1));
        assertRefused(() -> DumpWqe.check(address, MTU), 7, 3, WqeError.DUMP_SEGMENTS);
        assertRefused(() -> DumpWqe.check(address, MTU), 0, 1, WqeError.OPCODE_MODIFIER);
        DataSegment.write(address + DumpWqe.DATA_OFFSET, 0, 7, 4096);
        assertEquals(WqeError.DATA_LENGTH, DumpWqe.check(address, MTU));
    }

    @Test
    void shouldRefuseNothingsThatSaySomething() {
        NopWqe.write(address, 0, 1, 0);
        assertRefused(() -> NopWqe.check(address), 14, 1, WqeError.OBJECT_NUMBER);
        assertRefused(() -> NopWqe.check(address), 7, 5, WqeError.LENGTH);
        assertRefused(() -> NopWqe.check(address), 7, 0, WqeError.LENGTH);
        memory.put(7, new byte[] {4});
        assertEquals(WqeError.NONE, NopWqe.check(address));
    }

    @Test
    void shouldRefuseQuestionsOfTheSendingSideAndUnalignedAnswers() {
        GetPsvWqe.write(address, 0, 1, 0x2d, 7, 0x40);
        final Supplier<WqeError> check = () -> GetPsvWqe.check(address);
        assertRefused(check, 0, 1, WqeError.OPCODE_MODIFIER);
        assertRefused(check, 35, 0x20, WqeError.PSV_COUNT);
        assertRefused(check, 47, 0x41, WqeError.ALIGNMENT);
        assertRefused(check, 20, 1, WqeError.RESERVED);
        assertRefused(check, 63, 1, WqeError.RESERVED);
        assertRefused(check, 48, 0x2d, WqeError.OBJECT_NUMBER);
    }

    @Test
    void shouldRefusePacketsWhoseHeadersDoNotFit() {
        SendWqe.write(address, 0, 1, 0, 0x1c, SendWqe.headSegments(66) + 1, 0, address + 256, 66);
        DataSegment.write(SendWqe.dataSegment(address, 0), 100, 7, 4096);
        final Supplier<WqeError> check = () -> SendWqe.check(address);
        assertRefused(check, 0, 1, WqeError.OPCODE_MODIFIER);
        assertRefused(check, 29, 53, WqeError.INLINE_HEADER);
        assertRefused(check, 29, 200, WqeError.INLINE_HEADER);
        assertRefused(check, 23, 1, WqeError.SEGMENT_SIZE);
        assertRefused(check, 3, ControlSegment.OPCODE_LSO, WqeError.SEGMENT_SIZE);
        assertRefused(check, 20, 0x40, WqeError.RESERVED);
        assertRefused(check, 19, 1, WqeError.RESERVED);
        assertRefused(check, 27, 1, WqeError.RESERVED);
        assertRefused(check, 99, 0, WqeError.DATA_LENGTH);
    }

    @Test
    void shouldNameEveryErrorByANumberOfItsOwn() {
        for (final WqeError error : WqeError.values()) {
            assertEquals(error, WqeError.of(error.code()));
        }
        assertNotEquals(WqeError.NONE, WqeError.of(255));
    }

    private void assertRefused(final Supplier<WqeError> check, final int offset, final int octet, final WqeError reason) {
        final byte[] before = memory.get(offset, 1);
        assertEquals(WqeError.NONE, check.get());
        memory.put(offset, new byte[] {(byte) octet});
        assertEquals(reason, check.get(), "octet " + offset + " of " + HexFormat.of().formatHex(memory.get(0, 64)));
        memory.put(offset, before);
    }
}
