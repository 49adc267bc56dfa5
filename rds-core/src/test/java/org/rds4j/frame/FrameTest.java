package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

/** Golden bytes of the specification, section 10, and the extension table of section 1. */
class FrameTest {
    private static final String ZERO_8 = "00".repeat(8);

    private final ByteBuffer memory = ByteBuffer.allocateDirect(48);
    private final long address = BufferUtil.address(memory);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight().wrap(address);
    private final ExtensionHeaderFlyweight extensions = new ExtensionHeaderFlyweight();

    private String written() {
        final byte[] octets = new byte[48];
        memory.get(0, octets);
        return HexFormat.of().formatHex(octets);
    }

    private ExtensionHeaderFlyweight parse(final String hex) {
        final String area = hex.replace(" ", "") + "00".repeat(16);
        return extensions.parse(
            HexFormat.fromHexDigitsToLong(area, 0, 16), HexFormat.fromHexDigitsToLong(area, 16, 32));
    }

    @Test
    void shouldWriteData() {
        header.write(1, 5, 4000, 4001, 0);
        assertEquals("0000000000000001" + ZERO_8 + "00000005" + "0fa00fa1" + ZERO_8.repeat(3), written());
    }

    @Test
    void shouldWritePingAndPong() {
        header.write(3, 0, 4000, 0, 0);
        assertEquals("0000000000000003" + ZERO_8 + "00000000" + "0fa00000" + ZERO_8.repeat(3), written());
        header.write(1, 0, 0, 4000, 0);
        assertEquals("0000000000000001" + ZERO_8 + "00000000" + "00000fa0" + ZERO_8.repeat(3), written());
    }

    @Test
    void shouldWriteACongestionMapHeader() {
        header.write(0, 8192, 0, 0, RdsHeaderFlyweight.FLAG_CONG_BITMAP);
        assertEquals(ZERO_8.repeat(2) + "00002000" + "00000000" + "01" + "00".repeat(23), written());
    }

    @Test
    void shouldWriteProbes() {
        extensions.clear().pathCount(8);
        header.write(1, 0, 1, 0, 0).extensions(extensions.high(), extensions.low());
        assertEquals("0000000000000001" + ZERO_8 + "00000000" + "00010000" + ZERO_8 + "050008" + "00".repeat(13), written());
        assertTrue(header.isProbePing());
        extensions.clear().pathCount(8).generation(0x12345678).sourcePortIndex();
        header.write(2, 0, 0, 1, 0).extensions(extensions.high(), extensions.low());
        assertEquals("0000000000000002" + ZERO_8 + "00000000" + "00000001" + ZERO_8 + "050008" + "0612345678" + "0800"
            + "00".repeat(6), written());
        assertTrue(header.isProbePong());
        assertFalse(header.isProbePing());
    }

    @Test
    void shouldWriteARetransmission() {
        header.write(3, 2, 4000, 4001, RdsHeaderFlyweight.FLAG_RETRANSMITTED);
        assertEquals("0000000000000003" + ZERO_8 + "00000002" + "0fa00fa1" + "04" + "00".repeat(23), written());
    }

    @Test
    void shouldReadWhatItWrote() {
        header.write(0x0102030405060708L, 0x7fff_fff0, 65_535, 2, 0x25);
        assertEquals(0x0102030405060708L, header.sequence());
        assertEquals(0x7fff_fff0, header.payloadLength());
        assertEquals(65_535, header.sourcePort());
        assertEquals(2, header.destinationPort());
        assertEquals(0x25, header.flags());
        UnsafeApi.putInt(address + RdsHeaderFlyweight.LENGTH_OFFSET, -1);
        assertEquals(0xffff_ffffL, header.payloadLength(), "the claim is unsigned");
    }

    @Test
    void shouldParseTheFormsOfLinux() {
        assertEquals(8, parse("05 0008").pathCount());
        assertEquals(0, extensions.generation());
        parse("05 0008 06 12345678 08 00");
        assertEquals(0x12345678, extensions.generation());
        assertTrue(extensions.hasSourcePortIndex());
        assertEquals(ExtensionHeaderFlyweight.ABSENT, extensions.lane());
        assertTrue(parse("05 0008 08 00").hasSourcePortIndex());
    }

    @Test
    void shouldSkipKnownTypesAndStopAtUnknownOnes() {
        assertEquals(7, parse("04 00000000 01 000000 06 00000007").generation(), "RDMA_BYTES has 8 octets");
        assertEquals(0, parse("0a 06 00000007").generation());
        assertEquals(0, parse("00 06 00000007").generation());
        assertEquals(0, parse("04 0000000000000000 07 0000 06 0007").generation(), "data that overruns the area");
    }

    @Test
    void shouldCarryTheLaneLast() {
        extensions.clear().pathCount(1).generation(0xcafebabe).lane(15);
        assertEquals(0x05000106_cafebabeL, extensions.high());
        assertEquals(0x200f0000_00000000L, extensions.low());
        assertEquals(15, parse("05 0001 06 cafebabe 20 0f").lane());
        assertEquals(0xcafebabe, extensions.generation());
    }

    @Test
    void shouldCopyEveryShortLength() {
        final ByteBuffer source = ByteBuffer.allocateDirect(600);
        final ByteBuffer target = ByteBuffer.allocateDirect(600);
        for (int length = 0; length < 590; length++) {
            for (int i = 0; i < 600; i++) {
                source.put(i, (byte) (i + length));
                target.put(i, (byte) 0x55);
            }
            OffHeap.copy(BufferUtil.address(source) + 1, BufferUtil.address(target) + 3, length);
            assertEquals(source.slice(1, length), target.slice(3, length));
            assertEquals(0x55, target.get(2));
            assertEquals(0x55, target.get(3 + length));
        }
    }
}
