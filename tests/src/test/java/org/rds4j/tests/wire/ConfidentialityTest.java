package org.rds4j.tests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.PcapCapture;
import org.rds4j.tests.support.PcapFile;
import org.rds4j.tests.support.Segment;
import org.rds4j.tests.support.TwoNodes;

/** What datagrams with a known pattern look like to somebody who captures every frame of the link. */
@Timeout(120)
class ConfidentialityTest {
    private static final int SENDER_PORT = 0xbeef;
    private static final int RECEIVER_PORT = 0xcafe;
    /** Both ports as they stand side by side in the RDS header. */
    private static final byte[] PORTS = {(byte) 0xbe, (byte) 0xef, (byte) 0xca, (byte) 0xfe};
    private static final int PATTERN_LENGTH = 64;
    private static final int PIECE_LENGTH = 16;
    private static final int RDS_PORT = 16_385;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;

    @TempDir
    private Path directory;

    private DemoIdentities identities;
    private final HistoryChecker checker = new HistoryChecker(0xc0ffee);
    /** What was sent. */
    private final List<byte[]> patterns = new ArrayList<>();

    @BeforeEach
    void makeIdentities() {
        identities = new DemoIdentities(List.of("first", "second"));
    }

    @AfterEach
    void removeIdentities() {
        identities.close();
    }

    @Test
    void shouldShowThePatternAndThePortsInPlaintext() {
        final List<byte[]> frames = captureOf(null);
        assertEquals(2, patterns.size());
        for (final byte[] pattern : patterns) {
            assertTrue(appears(frames, pattern), "a capture that does not show the plaintext proves nothing");
        }
        assertTrue(appears(frames, PORTS));
    }

    @Test
    void shouldHideThePatternAndThePortsWhenEncrypted() {
        final List<byte[]> frames = captureOf(identities);
        assertEquals(2, patterns.size());
        for (int start = 0; start + PIECE_LENGTH <= PATTERN_LENGTH; start++) {
            for (final byte[] pattern : patterns) {
                assertFalse(appears(frames, Arrays.copyOfRange(pattern, start, start + PIECE_LENGTH)), "piece at " + start);
            }
        }
        assertFalse(appears(frames, PORTS), "the ports of the RDS header are to be seen");
    }

    @Test
    void shouldShowAHandshakeAndThenNothingButEncryptedRecords() {
        final Map<Integer, byte[]> streams = streams(Segment.of(captureOf(identities)));
        streams.values().removeIf(octets -> octets.length == 0); // the dialer of one whose node has ended may try again
        assertEquals(2, streams.size(), "one connection, two directions");
        for (final Map.Entry<Integer, byte[]> stream : streams.entrySet()) {
            final boolean isFromClient = (stream.getKey() & 0xffff) == RDS_PORT;
            requireEncrypted(records(stream.getValue()), isFromClient ? CLIENT_HELLO : SERVER_HELLO);
        }
    }

    /** One hello in the clear, perhaps the dummy change_cipher_spec (RFC 8446 D.4), then application_data only. */
    private static void requireEncrypted(final List<ByteBuffer> records, final int hello) {
        final ByteBuffer first = records.getFirst();
        assertEquals(HANDSHAKE, first.get(0));
        assertEquals(3, first.get(1));
        assertEquals(hello, first.get(5));
        int encrypted = 0;
        for (final ByteBuffer record : records.subList(1, records.size())) {
            if (record.get(0) == CHANGE_CIPHER_SPEC && encrypted == 0) {
                assertEquals(1, record.getShort(3));
            } else {
                assertEquals(APPLICATION_DATA, record.get(0));
                assertEquals(0x0303, record.getShort(1));
                encrypted++;
            }
        }
        assertTrue(encrypted > 2, "only " + encrypted + " encrypted records");
    }

    private static List<ByteBuffer> records(final byte[] stream) {
        final List<ByteBuffer> records = new ArrayList<>();
        int start = 0;
        while (start < stream.length) {
            final int length = 5 + (ByteBuffer.wrap(stream).getShort(start + 3) & 0xffff);
            assertTrue(start + length <= stream.length, "the stream ends within a record");
            records.add(ByteBuffer.wrap(stream, start, length).slice());
            start += length;
        }
        return records;
    }

    /** The octets that each direction carried, by its ports. */
    private static Map<Integer, byte[]> streams(final List<Segment> segments) {
        final Map<Integer, Integer> starts = new LinkedHashMap<>();
        final Map<Integer, byte[]> streams = new LinkedHashMap<>();
        for (final Segment segment : segments) {
            if (segment.isSyn()) {
                starts.put(segment.ports(), segment.sequence() + 1);
                streams.put(segment.ports(), new byte[0]);
            } else {
                final byte[] payload = segment.payload();
                final int offset = segment.sequence() - starts.get(segment.ports());
                final byte[] known = streams.get(segment.ports());
                if (payload.length > 0 && offset + payload.length > known.length) {
                    final byte[] longer = Arrays.copyOf(known, offset + payload.length);
                    System.arraycopy(payload, 0, longer, offset, payload.length);
                    streams.put(segment.ports(), longer);
                }
            }
        }
        return streams;
    }

    /** Everything on the link while a pattern goes there and another back; plaintext when there are no identities. */
    private List<byte[]> captureOf(final DemoIdentities demoIdentities) {
        final Path file = directory.resolve("link.pcap");
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 512, 256);
        final PcapCapture capture = new PcapCapture(link.first(), file, System::nanoTime, PcapCapture.DEFAULT_BUFFER_LENGTH);
        final ThreadingMode mode = ThreadingMode.INVOKER;
        try (RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, mode, demoIdentities, "first"))
                .link(capture).launch();
            RdsNode second = RdsNode.with(TwoNodes.context(TwoNodes.SECOND, mode, demoIdentities, "second"))
                .link(link.second()).launch()) {
            sendThereAndBack(new TwoNodes(first, second, mode));
        }
        assertEquals(0, capture.uncaptured());
        return PcapFile.frames(file);
    }

    private void sendThereAndBack(final TwoNodes nodes) {
        try (CheckedSocket sender = TwoNodes.checked(checker, nodes.first(), SENDER_PORT);
            CheckedSocket receiver = TwoNodes.checked(checker, nodes.second(), RECEIVER_PORT)) {
            send(nodes, sender, receiver);
            send(nodes, receiver, sender);
            checker.requireComplete();
        }
    }

    private void send(final TwoNodes nodes, final CheckedSocket from, final CheckedSocket to) {
        final byte[] pattern = new byte[PATTERN_LENGTH];
        final UnsafeBuffer place = new UnsafeBuffer(pattern);
        from.send(to.address(), 0, place, 0, PATTERN_LENGTH, () -> from.socket().offer(to.address(), place, 0, PATTERN_LENGTH));
        patterns.add(pattern);
        nodes.await("the pattern", () -> to.poll(1) > 0);
    }

    private static boolean appears(final List<byte[]> frames, final byte[] piece) {
        return frames.stream().anyMatch(frame -> indexOf(frame, piece) >= 0);
    }

    private static int indexOf(final byte[] frame, final byte[] piece) {
        for (int start = 0; start + piece.length <= frame.length; start++) {
            if (Arrays.equals(frame, start, start + piece.length, piece, 0, piece.length)) {
                return start;
            }
        }
        return -1;
    }
}
