package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.TwoNodes;

/**
 * A peer that has keys and breaks the rules of records: it hears the alert of just that rule, its connection ends, nothing of it
 * is delivered, and the node serves others as before.
 */
@Timeout(60)
class RecordAttackTest {
    private static final int BAD_RECORD_MAC = 20;
    private static final int RECORD_OVERFLOW = 22;
    private static final int UNEXPECTED_MESSAGE = 10;
    private static final int DECODE_ERROR = 50;
    private static final int ILLEGAL_PARAMETER = 47;
    private static final int INTERNAL_ERROR = 80;
    private static final byte[] KEY_UPDATE = {24, 0, 0, 1, 0};
    private static final byte[] REQUEST = {24, 0, 0, 1, 1};

    @TempDir
    private Path directory;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final DemoAuthority authority = NodeFiles.authority();
    private NodeFiles first;
    private NodeFiles second;
    private TlsContext tls;

    /** What the peer does, and what it hears. */
    enum Offence {
        A_FLIPPED_BIT_OF_THE_TAG(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            final byte[] record = rogue.seal(rogue.ping(), RoguePeer.DATA, 0);
            record[record.length - 1] ^= 1;
            rogue.sendRaw(record);
        }),
        A_REPLAYED_RECORD(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            final byte[] record = rogue.seal(rogue.ping(), RoguePeer.DATA, 0);
            rogue.sendRaw(record);
            rogue.receive();
            rogue.sendRaw(record);
        }),
        TWO_SWAPPED_RECORDS(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            final byte[] one = rogue.seal(new byte[10], RoguePeer.DATA, 0);
            rogue.sendRaw(rogue.seal(new byte[10], RoguePeer.DATA, 0));
            rogue.sendRaw(one);
        }),
        A_REFLECTED_RECORD(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            rogue.send(rogue.ping(), RoguePeer.DATA);
            rogue.receive();
            rogue.sendRaw(rogue.lastReceived());
        }),
        A_LEFT_OUT_RECORD(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            rogue.seal(new byte[10], RoguePeer.DATA, 0);
            rogue.send(new byte[10], RoguePeer.DATA);
        }),
        THE_OLD_KEY_AFTER_A_KEY_UPDATE(BAD_RECORD_MAC, "crypto-open-bad-mac", rogue -> {
            rogue.send(KEY_UPDATE, RoguePeer.HANDSHAKE);
            rogue.send(new byte[10], RoguePeer.DATA);
        }),
        NOTHING_AT_ALL_IN_A_RECORD(DECODE_ERROR, "crypto-open-decode_engine", rogue ->
            rogue.sendRaw(new byte[] {23, 3, 3, 0, 0})),
        TOO_SHORT_FOR_A_TYPE_AND_A_TAG(DECODE_ERROR, "crypto-open-decode_engine", rogue ->
            rogue.sendRaw(Arrays.copyOf(new byte[] {23, 3, 3, 0, 16}, 21))),
        ONE_OCTET_TOO_LONG(RECORD_OVERFLOW, "crypto-open-overflow_engine", rogue ->
            rogue.sendRaw(new byte[] {23, 3, 3, 0x41, 1})),
        AS_LONG_AS_CAN_BE_SAID(RECORD_OVERFLOW, "crypto-open-overflow_engine", rogue ->
            rogue.sendRaw(new byte[] {23, 3, 3, -1, -1})),
        MORE_CONTENT_THAN_A_RECORD_HOLDS(RECORD_OVERFLOW, "crypto-open-overflow", rogue ->
            rogue.send(new byte[16_385], RoguePeer.DATA)),
        MORE_PADDING_THAN_A_RECORD_HOLDS(RECORD_OVERFLOW, "crypto-open-overflow", rogue ->
            rogue.sendRaw(rogue.seal(new byte[16_384], RoguePeer.DATA, 1))),
        ANOTHER_TYPE_OUTSIDE(UNEXPECTED_MESSAGE, "crypto-open-unexpected_engine", rogue -> {
            final byte[] record = rogue.seal(new byte[10], RoguePeer.DATA, 0);
            record[0] = RoguePeer.HANDSHAKE;
            rogue.sendRaw(record);
        }),
        ANOTHER_VERSION_OUTSIDE(DECODE_ERROR, "crypto-open-decode_engine", rogue -> {
            final byte[] record = rogue.seal(new byte[10], RoguePeer.DATA, 0);
            record[2] = 4;
            rogue.sendRaw(record);
        }),
        PLAINTEXT(UNEXPECTED_MESSAGE, "crypto-open-unexpected_engine", rogue -> rogue.sendRaw(rogue.ping())),
        A_PLAINTEXT_ALERT(UNEXPECTED_MESSAGE, "crypto-open-unexpected_engine", rogue ->
            rogue.sendRaw(new byte[] {21, 3, 3, 0, 2, 1, 0})),
        NOTHING_BUT_ZEROS_INSIDE(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue ->
            rogue.send(new byte[100], 0)),
        AN_UNKNOWN_TYPE_INSIDE(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue -> rogue.send(new byte[10], 24)),
        A_CHANGE_OF_CIPHER_INSIDE(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue -> rogue.send(new byte[] {1}, 20)),
        EMPTY_RECORDS_WITHOUT_END(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue -> {
            for (int i = 0; i < 33; i++) {
                rogue.send(new byte[0], RoguePeer.DATA);
            }
        }),
        AN_EMPTY_ALERT(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue -> rogue.send(new byte[0], RoguePeer.ALERT)),
        A_SESSION_TICKET(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue ->
            rogue.send(new byte[] {4, 0, 0, 1, 0}, RoguePeer.HANDSHAKE)),
        A_KEY_UPDATE_THAT_IS_CUT(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue ->
            rogue.send(Arrays.copyOf(KEY_UPDATE, 4), RoguePeer.HANDSHAKE)),
        TWO_KEY_UPDATES_IN_ONE_RECORD(UNEXPECTED_MESSAGE, "crypto-open-unexpected", rogue -> {
            final byte[] two = Arrays.copyOf(KEY_UPDATE, 10);
            System.arraycopy(KEY_UPDATE, 0, two, 5, 5);
            rogue.send(two, RoguePeer.HANDSHAKE);
        }),
        A_KEY_UPDATE_WITH_A_STRANGE_REQUEST(ILLEGAL_PARAMETER, "crypto-open-unexpected", rogue ->
            rogue.send(new byte[] {24, 0, 0, 1, 2}, RoguePeer.HANDSHAKE)),
        A_FLOOD_OF_KEY_UPDATES(UNEXPECTED_MESSAGE, "node_key_update_flood", rogue -> {
            for (int i = 0; i < 11; i++) {
                rogue.send(i % 2 == 0 ? KEY_UPDATE : REQUEST, RoguePeer.HANDSHAKE);
                rogue.changeKeys();
            }
        });

        private final int alert;
        private final String counter;
        @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
        private final Consumer<RoguePeer> act;

        Offence(final int alert, final String counter, final Consumer<RoguePeer> act) {
            this.alert = alert;
            this.counter = counter;
            this.act = act;
        }
    }

    @BeforeEach
    void makeFiles() {
        first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        second = new NodeFiles(directory, "second").identity(authority).trust(authority);
        tls = new TlsContext(
            authority.newIdentity("node/rogue", Duration.ofDays(1)), authority.trustStore(), System::currentTimeMillis);
    }

    private TwoNodes nodes(final KeyLimits limits) {
        return new TwoNodes(
            RdsNode.with(first.apply(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first")))
                .link(link.first()).launch(),
            RdsNode.with(second.apply(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, null, "second")))
                .link(link.second()).keyLimits(limits).launch(),
            ThreadingMode.DEDICATED);
    }

    private TwoNodes nodes() {
        return nodes(KeyLimits.DEFAULT);
    }

    private static long count(final TwoNodes nodes, final String counter) {
        return TwoNodes.counter(nodes.second(), counter);
    }

    private static void await(final TwoNodes nodes, final String counter, final long value) {
        nodes.await(counter, () -> count(nodes, counter) == value);
    }

    private static void requireService(final TwoNodes nodes) {
        try (Traffic traffic = new Traffic(nodes, new SplittableRandom(1), 1, 2_000)) {
            traffic.exchange(10, 10);
        }
    }

    /** An answer to the probe, perhaps with what follows it. */
    private static void requirePong(final RoguePeer rogue) {
        final byte[] pong = rogue.receive();
        assertTrue(pong.length >= 49, pong.length + " octets");
        assertEquals(RoguePeer.DATA, pong[pong.length - 1]);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerWithTheAlertOfTheRuleAndEndTheConnection(final Offence offence) {
        try (TwoNodes nodes = nodes()) {
            try (RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
                offence.act.accept(rogue);
                assertEquals(offence.alert, rogue.awaitAlert());
                nodes.await("the end", rogue::isEnded);
            }
            assertEquals(1, count(nodes, offence.counter));
            assertEquals(1, count(nodes, "node_record_refused"));
            assertEquals(0, count(nodes, "recv_delivered"));
            requireService(nodes);
        }
    }

    @Test
    void shouldStripPaddingAndTakeARecordFullOfIt() {
        try (TwoNodes nodes = nodes(); RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
            rogue.sendRaw(rogue.seal(new byte[0], RoguePeer.DATA, 16_384));
            rogue.sendRaw(rogue.seal(Arrays.copyOf(rogue.ping(), 20), RoguePeer.DATA, 300));
            rogue.sendRaw(rogue.seal(Arrays.copyOfRange(rogue.ping(), 20, 48), RoguePeer.DATA, 1));
            requirePong(rogue);
            assertEquals(0, count(nodes, "node_record_refused"));
            assertEquals(48, count(nodes, "crypto-octets-opened"));
        }
    }

    /** The stream may be cut anywhere; a record is opened when its last octet is here. */
    @Test
    void shouldNotCareHowRecordsAreCutIntoSegments() {
        try (TwoNodes nodes = nodes(); RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
            final byte[] record = rogue.seal(rogue.ping(), RoguePeer.DATA, 0);
            for (final byte octet : record) {
                rogue.sendRaw(new byte[] {octet});
            }
            requirePong(rogue);
        }
    }

    @Test
    void shouldAnswerARequestForANewKeyWhenThereIsNothingToSend() {
        try (TwoNodes nodes = nodes(); RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
            rogue.send(REQUEST, RoguePeer.HANDSHAKE);
            rogue.changeKeys();
            assertArrayEquals(new byte[] {24, 0, 0, 1, 0, RoguePeer.HANDSHAKE}, rogue.receive(), "which asks for nothing");
            rogue.send(rogue.ping(), RoguePeer.DATA);
            requirePong(rogue);
            assertEquals(1, count(nodes, "crypto-key-updates-requested"));
            assertEquals(1, count(nodes, "crypto-key-updates-sent"));
            rogue.send(KEY_UPDATE, RoguePeer.HANDSHAKE);
            rogue.changeKeys();
            rogue.send(new byte[] {1, 0}, RoguePeer.ALERT);
            assertEquals(0, rogue.awaitAlert());
            assertEquals(2, count(nodes, "crypto-key-updates-received"));
            assertEquals(1, count(nodes, "crypto-key-updates-sent"), "no answer to what asks for none");
        }
    }

    @Test
    void shouldRemindAPeerThatNeverChangesItsKeyAndEndWithItAtTheHardLimit() {
        try (TwoNodes nodes = nodes(new KeyLimits(16, 60, 1 << 20, 1 << 21))) {
            try (RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
                for (int i = 0; i < 38; i++) {
                    rogue.send(Arrays.copyOfRange(rogue.ping(), i, i + 1), RoguePeer.DATA);
                }
                assertArrayEquals(new byte[] {24, 0, 0, 1, 1, RoguePeer.HANDSHAKE}, rogue.receive());
                rogue.send(Arrays.copyOfRange(rogue.ping(), 38, 48), RoguePeer.DATA);
                requirePong(rogue);
                for (int i = 39; i < 61; i++) {
                    rogue.send(new byte[0], RoguePeer.DATA);
                }
                assertEquals(INTERNAL_ERROR, rogue.awaitAlert());
                nodes.await("the end", rogue::isEnded);
            }
            assertEquals(1, count(nodes, "crypto-open-key-exhausted"));
            assertEquals(1, count(nodes, "crypto-key-updates-asked"));
            requireService(nodes);
        }
    }

    @Test
    void shouldNoticeAStreamThatIsCutInARecordBetweenRecordsOrNotAtAll() {
        try (TwoNodes nodes = nodes()) {
            try (RoguePeer inRecord = new RoguePeer(nodes.first(), tls)) {
                inRecord.sendRaw(Arrays.copyOf(inRecord.seal(new byte[100], RoguePeer.DATA, 0), 50));
            }
            await(nodes, "node_truncated", 1);
            try (RoguePeer between = new RoguePeer(nodes.first(), tls)) {
                between.send(between.ping(), RoguePeer.DATA);
            }
            await(nodes, "node_truncated", 2);
            try (RoguePeer polite = new RoguePeer(nodes.first(), tls)) {
                polite.send(polite.ping(), RoguePeer.DATA);
                requirePong(polite);
                polite.send(new byte[] {1, 0}, RoguePeer.ALERT);
                assertEquals(0, polite.awaitAlert(), "a farewell is answered");
            }
            requireService(nodes);
            assertEquals(2, count(nodes, "node_truncated"));
            assertEquals(0, count(nodes, "node_record_refused"));
        }
    }

    @Test
    void shouldEndAConnectionOnAnyAlertButAFarewellAndIgnoreWhatFollows() {
        try (TwoNodes nodes = nodes()) {
            try (RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
                rogue.send(new byte[] {1, 49}, RoguePeer.ALERT);
                nodes.await("the end", rogue::isEnded);
            }
            assertEquals(1, count(nodes, "node_alert_received"));
            try (RoguePeer rogue = new RoguePeer(nodes.first(), tls)) {
                final byte[] farewell = rogue.seal(new byte[] {1, 0}, RoguePeer.ALERT, 0);
                final byte[] after = rogue.seal(rogue.ping(), RoguePeer.DATA, 0);
                final byte[] both = Arrays.copyOf(farewell, farewell.length + after.length);
                System.arraycopy(after, 0, both, farewell.length, after.length);
                rogue.sendRaw(both);
                assertArrayEquals(new byte[] {1, 0, RoguePeer.ALERT}, rogue.receive(), "no pong");
            }
            assertEquals(0, count(nodes, "node_truncated"));
            assertTrue(count(nodes, "node_record_refused") == 0);
        }
    }
}
