package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;

/** Whole nodes, one of which leaves large records to its NIC: on the wire and for applications nothing is different. */
@Timeout(300)
class InlineTlsTest {
    private static final int PORT = 4000;
    private static final long TIME_LIMIT_NS = 36_000_000_000_000L;
    private static final int THRESHOLD = 3_000;
    private static final int MAX_BURST = 150;
    private static final long MAX_PAUSE_NS = 300_000L;
    private static final WireConditions GOOD_WIRE =
        WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);
    private static final WireConditions BAD_WIRE =
        GOOD_WIRE.withLoss(0.05).withReordering(0.05, 200_000).withDuplication(0.01);
    private static final OffloadPolicy STAY = OffloadPolicy.DEFAULT.withRetransmissions(1000, 1L << 40);
    /** A key change for each thousand records is four a second here; a peer takes no more than ten. */
    private static final KeyLimits FEW = new KeyLimits(1_000, 10_000, 1L << 30, 1L << 31);

    private static DemoIdentities identities;

    @BeforeAll
    static void makeIdentities() {
        identities = new DemoIdentities(List.of("node"));
    }

    @AfterAll
    static void removeIdentities() {
        identities.close();
    }

    /** Sends messages of random lengths in bursts, so that records are of all sizes, and checks them at the other end. */
    private static final class Messages implements SimHost, AutoCloseable {
        private final InlinePair pair;
        private final HistoryChecker checker = new HistoryChecker(5);
        private final StreamReference reference = new StreamReference();
        private final RandomGenerator chance;
        private final RdsSocket sender;
        private final RdsSocket receiver;
        private final RdsAddress destination;
        private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
        private final int maxLength;
        private long left;
        private int nextLength = -1;
        private int burst;
        private long nextBurstNs;
        private long nowNs;

        Messages(final Simulation simulation, final InlinePair pair, final long count, final int maxLength) {
            this.pair = pair;
            this.left = count;
            this.maxLength = maxLength;
            chance = simulation.random().stream("messages");
            sender = pair.first().socket();
            receiver = pair.second().socket();
            sender.bind(PORT + 1);
            receiver.bind(PORT);
            destination = pair.second().address().withPort(PORT);
            pair.link().tap(reference);
            simulation.host("messages", this);
        }

        @Override
        public int doWork(final long timeNs) {
            nowNs = timeNs;
            if (!reference.hasKeys() && pair.session() != null) {
                reference.keys(pair.session().keys().sendKeys().copy());
            }
            int work = receiver.poll((buffer, offset, length, info) -> checker.onDelivered(
                info.sourceLow(), destination.low(), buffer, offset, length, nowNs), 64);
            if (burst == 0 && nowNs >= nextBurstNs) {
                burst = 1 + chance.nextInt(MAX_BURST);
            }
            while (burst > 0 && left > 0 && offer()) {
                work++;
                if (--burst == 0) {
                    nextBurstNs = nowNs + chance.nextLong(MAX_PAUSE_NS);
                }
            }
            return work;
        }

        private boolean offer() {
            final long source = pair.first().address().low();
            if (nextLength < 0) {
                nextLength = chance.nextInt(maxLength + 1);
                payload.checkLimit(nextLength + 1);
                checker.fillNext(source, destination.low(), payload, 0, nextLength);
            }
            if (sender.offer(destination, payload, 0, nextLength) < 0) {
                return false;
            }
            checker.onSent(source, destination.low(), nextLength);
            nextLength = -1;
            left--;
            return true;
        }

        @Override
        public long nextDeadlineNs() {
            return left > 0 && burst == 0 ? nextBurstNs : Long.MAX_VALUE;
        }

        void finish(final Simulation simulation) {
            simulation.runUntil(
                () -> checker.violation().isPresent() || (left == 0 && checker.outstanding() == 0), TIME_LIMIT_NS);
            assertEquals(Optional.empty(), checker.violation());
            checker.requireComplete();
        }

        @Override
        public void close() {
            sender.close();
            receiver.close();
        }
    }

    private static void requireFaultless(final InlinePair pair) {
        assertEquals(0, pair.count(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, pair.count(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, pair.count(ModelCounter.UNFENCED_PARAMETERS));
        assertEquals(0, pair.count(ModelCounter.KEY_SYNC_VIOLATIONS));
        assertEquals(0, pair.count("tls-image-changed"));
        assertEquals(0, pair.count("node_seal_failed"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendTheOctetsOfSoftwareOnAGoodWire(final ModelMode mode) {
        final Simulation simulation = new Simulation(1);
        try (InlinePair pair = new InlinePair(simulation, GOOD_WIRE, identities, mode, STAY, THRESHOLD, KeyLimits.DEFAULT);
            Messages messages = new Messages(simulation, pair, 600, 20_000)) {
            messages.finish(simulation);
            requireFaultless(pair);
            assertTrue(pair.count(ModelCounter.ENCRYPTED_BYTES) > 3_000_000, "" + pair.count(ModelCounter.ENCRYPTED_BYTES));
            assertTrue(messages.reference.records() > 300);
        }
    }

    @Test
    void shouldSendTheOctetsOfSoftwareWhateverIsLostReorderedOrChanged() {
        final long count = Long.getLong("rds.inline.messages", 1_000_000);
        final Simulation simulation = new Simulation(2);
        try (InlinePair pair = new InlinePair(simulation, BAD_WIRE, identities, ModelMode.STRICT, STAY, THRESHOLD, FEW);
            Messages messages = new Messages(simulation, pair, count, 300)) {
            messages.finish(simulation);
            requireFaultless(pair);
            final long records = messages.reference.records();
            final long resyncs = pair.count("tls-resync");
            assertTrue(records > count / 100 && resyncs > records / 20, records + " records, " + resyncs + " resyncs");
            assertTrue(messages.reference.keyChanges() >= records / 1_200, messages.reference.keyChanges() + " key changes");
            final long returns = pair.count("tls-resumptions");
            assertTrue(returns >= records / 1_500, returns + " returns to the device");
            assertTrue(messages.reference.octetsAgain() > count, messages.reference.octetsAgain() + " octets sent again");
            final long byDevice = pair.count(ModelCounter.ENCRYPTED_BYTES);
            final long bySoftware = pair.count("tls-sealed-bytes");
            assertTrue(byDevice > 20 * count && bySoftware > 20 * count, byDevice + " by the device, " + bySoftware + " not");
        }
    }

    /** What the NIC has decrypted, what of it is in part, and what is not, all come to what was sent. */
    @ParameterizedTest
    @EnumSource
    void shouldOpenWhatTheDeviceDecryptsOnAGoodWire(final ModelMode mode) {
        final Simulation simulation = new Simulation(3);
        try (InlinePair pair =
            new InlinePair(simulation, GOOD_WIRE, identities, mode, STAY, THRESHOLD, KeyLimits.DEFAULT, true);
            Messages messages = new Messages(simulation, pair, 600, 20_000)) {
            messages.finish(simulation);
            requireFaultless(pair);
            requireOpened(pair);
            final long whole = pair.countReceived("tls-records-decrypted");
            final long parts = pair.countReceived("tls-records-restored");
            final boolean isMuch = mode == ModelMode.ADVERSARIAL ? whole > 100 && parts > 100 : whole > 300;
            assertTrue(isMuch, whole + " records by the device, " + parts + " by both");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenWhatTheDeviceDecryptsWhateverIsLostReorderedOrChanged(final ModelMode mode) {
        final Simulation simulation = new Simulation(4);
        try (InlinePair pair = new InlinePair(simulation, BAD_WIRE, identities, mode, STAY, THRESHOLD, FEW, true);
            Messages messages = new Messages(simulation, pair, Long.getLong("rds.inline.received", 20_000), 2_000)) {
            messages.finish(simulation);
            requireFaultless(pair);
            requireOpened(pair);
            final long whole = pair.countReceived("tls-records-decrypted");
            final long parts = pair.countReceived("tls-records-restored");
            assertTrue(whole > 70 && parts > 100, whole + " records by the device, " + parts + " by both");
            assertTrue(pair.countReceived("tls-resync-lost") > 0, "no context was made anew");
            assertTrue(pair.countReceived(ModelCounter.RESYNC_ANSWERS) > 10, "the device was never told where it is");
            final long keys = pair.countReceived("tls-rx-ctx");
            final long changes = messages.reference.keyChanges();
            assertTrue(changes > 0 && keys > changes, keys + " keys given to the device, and " + changes + " changes");
        }
    }

    private static void requireOpened(final InlinePair pair) {
        assertEquals(0, pair.countReceived(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, pair.countReceived("node_record_refused"));
        assertEquals(0, pair.countReceived(ModelCounter.KEY_SYNC_VIOLATIONS));
    }
}
