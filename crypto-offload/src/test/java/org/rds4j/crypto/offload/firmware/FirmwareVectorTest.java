package org.rds4j.crypto.offload.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.HexDump.assertDump;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.offload.wqe.TlsVersion;

/** Whole commands against dumps whose fields were compared with mlx5_ifc.h. */
class FirmwareVectorTest {
    private static final byte[] KEY_128 = HexFormat.of().parseHex("54ff8cb00f433b8c65731bce8170ee3b");
    private static final byte[] KEY_256 =
        HexFormat.of().parseHex("c38a77665cc2c3e5ee40f5a93e41e3766d1096763860b329865168833b5d337e");

    private final Memory memory = new Memory(3 * CapabilityCommand.REPLY_LENGTH);
    private final long address = memory.address();

    @Test
    void shouldMakeAKeyOf128Bits() {
        EncryptionKeyCommand.create(address, 0x19, KEY_128);
        assertDump(528, """
            0000: 0a 00 00 00 00 00 00 0c 00 00 00 00 00 00 00 00
            0010: 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 19
            0060: 54 ff 8c b0 0f 43 3b 8c 65 73 1b ce 81 70 ee 3b
            """, memory.get(0, 528));
        assertEquals(FirmwareStatus.OK, EncryptionKeyCommand.check(address, 528));
        assertArrayEquals(KEY_128, EncryptionKeyCommand.key(address));
    }

    @Test
    void shouldMakeAKeyOf256Bits() {
        EncryptionKeyCommand.create(address, 0x19, KEY_256);
        assertDump(528, """
            0000: 0a 00 00 00 00 00 00 0c 00 00 00 00 00 00 00 00
            0010: 00 00 00 00 00 00 00 00 00 00 01 01 00 00 00 19
            0050: c3 8a 77 66 5c c2 c3 e5 ee 40 f5 a9 3e 41 e3 76
            0060: 6d 10 96 76 38 60 b3 29 86 51 68 83 3b 5d 33 7e
            """, memory.get(0, 528));
        assertArrayEquals(KEY_256, EncryptionKeyCommand.key(address));
        assertEquals(EncryptionKeyCommand.SIZE_256, EncryptionKeyCommand.size(address));
        assertEquals(EncryptionKeyCommand.PURPOSE_TLS, EncryptionKeyCommand.purpose(address));
        assertEquals(0x19, EncryptionKeyCommand.protectionDomain(address));
    }

    @Test
    void shouldWipeEveryOctetOfAKey() {
        for (final byte[] key : new byte[][] {KEY_128, KEY_256}) {
            EncryptionKeyCommand.modify(address, 0x305, 0x19, key);
            EncryptionKeyCommand.wipe(address);
            assertArrayEquals(new byte[32], memory.get(80, 32));
        }
    }

    @Test
    void shouldChangeReadAndEndAKey() {
        EncryptionKeyCommand.modify(address, 0x305, 0x19, KEY_128);
        assertDump(528, """
            0000: 0a 01 00 00 00 00 00 0c 00 00 03 05 00 00 00 00
            0010: 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 19
            0060: 54 ff 8c b0 0f 43 3b 8c 65 73 1b ce 81 70 ee 3b
            """, memory.get(0, 528));
        assertEquals(FirmwareStatus.OK, EncryptionKeyCommand.check(address, 528));
        EncryptionKeyCommand.query(address, 0x305);
        assertDump(16, "0000: 0a 02 00 00 00 00 00 0c 00 00 03 05 00 00 00 00", memory.get(0, 16));
        EncryptionKeyCommand.destroy(address, 0x305);
        assertDump(16, "0000: 0a 03 00 00 00 00 00 0c 00 00 03 05 00 00 00 00", memory.get(0, 16));
        assertEquals(FirmwareStatus.OK, EncryptionKeyCommand.check(address, 16));
    }

    @Test
    void shouldMakeAndEndASendingContext() {
        TisCommand.create(address, 9, 0x19);
        assertDump(192, """
            0000: 09 12 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            0020: 40 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            0040: 00 00 00 00 00 00 00 09 00 00 00 00 00 00 00 19
            """, memory.get(0, 192));
        assertEquals(FirmwareStatus.OK, TisCommand.check(address, 192));
        assertTrue(TisCommand.isTlsEnabled(address));
        assertEquals(9, TisCommand.transportDomain(address));
        assertEquals(0x19, TisCommand.protectionDomain(address));
        TisCommand.destroy(address, 0x1c);
        assertDump(16, "0000: 09 14 00 00 00 00 00 00 00 00 00 1c 00 00 00 00", memory.get(0, 16));
        assertEquals(FirmwareStatus.OK, TisCommand.check(address, 16));
    }

    @Test
    void shouldMakeAndEndAReceivingContext() {
        TirCommand.create(address, 9, 0x77);
        assertDump(272, """
            0000: 09 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            0020: 00 00 00 00 08 00 00 00 00 00 00 00 00 00 00 00
            0030: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 77
            0040: 00 00 00 00 03 00 00 09 00 00 00 00 00 00 00 00
            """, memory.get(0, 272));
        assertEquals(FirmwareStatus.OK, TirCommand.check(address, 272));
        assertEquals(FirmwareStatus.BAD_INPUT_LENGTH, TirCommand.check(address, 192));
        assertTrue(TirCommand.isTlsEnabled(address));
        assertEquals(9, TirCommand.transportDomain(address));
        assertEquals(0x77, TirCommand.receiveQueue(address));
        TirCommand.destroy(address, 0x2d);
        assertDump(16, "0000: 09 02 00 00 00 00 00 00 00 00 00 2d 00 00 00 00", memory.get(0, 16));
        assertEquals(FirmwareStatus.OK, TirCommand.check(address, 16));
    }

    @Test
    void shouldSynchronizeAndAskForCapabilities() {
        SyncCryptoCommand.write(address);
        assertDump(32, "0000: 0b 12 00 00 00 00 00 00 00 00 00 00 00 00 00 01", memory.get(0, 32));
        assertEquals(FirmwareStatus.OK, SyncCryptoCommand.check(address, 32));
        CapabilityCommand.write(address, CapabilityCommand.TYPE_CRYPTO);
        assertDump(16, "0000: 01 00 00 00 00 00 00 35 00 00 00 00 00 00 00 00", memory.get(0, 16));
        assertEquals(CapabilityCommand.TYPE_CRYPTO, CapabilityCommand.type(address));
    }

    @Test
    void shouldReadCapabilitiesFromTheirBits() {
        final int length = CapabilityCommand.REPLY_LENGTH;
        memory.put(0, new byte[3 * length]);
        assertFalse(read().canEncrypt(TlsVersion.TLS_1_3, 16));
        memory.put(16 + 144, new byte[] {0x20});
        assertTrue(read().hasReceive());
        memory.put(16 + 144, new byte[] {0x40});
        memory.put(16 + 141, new byte[] {0x40});
        memory.put(16 + 128, HexFormat.of().parseHex("0000000000001000"));
        memory.put(16 + 182, new byte[] {5});
        memory.put(length + 16, new byte[] {0x40});
        memory.put(2 * length + 16, new byte[] {0x10});
        assertEquals(new Capabilities(true, false, true, false, true, false, false, true, 5), read());
        assertTrue(read().canEncrypt(TlsVersion.TLS_1_3, 16));
        assertFalse(read().canDecrypt(TlsVersion.TLS_1_3, 16));
        assertFalse(read().canEncrypt(TlsVersion.TLS_1_3, 32));
        assertFalse(read().canEncrypt(TlsVersion.TLS_1_2, 16));
        assertEquals(16, read().maxKeys());
    }

    @Test
    void shouldWriteTheCapabilitiesThatItReads() {
        final Capabilities all = new Capabilities(true, true, true, true, true, true, true, true, 31);
        for (final Capabilities capabilities : new Capabilities[] {Capabilities.NONE, all}) {
            memory.put(0, new byte[3 * CapabilityCommand.REPLY_LENGTH]);
            capabilities.write(address, CapabilityCommand.TYPE_GENERAL);
            capabilities.write(address + CapabilityCommand.REPLY_LENGTH, CapabilityCommand.TYPE_TLS);
            capabilities.write(address + 2 * CapabilityCommand.REPLY_LENGTH, CapabilityCommand.TYPE_CRYPTO);
            assertEquals(capabilities, read());
        }
    }

    @Test
    void shouldRefuseMalformedCommands() {
        EncryptionKeyCommand.create(address, 0x19, KEY_128);
        assertEquals(FirmwareStatus.BAD_INPUT_LENGTH, EncryptionKeyCommand.check(address, 527));
        assertRefused(7, 0x0d);
        assertRefused(23, 1);
        assertRefused(25, 0x80);
        assertRefused(26, 2);
        assertRefused(27, 0);
        assertRefused(28, 1);
        TisCommand.create(address, 9, 0x19);
        assertEquals(FirmwareStatus.BAD_INPUT_LENGTH, TisCommand.check(address, 16));
        memory.put(7, new byte[] {1});
        assertEquals(FirmwareStatus.BAD_PARAMETER, TisCommand.check(address, 192));
        SyncCryptoCommand.write(address);
        assertEquals(FirmwareStatus.BAD_INPUT_LENGTH, SyncCryptoCommand.check(address, 16));
        memory.put(15, new byte[1]);
        assertEquals(FirmwareStatus.BAD_PARAMETER, SyncCryptoCommand.check(address, 32));
        assertThrows(IllegalArgumentException.class, () -> EncryptionKeyCommand.create(address, 1, new byte[24]));
    }

    private void assertRefused(final int offset, final int octet) {
        final byte[] before = memory.get(offset, 1);
        memory.put(offset, new byte[] {(byte) octet});
        assertEquals(FirmwareStatus.BAD_PARAMETER, EncryptionKeyCommand.check(address, 528), "octet " + offset);
        memory.put(offset, before);
    }

    private Capabilities read() {
        return Capabilities.read(
            address, address + CapabilityCommand.REPLY_LENGTH, address + 2 * CapabilityCommand.REPLY_LENGTH);
    }
}
