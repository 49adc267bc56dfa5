package org.rds4j.sim.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class HistoryCheckerTest {
    private static final long SOURCE = 0x0a000001_4001L;
    private static final long DESTINATION = 0x0a000002_4002L;

    private final HistoryChecker checker = new HistoryChecker(99);
    private final List<UnsafeBuffer> messages = new ArrayList<>();

    @Test
    void shouldAcceptAFaithfulHistory() {
        for (int i = 0; i < 100; i++) {
            send(i);
        }
        for (int i = 0; i < 100; i++) {
            assertTrue(deliver(i));
        }
        checker.requireComplete();
        assertEquals(100, checker.sent());
        assertEquals(100, checker.delivered());
        assertEquals(0, checker.outstanding());
    }

    @Test
    void shouldKeepPairsApart() {
        send(50);
        assertFalse(checker.onDelivered(SOURCE + 1, DESTINATION, messages.get(0), 0, 50, 1));
        assertTrue(checker.violation().orElseThrow().contains("nobody sent"));
    }

    @Test
    void shouldNoticeADuplicate() {
        send(50);
        send(50);
        assertTrue(deliver(0));
        assertFalse(deliver(0));
        assertBreach("message 0 was delivered again");
    }

    @Test
    void shouldNoticeADuplicateOfTheLastMessage() {
        send(50);
        assertTrue(deliver(0));
        assertFalse(deliver(0));
        assertBreach("message 0 was delivered again");
    }

    @Test
    void shouldNoticeAGap() {
        send(50);
        send(60);
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered where 0 was due");
    }

    @Test
    void shouldNoticeAChangedOctetAndAWrongLength() {
        send(50);
        messages.get(0).putByte(49, (byte) ~messages.get(0).getByte(49));
        assertFalse(deliver(0));
        assertBreach("differs from octet 49 on");
        final HistoryChecker other = new HistoryChecker(99);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[50]);
        other.fillNext(SOURCE, DESTINATION, message, 0, 50);
        other.onSent(SOURCE, DESTINATION, 50);
        assertFalse(other.onDelivered(SOURCE, DESTINATION, message, 0, 49, 1));
        assertTrue(other.violation().orElseThrow().contains("has 49 octets instead of 50"));
    }

    @Test
    void shouldKeepTheFirstBreachAndItsContext() {
        send(50);
        send(50);
        deliver(1);
        deliver(1);
        final String violation = checker.violation().orElseThrow();
        assertTrue(violation.startsWith("at 1001 ns, a0000014001 -> a0000024002, 0 of 2 delivered before"), violation);
        assertThrows(IllegalStateException.class, checker::requireComplete);
    }

    @Test
    void shouldMissWhatIsOutstanding() {
        send(50);
        assertEquals(1, checker.outstanding());
        assertTrue(assertThrows(IllegalStateException.class, checker::requireComplete).getMessage().contains("0 of 1"));
    }

    @Test
    void shouldNoticeAMessageThatComesAfterLaterOnes() {
        sendAll(4);
        checker.onEnded(DESTINATION);
        assertTrue(deliver(2));
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered after later ones");
    }

    @Test
    void shouldForgiveOneGapAfterTheReceiversEnd() {
        sendAll(10);
        assertTrue(deliver(0));
        checker.onEnded(DESTINATION);
        assertTrue(deliver(4));
        assertEquals(3, checker.lost());
        assertEquals(5, checker.outstanding());
        assertTrue(deliver(5));
        assertFalse(deliver(7));
        assertBreach("message 7 was delivered where 6 was due");
    }

    @Test
    void shouldNoticeWhatTheReceiversEarlierLifeGotAlready() {
        sendAll(3);
        assertTrue(deliver(0));
        assertTrue(deliver(1));
        checker.onEnded(DESTINATION);
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered again");
    }

    @Test
    void shouldForgiveAGapOnlyToThoseWhoSentToTheReceiver() {
        sendAll(3);
        checker.onEnded(DESTINATION + 1);
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered where 0 was due");
    }

    @Test
    void shouldForgiveAReceiversEndBeforeTheFirstMessageOfThePair() {
        checker.onEnded(DESTINATION);
        sendAll(3);
        assertTrue(deliver(1));
        assertEquals(1, checker.lost());
    }

    @Test
    void shouldNotForgiveASendersNextLifeWhatItsEarlierOneSuffered() {
        checker.onEnded(DESTINATION);
        checker.onEnded(SOURCE);
        sendAll(3);
        assertFalse(deliver(1));
    }

    @Test
    void shouldMissNothingOfASenderThatEnded() {
        sendAll(5);
        assertTrue(deliver(0));
        checker.onEnded(SOURCE);
        assertEquals(0, checker.outstanding());
        assertEquals(4, checker.lost());
        assertTrue(deliver(1));
        send(50);
        assertEquals(1, checker.outstanding());
        assertTrue(deliver(5));
        checker.requireComplete();
    }

    @Test
    void shouldNoticeAGapInWhatASenderLeft() {
        sendAll(5);
        checker.onEnded(SOURCE);
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered where 0 was due");
    }

    @Test
    void shouldNoticeADeadSendersMessageBehindThoseOfItsNextLife() {
        sendAll(2);
        assertTrue(deliver(0));
        checker.onEnded(SOURCE);
        sendAll(2);
        assertTrue(deliver(2));
        assertFalse(deliver(1));
        assertBreach("from a life of its sender that was followed by another");
    }

    @Test
    void shouldNoticeADeadSendersMessageThatComesTwice() {
        sendAll(2);
        assertTrue(deliver(0));
        checker.onEnded(SOURCE);
        assertFalse(deliver(0));
        assertBreach("message 0 was delivered again");
    }

    @Test
    void shouldNoticeAGapAtTheBeginningOfALife() {
        checker.onEnded(SOURCE);
        sendAll(2);
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered where 0 was due");
    }

    @Test
    void shouldLetCancelledMessagesComeOrNot() {
        sendAll(4);
        checker.onCancelled(SOURCE, DESTINATION);
        assertEquals(0, checker.outstanding());
        sendAll(2);
        assertEquals(2, checker.outstanding());
        assertTrue(deliver(1));
        assertTrue(deliver(3));
        assertTrue(deliver(4));
        assertEquals(1, checker.outstanding());
        assertTrue(deliver(5));
        assertEquals(0, checker.lost());
        checker.requireComplete();
    }

    @Test
    void shouldNoticeACancelledMessageThatComesTwice() {
        sendAll(2);
        checker.onCancelled(SOURCE, DESTINATION);
        assertTrue(deliver(1));
        assertFalse(deliver(1));
        assertBreach("message 1 was delivered again");
    }

    @Test
    void shouldNoticeACancelledMessageOutOfOrder() {
        sendAll(2);
        checker.onCancelled(SOURCE, DESTINATION);
        assertTrue(deliver(1));
        assertFalse(deliver(0));
        assertBreach("message 0 was delivered after later ones");
    }

    @Test
    void shouldMissWhatWasSentAfterACancellation() {
        sendAll(2);
        checker.onCancelled(SOURCE, DESTINATION);
        sendAll(2);
        assertFalse(deliver(3));
        assertBreach("message 3 was delivered where 0 was due");
        assertThrows(IllegalStateException.class, checker::requireComplete);
    }

    @Test
    void shouldNoticeDamageWhereMessagesMayBeMissing() {
        sendAll(3);
        checker.onEnded(DESTINATION);
        messages.get(1).putByte(20, (byte) ~messages.get(1).getByte(20));
        assertFalse(deliver(1));
        assertBreach("differs from octet 0 on");
    }

    @Test
    void shouldForgetWhatWasRefused() {
        sendAll(2);
        checker.onRefused(SOURCE, DESTINATION);
        assertEquals(1, checker.outstanding());
        assertEquals(1, checker.sent());
        assertTrue(deliver(0));
        assertFalse(deliver(1));
        assertBreach("that nobody sent");
    }

    @Test
    void shouldRememberTheLengthsOfManyMessages() {
        for (int round = 0; round < 50; round++) {
            sendAll(round);
            for (int i = 0; i < round; i++) {
                assertTrue(deliver(messages.size() - round + i));
            }
        }
        checker.requireComplete();
    }

    private void sendAll(final int count) {
        for (int i = 0; i < count; i++) {
            send(50 + i);
        }
    }

    private void send(final int length) {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        checker.fillNext(SOURCE, DESTINATION, message, 0, length);
        checker.onSent(SOURCE, DESTINATION, length);
        messages.add(message);
    }

    private boolean deliver(final int index) {
        final UnsafeBuffer message = messages.get(index);
        return checker.onDelivered(SOURCE, DESTINATION, message, 0, message.capacity(), 1000 + index);
    }

    private void assertBreach(final String text) {
        final String violation = checker.violation().orElseThrow();
        assertTrue(violation.contains(text), violation);
    }
}
