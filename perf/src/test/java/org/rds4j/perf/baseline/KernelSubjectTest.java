package org.rds4j.perf.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rds4j.perf.load.LoadPlan;
import org.rds4j.perf.load.LoadRunner;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.RttSession;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.ThroughputSession;
import org.rds4j.perf.load.TimeBudget;

class KernelSubjectTest {
    private static final long PATIENCE_NS = 60_000_000_000L;

    static Stream<Arguments> subjectsAndSizes() {
        return Stream.of(KernelSubject.tcp(), KernelSubject.tls())
            .flatMap(factory -> Stream.of(16, 64, 1380, 16383, 16384, 65536, 1 << 20).map(size -> Arguments.of(factory, size)));
    }

    @ParameterizedTest
    @MethodSource("subjectsAndSizes")
    void shouldEchoMessagesOfEverySize(final SubjectFactory factory, final int size) {
        try (Subject subject = factory.open(); RttSession session = subject.rtt(size)) {
            for (int n = 0; n < 20; n++) {
                assertTrue(session.trySend());
                assertFalse(session.trySend(), "one message under way at most");
                awaitEcho(session);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjectsAndSizes")
    void shouldDeliverAStreamOfMessagesOfEverySize(final SubjectFactory factory, final int size) {
        try (Subject subject = factory.open(); ThroughputSession session = subject.throughput(size)) {
            final long deadlineNs = System.nanoTime() + PATIENCE_NS;
            long delivered = 0;
            while (delivered < 40 || delivered * size < 4 << 20) {
                delivered += session.pump();
                assertTrue(System.nanoTime() - deadlineNs < 0, "delivered " + delivered);
            }
        }
    }

    @Test
    void shouldDescribeTheBaselines() {
        try (Subject tcp = KernelSubject.tcp().open(); Subject tls = KernelSubject.tls().open()) {
            assertEquals("kernel-tcp", tcp.description().label());
            assertFalse(tcp.description().encrypted());
            assertEquals("kernel-tls", tls.description().label());
            assertTrue(tls.description().encrypted());
            assertTrue(tls.description().isBaseline());
        }
    }

    @Test
    void shouldLeaveNoBusyThreadBehindASession() {
        try (Subject subject = KernelSubject.tcp().open()) {
            subject.rtt(64).close();
            subject.throughput(64).close();
            assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().endsWith("-server")));
        }
    }

    @Test
    void shouldFailTheSessionWhenTheServerFails() {
        final KernelConnection connection = new KernelConnection("broken", TcpWire.wires(), wire -> () -> {
            throw new IOException("the server is out of order");
        }, true);
        try (connection) {
            final long deadlineNs = System.nanoTime() + PATIENCE_NS;
            final Exception e = assertThrows(MeasurementException.class, () -> {
                while (System.nanoTime() - deadlineNs < 0) {
                    connection.check();
                }
            });
            assertEquals("the connection failed: the server is out of order", e.getMessage());
        }
    }

    @Test
    void shouldBeMeasuredByTheCommonLoop() {
        try (Subject tcp = KernelSubject.tcp().open(); Subject tls = KernelSubject.tls().open()) {
            final LoadPlan plan =
                new LoadPlan(List.of(64), List.of(1380), new TimeBudget(1_000_000_000L, 1_000_000_000L, 2), 0);
            final List<Measurement> measurements =
                new LoadRunner(plan, List.of(tcp, tls), (done, total, what) -> { }, SystemNanoClock.INSTANCE).run();
            assertEquals(4, measurements.size());
            for (final Measurement measurement : measurements) {
                switch (measurement) {
                    case Measurement.Rtt rtt -> assertTrue(rtt.histogram().getTotalCount() > 0);
                    case Measurement.Throughput stream -> assertTrue(stream.messagesPerSecond() > 0);
                    case Measurement.Segments segments -> throw new AssertionError("not asked for: " + segments);
                    case Measurement.IdlePeers idle -> throw new AssertionError("not asked for: " + idle);
                    case Measurement.Records records -> throw new AssertionError("not asked for: " + records);
                }
            }
        }
    }

    private static void awaitEcho(final RttSession session) {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!session.poll()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "no echo");
        }
    }
}
