package org.rds4j.sim.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.sim.check.HistoryLog.Event;

/**
 * What several processes did, told to one checker in the order of time. A message is known by its length and a digest of its
 * octets; the checker gets a short one in its place. Those with the same octets, as empty ones, count as coming in their order.
 */
public final class JoinedHistory {
    private static final int LENGTH = 16;

    private record Message(long source, long destination, int length, long digest) {
        static Message of(final Event event) {
            return new Message(event.source(), event.destination(), event.length(), event.digest());
        }
    }

    /** What the checker gets for messages with the same octets. */
    private static final class InPlace {
        private final Deque<UnsafeBuffer> onTheWay = new ArrayDeque<>();
        private UnsafeBuffer last = new UnsafeBuffer(new byte[LENGTH]);

        /** For the next one that comes, or the last one again; nothing that was sent when there was none. */
        UnsafeBuffer next() {
            last = onTheWay.isEmpty() ? last : onTheWay.poll();
            return last;
        }
    }

    private final HistoryChecker checker = new HistoryChecker(1);
    private final Map<Message, InPlace> inPlace = new HashMap<>();

    private JoinedHistory() {
    }

    /**
     * Joins the logs of processes.
     *
     * @param files of a {@link HistoryLog} each.
     * @return a checker that knows the history.
     */
    public static HistoryChecker of(final List<Path> files) {
        final List<Event> events = new ArrayList<>();
        for (final Path file : files) {
            try {
                Files.readAllLines(file).forEach(line -> events.add(Event.parse(line)));
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        events.sort(Comparator.comparingLong(Event::timeNs));
        final JoinedHistory joined = new JoinedHistory();
        events.forEach(joined::on);
        return joined.checker;
    }

    private void on(final Event event) {
        switch (event.kind()) {
            case SENT -> onSent(event);
            case REFUSED -> onRefused(event);
            case DELIVERED -> onDelivered(event);
            case ENDED -> checker.onEnded(event.source());
            case CANCELLED -> checker.onCancelled(event.source(), event.destination());
        }
    }

    private void onSent(final Event event) {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[LENGTH]);
        checker.fillNext(event.source(), event.destination(), payload, 0, LENGTH);
        checker.onSent(event.source(), event.destination(), LENGTH);
        inPlace(event).onTheWay.add(payload);
    }

    private void onRefused(final Event event) {
        inPlace(event).onTheWay.removeLast();
        checker.onRefused(event.source(), event.destination());
    }

    private void onDelivered(final Event event) {
        checker.onDelivered(
            event.source(), event.destination(), inPlace(event).next(), 0, LENGTH, event.timeNs());
    }

    private InPlace inPlace(final Event event) {
        return inPlace.computeIfAbsent(Message.of(event), message -> new InPlace());
    }
}
