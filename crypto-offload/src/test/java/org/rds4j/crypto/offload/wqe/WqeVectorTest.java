package org.rds4j.crypto.offload.wqe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.crypto.offload.HexDump.assertDump;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.Memory;

/** Whole elements against dumps whose fields were compared with the structures of the Linux driver. */
class WqeVectorTest {
    private static final int QUEUE = 0x12a4;
    private static final int TIS = 0x1c;
    private static final int KEY = 0x305;
    private static final int MEMORY_KEY = 0x00181800;
    private static final int SALT = 0x380b541d;
    private static final long IV_TAIL = 0xc252b1f0618aea80L;
    private static final String HEADER = "a100 0002 0c42 a100 0001 0800 4500 0000"
        + "0000 4000 4006 0000 c0a8 0101 c0a8 0102 3e8e c350 0000 0040 0000 0001 8010 0040"
        + "0000 0000 0101 080a 0000 0001 0000 0002";

    private final Memory memory = new Memory(1024);
    private final long address = memory.address();

    @Test
    void shouldWriteTheStartOfTransmission() {
        writeUmr(0x100, 0, TlsVersion.TLS_1_3, 5);
        assertDump(192, """
            0000: 01 01 00 25 00 12 a4 0c 00 00 00 00 00 00 1c 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 05
            0090: 00 00 00 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 192));
        assertEquals(WqeError.NONE, UmrWqe.check(address));
        SetPsvWqe.write(address, ControlSegment.OPMOD_TIS, 0x103, QUEUE, ControlSegment.FENCE, TIS, 0);
        assertDump(64, """
            0000: 01 01 03 20 00 12 a4 02 00 00 00 20 00 00 00 00
            0010: 00 00 00 1c 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 64));
        assertEquals(WqeError.NONE, SetPsvWqe.check(address));
        NopWqe.write(address, 0x104, QUEUE, ControlSegment.FENCE);
        assertDump(64, "0000: 00 01 04 00 00 12 a4 01 00 00 00 20 00 00 00 00", memory.get(0, 64));
        assertEquals(WqeError.NONE, NopWqe.check(address));
    }

    @Test
    void shouldWriteTheStaticParametersOfTls12() {
        writeUmr(0x100, 0, TlsVersion.TLS_1_2, 5);
        assertDump(64, """
            0000: 89 00 00 01 00 00 00 00 00 00 00 00 00 00 00 05
            0010: 00 00 00 00 38 0b 54 1d 00 00 00 00 00 00 00 00
            0020: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(UmrWqe.PARAMETERS_OFFSET, 64));
    }

    @Test
    void shouldWriteAResync() {
        writeUmr(0x200, ControlSegment.FENCE, TlsVersion.TLS_1_3, 7);
        assertDump(192, """
            0000: 01 02 00 25 00 12 a4 0c 00 00 00 20 00 00 1c 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 07
            0090: 00 00 00 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 192));
        SetPsvWqe.write(address, ControlSegment.OPMOD_TIS, 0x203, QUEUE, 0, TIS, 0);
        assertDump(64, """
            0000: 01 02 03 20 00 12 a4 02 00 00 00 00 00 00 00 00
            0010: 00 00 00 1c 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 64));
        NopWqe.write(address, 0x204, QUEUE, ControlSegment.FENCE);
        assertDump(64, "0000: 00 02 04 00 00 12 a4 01 00 00 00 20 00 00 00 00", memory.get(0, 64));
        DumpWqe.write(address, 0x205, QUEUE, 0, TIS);
        DataSegment.write(address + DumpWqe.DATA_OFFSET, 0x540, MEMORY_KEY, 0x7f0012340b00L);
        assertDump(64, """
            0000: 00 02 05 23 00 12 a4 02 00 00 00 00 00 00 1c 00
            0010: 00 00 05 40 00 18 18 00 00 00 7f 00 12 34 0b 00
            """, memory.get(0, 64));
        assertEquals(WqeError.NONE, DumpWqe.check(address, 1500));
    }

    @Test
    void shouldWriteATrainOfEncryptedPackets() {
        writeTrain();
        assertDump(112, """
            0000: 00 02 06 0e 00 12 a4 07 00 00 00 08 00 00 1c 00
            0010: 00 00 00 00 c0 00 05 a8 00 00 00 00 00 42 0c 42
            0020: a1 00 00 02 0c 42 a1 00 00 01 08 00 45 00 00 00
            0030: 00 00 40 00 40 06 00 00 c0 a8 01 01 c0 a8 01 02
            0040: 3e 8e c3 50 00 00 00 40 00 00 00 01 80 10 00 40
            0050: 00 00 00 00 01 01 08 0a 00 00 00 01 00 00 00 02
            0060: 00 00 10 00 00 18 18 00 00 00 7f 00 12 34 10 40
            """, memory.get(0, 112));
        assertEquals(WqeError.NONE, SendWqe.check(address));
        assertEquals(1, SendWqe.dataSegments(address));
        assertEquals(0x7f0012341040L, DataSegment.data(SendWqe.dataSegment(address, 0)));
        assertEquals(1448, SendWqe.mss(address));
        assertEquals(66, SendWqe.headerLength(address));
    }

    @Test
    void shouldWriteTheSetupOfReception() {
        UmrWqe.write(address, ControlSegment.OPMOD_TIR, 0x10, 0x77, 0, 0x2d);
        StaticParameters.write(address + UmrWqe.PARAMETERS_OFFSET, TlsVersion.TLS_1_3, 0, 0, SALT, IV_TAIL, KEY);
        assertDump(192, """
            0000: 02 00 10 25 00 00 77 0c 00 00 00 00 00 00 2d 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00
            0090: 00 00 00 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 192));
        SetPsvWqe.write(address, ControlSegment.OPMOD_TIR, 0x13, 0x77, ControlSegment.COMPLETION, 0x2d, 0x11223344);
        assertDump(64, """
            0000: 02 00 13 20 00 00 77 02 00 00 00 08 00 00 00 00
            0010: 00 00 00 2d 11 22 33 44 00 00 00 00 00 00 00 00
            """, memory.get(0, 64));
        GetPsvWqe.write(address, 0x14, 0x77, 0x2d, MEMORY_KEY, 0x7f0012350040L);
        assertDump(64, """
            0000: 02 00 14 21 00 00 77 04 00 00 00 08 00 00 00 00
            0020: 00 00 00 10 00 18 18 00 00 00 7f 00 12 35 00 40
            0030: 00 00 00 2d 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 64));
        assertEquals(WqeError.NONE, GetPsvWqe.check(address));
    }

    @Test
    void shouldReadWhatTheDeviceWritesBack() {
        memory.put(0, HexFormat.of().parseHex("0000002d112299991122800040000003"));
        assertEquals(0x2d, ProgressParameters.object(address));
        assertEquals(0x11229999, ProgressParameters.nextRecord(address));
        assertEquals(0x11228000, ProgressParameters.resync(address));
        assertEquals(ProgressParameters.TRACKER_TRACKING, ProgressParameters.tracker(address));
        assertEquals(ProgressParameters.AUTH_NO_OFFLOAD, ProgressParameters.authentication(address));
        assertEquals(3, ProgressParameters.recordsSince(address));
        ProgressParameters.report(
            address + 64, 0x2d, 0x11229999, 0x11228000, ProgressParameters.TRACKER_TRACKING,
            ProgressParameters.AUTH_NO_OFFLOAD, 3);
        assertDump(16, "0000: 00 00 00 2d 11 22 99 99 11 22 80 00 40 00 00 03", memory.get(64, 16));
    }

    @Test
    void shouldWriteTheAnswerToAResync() {
        UmrWqe.write(address, ControlSegment.OPMOD_TIR, 0x15, 0x77, 0, 0x2d);
        StaticParameters.write(
            address + UmrWqe.PARAMETERS_OFFSET, TlsVersion.TLS_1_3, 9, 0x11228000, SALT, IV_TAIL, KEY);
        assertDump(192, """
            0000: 02 00 15 25 00 00 77 0c 00 00 00 00 00 00 2d 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 09
            0090: 11 22 80 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, memory.get(0, 192));
        assertEquals(WqeError.NONE, UmrWqe.check(address));
        assertEquals(0x11228000, StaticParameters.resyncSequence(address + UmrWqe.PARAMETERS_OFFSET));
    }

    @Test
    void shouldSayWithAReceivedPacketWhatBecameOfItsRecords() {
        Completion.writeReceived(address, 0x77, 0x1234, 1514, Completion.RESYNC, 1);
        assertDump(64, """
            0000: 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            0020: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 ea
            0030: 00 00 00 00 00 00 00 00 00 00 00 77 12 34 00 21
            """, memory.get(0, 64));
        assertEquals(Completion.OPCODE_RECEIVED, Completion.opcode(address));
        assertEquals(1514, Completion.receivedLength(address));
        for (int decryption = 0; decryption < 4; decryption++) {
            Completion.writeReceived(address, 0x77, 0, 60, decryption, 0);
            assertEquals(decryption, Completion.decryption(address));
        }
    }

    @Test
    void shouldReadBackWhatItWrites() {
        writeUmr(0xfffe, ControlSegment.FENCE, TlsVersion.TLS_1_3, Long.MIN_VALUE);
        assertEquals(0xfffe, ControlSegment.index(address));
        assertEquals(QUEUE, ControlSegment.queue(address));
        assertEquals(ControlSegment.OPCODE_UMR, ControlSegment.opcode(address));
        assertEquals(ControlSegment.OPMOD_TIS, ControlSegment.modifier(address));
        assertEquals(TIS, ControlSegment.object(address));
        final long parameters = address + UmrWqe.PARAMETERS_OFFSET;
        assertEquals(Long.MIN_VALUE, StaticParameters.recordNumber(parameters));
        assertEquals(SALT, StaticParameters.salt(parameters));
        assertEquals(IV_TAIL, StaticParameters.ivTail(parameters));
        assertEquals(KEY, StaticParameters.key(parameters));
        assertEquals(TlsVersion.TLS_1_3, StaticParameters.version(parameters));
    }

    @Test
    void shouldNotAllocate() {
        assertEquals(0, Allocation.leastOf(() -> {
            for (int i = 0; i < 1000; i++) {
                writeUmr(i, 0, TlsVersion.TLS_1_3, i);
                UmrWqe.check(address);
                DumpWqe.write(address, i, QUEUE, 0, TIS);
                DumpWqe.check(address, 1500);
            }
        }));
    }

    private void writeUmr(final int index, final int flags, final TlsVersion version, final long recordNumber) {
        UmrWqe.write(address, ControlSegment.OPMOD_TIS, index, QUEUE, flags, TIS);
        StaticParameters.write(address + UmrWqe.PARAMETERS_OFFSET, version, recordNumber, 0, SALT, IV_TAIL, KEY);
    }

    private void writeTrain() {
        final byte[] header = HexFormat.of().parseHex(("0c42" + HEADER).replace(" ", ""));
        memory.put(512, header);
        SendWqe.write(
            address, 0x206, QUEUE, ControlSegment.COMPLETION, TIS, SendWqe.headSegments(66) + 1, 1448,
            address + 512, header.length);
        DataSegment.write(SendWqe.dataSegment(address, 0), 4096, MEMORY_KEY, 0x7f0012341040L);
    }
}
