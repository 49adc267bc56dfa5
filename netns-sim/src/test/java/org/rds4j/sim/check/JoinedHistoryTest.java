package org.rds4j.sim.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinedHistoryTest {
    private static final long SOURCE = 0x0a000001_4001L;
    private static final long DESTINATION = 0x8a000002_4002_0000L;

    private final List<UnsafeBuffer> messages = new ArrayList<>();
    @TempDir
    private Path directory;
    private HistoryLog sender;
    private HistoryLog receiver;

    @BeforeEach
    void open() {
        sender = new HistoryLog(directory.resolve("sender"), 1);
        receiver = new HistoryLog(directory.resolve("receiver"), 2);
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
    }

    private void send(final int... lengths) {
        for (final int length : lengths) {
            final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
            sender.fillNext(SOURCE, DESTINATION, message, 0, length);
            sender.onSent(SOURCE, DESTINATION, length);
            messages.add(message);
        }
    }

    private void deliver(final int... indices) {
        for (final int index : indices) {
            final UnsafeBuffer message = messages.get(index);
            receiver.onDelivered(SOURCE, DESTINATION, message, 0, message.capacity(), 0);
        }
    }

    private HistoryChecker joined() {
        return JoinedHistory.of(List.of(directory.resolve("receiver"), directory.resolve("sender")));
    }

    private void assertBreach(final String text) {
        final String violation = joined().violation().orElseThrow();
        assertTrue(violation.contains(text), violation);
    }

    @Test
    void shouldAcceptAFaithfulHistory() {
        send(0, 100, 0, 7);
        deliver(0, 1, 2, 3);
        send(0, 300, 0);
        deliver(4, 5, 6);
        final HistoryChecker checker = joined();
        checker.requireComplete();
        assertEquals(7, checker.delivered());
    }

    @Test
    void shouldMissWhatDidNotCome() {
        send(10, 20);
        deliver(0);
        assertThrows(IllegalStateException.class, joined()::requireComplete);
    }

    @Test
    void shouldNoticeAMessageThatComesTwice() {
        send(10, 20);
        deliver(0, 1, 0);
        assertBreach("message 0 was delivered again");
    }

    @Test
    void shouldNoticeMessagesOutOfOrder() {
        send(10, 10);
        deliver(1, 0);
        assertBreach("message 1 was delivered where 0 was due");
    }

    @Test
    void shouldNoticeDamage() {
        send(10);
        messages.getFirst().putByte(9, (byte) ~messages.getFirst().getByte(9));
        deliver(0);
        assertBreach("differs");
    }

    @Test
    void shouldNoticeAWrongLength() {
        send(10);
        receiver.onDelivered(SOURCE, DESTINATION, messages.getFirst(), 0, 9, 0);
        assertBreach("differs");
    }

    @Test
    void shouldForgetWhatWasRefused() {
        send(10, 20);
        sender.onRefused(SOURCE, DESTINATION);
        send(20);
        deliver(0, 2);
        joined().requireComplete();
    }

    @Test
    void shouldMissNothingOfWhatWasCancelledOrLeft() {
        send(10);
        sender.onCancelled(SOURCE, DESTINATION);
        send(20, 30);
        deliver(1);
        receiver.onEnded(SOURCE);
        joined().requireComplete();
    }

    @Test
    void shouldTellTheLivesOfASenderApart() {
        send(10, 20);
        deliver(0);
        receiver.onEnded(SOURCE);
        try (HistoryLog next = new HistoryLog(directory.resolve("next"), 3)) {
            final UnsafeBuffer message = new UnsafeBuffer(new byte[10]);
            next.fillNext(SOURCE, DESTINATION, message, 0, 10);
            next.onSent(SOURCE, DESTINATION, 10);
            receiver.onDelivered(SOURCE, DESTINATION, message, 0, 10, 0);
            deliver(1);
        }
        final HistoryChecker checker =
            JoinedHistory.of(List.of(directory.resolve("receiver"), directory.resolve("sender"), directory.resolve("next")));
        assertTrue(checker.violation().orElseThrow().contains("from a life of its sender that was followed by another"));
    }
}
