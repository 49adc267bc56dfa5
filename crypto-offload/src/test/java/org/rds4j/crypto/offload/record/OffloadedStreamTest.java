package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.BY_SOFTWARE;
import static org.rds4j.crypto.offload.OffloadRig.MSS;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.queue.RingEnd;

/** Records that stand as plaintext or ciphertext in one stream, whose segments leave by the modelled device as one. */
class OffloadedStreamTest {
    @ParameterizedTest
    @EnumSource
    void shouldCutATrainWherePlaintextBecomesCiphertext(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).policy(BY_SOFTWARE).build();
        rig.append(500, false);
        rig.append(3000, true);
        rig.append(700, true);
        rig.append(400, false);
        rig.append(2000, true);
        rig.post(0, rig.length(), MSS);
        rig.run();
        assertEquals(3022 + 722 + 2022, rig.count(ModelCounter.ENCRYPTED_BYTES));
        assertEquals(2, rig.count(OffloadCounter.RESYNCS));
        rig.assertWhole();
    }

    /** The parts for which the queue has no room leave one after the other. */
    @ParameterizedTest
    @EnumSource
    void shouldSendATrainOfMorePartsThanTheQueueHasRoomFor(final RingEnd ringEnd) {
        final OffloadRig rig = rig().queue(128, ringEnd).policy(BY_SOFTWARE).build();
        for (int i = 0; i < 50; i++) {
            rig.append(1000, i % 2 == 0);
        }
        rig.post(0, rig.length(), MSS);
        rig.run();
        assertTrue(rig.count(OffloadCounter.RECORDS_SEALED) > 5);
        assertTrue(rig.count(ModelCounter.ENCRYPTED_BYTES) > 5 * 1022);
        assertEquals(0, rig.count(OffloadCounter.NO_ROOM));
        rig.assertWhole();
    }

    @Test
    void shouldSealWhatIsSentAgainAndAllBehindItInTheRecord() {
        final OffloadRig rig = rig().policy(BY_SOFTWARE).build();
        rig.append(10_000);
        rig.append(5000);
        rig.send(0, 4 * MSS);
        final int before = rig.wire.count();
        rig.post(MSS, MSS, MSS);
        rig.post(4 * MSS, rig.length() - 4 * MSS, MSS);
        cycle(rig);
        assertEquals(1, rig.asked());
        assertEquals(before + Math.ceilDiv(5022, MSS), rig.wire.count(), "the second record need not wait");
        rig.run();
        assertEquals(before + 1 + Math.ceilDiv(10_022 - 4 * MSS, MSS) + Math.ceilDiv(5022, MSS), rig.wire.count());
        rig.send(0, MSS);
        assertEquals(1, rig.count(OffloadCounter.RECORDS_SEALED), "sealed once");
        rig.assertWire();
    }

    @Test
    void shouldNotSealWhatTheDeviceHasNotReadYet() {
        final OffloadRig rig = rig().policy(BY_SOFTWARE).build();
        rig.append(3000);
        rig.append(3000);
        rig.post(0, 2 * 3022, MSS);
        rig.post(0, MSS, MSS);
        rig.post(3022, MSS, MSS);
        rig.poll();
        assertEquals(0, rig.asked());
        rig.nic.poll();
        rig.poll();
        assertEquals(2, rig.asked());
        rig.run();
        rig.assertWire();
        assertEquals(5 + 2, rig.wire.count());
    }

    @Test
    void shouldKeepMemoryUntilTheDeviceHasReadIt() {
        final OffloadRig rig = rig().policy(BY_SOFTWARE).build();
        rig.append(100, false);
        rig.append(3000, true);
        rig.append(100, false);
        rig.post(0, rig.length(), MSS);
        rig.acknowledge(rig.length());
        rig.poll();
        assertEquals(0, rig.releasable());
        assertFalse(rig.stream.isQuiet());
        rig.run();
        assertEquals(rig.length(), rig.releasable());
        assertTrue(rig.stream.isQuiet() && rig.stream.isPlain());
    }

    @Test
    void shouldSendTheRestOfASegmentThatWaitedWhileThePeerGotItsBeginning() {
        final OffloadRig rig = rig().policy(BY_SOFTWARE).build();
        rig.append(9000);
        rig.append(9000);
        rig.send(0, 9000);
        rig.wire.clear();
        rig.post(MSS, 3 * MSS, MSS); // a train of three, which waits for its record to be sealed
        rig.post(5 * MSS, MSS, MSS);
        rig.poll();
        rig.seal();
        rig.acknowledge(2 * MSS + 100);
        rig.run();
        assertEquals(3, rig.wire.count());
        assertEquals(1000 + 2 * MSS + 100, rig.wire.sequence(0));
        assertEquals(MSS, rig.wire.payload(0).length);
        assertEquals(1000 + 3 * MSS + 100, rig.wire.sequence(1));
        assertEquals(MSS - 100, rig.wire.payload(1).length);
        assertEquals(1000 + 5 * MSS, rig.wire.sequence(2));
        assertEquals(0, rig.count(OffloadCounter.DROPPED_ACKNOWLEDGED));
        rig.assertWire();
    }

    @Test
    void shouldDropASegmentThatWaitedWhileThePeerGotAllOfIt() {
        final OffloadRig rig = rig().policy(BY_SOFTWARE).build();
        rig.append(9000);
        rig.send(0, 9000);
        rig.wire.clear();
        rig.post(MSS, MSS, MSS);
        rig.poll();
        rig.seal();
        rig.acknowledge(2 * MSS);
        rig.run();
        assertEquals(0, rig.wire.count());
        assertEquals(1, rig.count(OffloadCounter.DROPPED_ACKNOWLEDGED));
    }

    /** The device works, and the engine; nothing is sealed. */
    private static void cycle(final OffloadRig rig) {
        rig.nic.poll();
        rig.poll();
        rig.nic.poll();
    }
}
