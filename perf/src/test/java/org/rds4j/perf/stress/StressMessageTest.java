package org.rds4j.perf.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;

/** Header, pattern and the order of places in a pipeline. */
class StressMessageTest {
    private static final HeaderCheck EXPECTED = new HeaderCheck(0x01020304, 0x0a000002, 4001, 0x0a000001, 4002, 7, 1);

    private final UnsafeBuffer message = new UnsafeBuffer(new byte[StressHeader.LENGTH]);

    private UnsafeBuffer written() {
        StressHeader.write(message, 0x01020304, 0x0a000002, 0x0a000001, 4001, 4002, 7, StressHeader.REQUEST);
        return message;
    }

    @Test
    void shouldLayTheHeaderOut() {
        assertEquals("01020304" + "0a000002" + "0a000001" + "0fa1" + "0fa2" + "0007" + "01" + "00".repeat(44),
            HexFormat.of().formatHex(written().byteArray()));
    }

    @Test
    void shouldMatchNothingButTheHeaderThatIsDue() {
        assertTrue(EXPECTED.matches(written(), 0));
        for (int i = 0; i < 19; i++) {
            written().putByte(i, (byte) (message.getByte(i) ^ 0x10));
            assertFalse(EXPECTED.matches(message, 0), "octet " + i);
        }
        written().putByte(19, (byte) 1);
        assertTrue(EXPECTED.matches(message, 0), "RDMA is not compared");
    }

    @Test
    void shouldSayFieldByFieldWhatWasExpected() {
        StressHeader.write(message, 5, 0x0a000002, 0x0a000001, 4001, 4002, 7, StressHeader.REQUEST);
        assertEquals("""
            An incoming message had a  header which
            didn't contain the fields we expected:
                member        expected eq             got
                   seq        16909060 !=               5
             from_addr        10.0.0.2  =        10.0.0.2
             from_port            4001  =            4001
               to_addr        10.0.0.1  =        10.0.0.1
               to_port            4002  =            4002
                 index               7  =               7
                    op               1  =               1
            """, EXPECTED.difference(message, 0));
    }

    /** The rule of the specification in closed steps: p[0] = 11, then k = 41 (k + 3) + i / 256, low octet. */
    @Test
    void shouldFillThePatternOfTheOriginal() {
        final UnsafeBuffer octets = new UnsafeBuffer(new byte[1000]);
        new StressPattern(1000).fill(octets, 0, 1000);
        assertEquals("0b3e694ca73a", HexFormat.of().formatHex(octets.byteArray(), 0, 6));
        for (int i = 1; i < 1000; i++) {
            assertEquals((byte) (41 * (octets.getByte(i - 1) + 3) + i / 256), octets.getByte(i), "octet " + i);
        }
    }

    @Test
    void shouldFindDamage() {
        final StressPattern pattern = new StressPattern(600);
        final UnsafeBuffer octets = new UnsafeBuffer(new byte[700]);
        pattern.fill(octets, 100, 600);
        assertNull(pattern.check(octets, 100, 600));
        octets.putByte(350, (byte) ~octets.getByte(350));
        octets.putByte(699, (byte) ~octets.getByte(699));
        assertEquals("An incoming message has a corrupted payload at offset 250; 2 out of 600 bytes corrupted\n",
            pattern.check(octets, 100, 600));
    }

    @Test
    void shouldUseThePlacesOfAPipelineInTurn() {
        final Conversation conversation = new Conversation(RdsAddress.parse("10.0.0.1:4001"), 2);
        conversation.onRequestSent(1_000);
        conversation.onRequestSent(2_000);
        assertFalse(conversation.hasRoom());
        assertEquals(0, conversation.requestIndex());
        assertEquals(0, conversation.expectedIndex(StressHeader.ACK));
        assertEquals(500, conversation.onAckReceived(1_500));
        assertEquals(1, conversation.expectedIndex(StressHeader.ACK));
        assertTrue(conversation.hasRoom());

        conversation.onRequestReceived();
        conversation.onRequestReceived();
        assertEquals(0, conversation.ackIndex());
        conversation.onAckSent();
        assertEquals(1, conversation.ackIndex());
        conversation.onAckSent();
        assertFalse(conversation.owesAck());
        assertEquals(0, conversation.expectedIndex(StressHeader.REQUEST));
        assertEquals(4, conversation.sendSequence());
        assertEquals(3, conversation.receiveSequence());
    }
}
