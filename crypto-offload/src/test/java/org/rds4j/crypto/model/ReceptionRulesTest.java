package org.rds4j.crypto.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.offload.firmware.EncryptionKeyCommand;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.firmware.FirmwareStatus;
import org.rds4j.crypto.offload.firmware.TirCommand;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ProgressParameters;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.record.TrafficKeys;

/** What the device does with drivers that break a rule of reception, element by element, and what it says of itself. */
class ReceptionRulesTest {
    private static final int SALT = 0x380b541d;
    private static final long IV_TAIL = 0xc252b1f0618aea80L;
    private static final int SEQUENCE = 0x11223344;
    private static final long NUMBER = 5;

    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final byte[] key = keys.key();
    private final Memory report = new Memory(128);
    private final long destination = report.address() + 63 & ~63L;
    private ConnectXModel nic;
    private FirmwareChannel channel;
    private SendQueue queue;
    private QueueMemory memory;
    private int tir;
    private int dek;
    private int memoryKey;

    @Test
    void shouldReportWhereItStands() {
        open(ModelMode.STRICT);
        start(tir, dek);
        assertReport(SEQUENCE, 0, ProgressParameters.TRACKER_START, ProgressParameters.AUTH_NO_OFFLOAD, 0);
        final byte[] record = JceRecords.seal(keys, NUMBER, new byte[100], 23);
        assertEquals(Completion.DECRYPTED, receive(SEQUENCE, record));
        assertReport(
            SEQUENCE + 122, 0, ProgressParameters.TRACKER_TRACKING, ProgressParameters.AUTH_OFFLOAD, 0);
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE + 1000, new byte[100]));
        assertReport(SEQUENCE + 1100, 0, ProgressParameters.TRACKER_SEARCHING, ProgressParameters.AUTH_NO_OFFLOAD, 0);
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE + 1100, record));
        assertEquals(Completion.RESYNC, receive(SEQUENCE + 1222, record));
        assertReport(
            SEQUENCE + 1344, SEQUENCE + 1100, ProgressParameters.TRACKER_TRACKING, ProgressParameters.AUTH_NO_OFFLOAD, 2);
        assertEquals(4, nic.counters().get(ModelCounter.READBACKS));
    }

    @Test
    void shouldLeaveFramingAsItCameAndDecryptTheRest() {
        open(ModelMode.STRICT);
        start(tir, dek);
        final byte[] content = {1, 2, 3, 4, 5, 6, 7};
        final byte[] record = JceRecords.seal(keys, NUMBER, content, 21);
        final Memory frame = frame(SEQUENCE, record);
        nic.receive(frame.address(), Wire.HEADER_LENGTH + record.length, report.address());
        final byte[] expected = record.clone();
        System.arraycopy(content, 0, expected, 5, content.length);
        expected[5 + content.length] = 21;
        assertArrayEquals(expected, frame.get(Wire.HEADER_LENGTH, record.length));
    }

    @Test
    void shouldLeavePacketsAloneOfWhichItHasSeenAPart() {
        open(ModelMode.STRICT);
        start(tir, dek);
        final byte[] record = JceRecords.seal(keys, NUMBER, new byte[100], 23);
        assertEquals(Completion.DECRYPTED, receive(SEQUENCE, Arrays.copyOf(record, 60)));
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE + 50, Arrays.copyOfRange(record, 50, 100)));
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE + 70, Arrays.copyOfRange(record, 70, 90)));
        assertEquals(Completion.DECRYPTED, receive(SEQUENCE + 100, Arrays.copyOfRange(record, 100, 122)));
    }

    @Test
    void shouldDecryptTls12() {
        open(ModelMode.STRICT);
        queue.postReceiveParameters(0, tir, TlsVersion.TLS_1_2, NUMBER, 0, SALT, 0, dek);
        queue.postReceiveProgress(tir, SEQUENCE);
        run();
        nic.steer(flow(), tir);
        assertEquals(Completion.DECRYPTED, receive(SEQUENCE, JceRecords.seal12(keys, NUMBER, 77, new byte[100])));
        assertEquals(
            Completion.DECRYPTION_ERROR, receive(SEQUENCE + 129, JceRecords.seal12(keys, NUMBER, 77, new byte[100])));
    }

    @Test
    void shouldRefuseContextsThatDoNotExistOrAreNotForTls() {
        open(ModelMode.STRICT);
        queue.postReceiveParameters(0, tir + 1, TlsVersion.TLS_1_3, 0, 0, SALT, IV_TAIL, dek);
        assertRefused(WqeError.TIR_UNKNOWN);
        open(ModelMode.STRICT);
        queue.postReceiveProgress(tir + 1, 0);
        assertRefused(WqeError.TIR_UNKNOWN);
        open(ModelMode.STRICT);
        queue.postReadback(tir + 1, memoryKey, destination);
        assertRefused(WqeError.TIR_UNKNOWN);
        open(ModelMode.STRICT);
        queue.postReceiveParameters(0, plainTir(), TlsVersion.TLS_1_3, 0, 0, SALT, IV_TAIL, dek);
        assertRefused(WqeError.TIR_WITHOUT_TLS);
        open(ModelMode.STRICT);
        queue.postReceiveParameters(0, channel.createTis(), TlsVersion.TLS_1_3, 0, 0, SALT, IV_TAIL, dek);
        assertRefused(WqeError.TIR_UNKNOWN);
    }

    @Test
    void shouldRefuseKeysThatDoNotExistOrAreForSomethingElse() {
        open(ModelMode.STRICT);
        start(tir, dek + 1);
        assertEquals(WqeError.DEK_UNKNOWN, nic.failure(memory));
        open(ModelMode.STRICT);
        start(tir, otherKey(31, 0x1a));
        assertEquals(WqeError.DEK_DOMAIN, nic.failure(memory));
        open(ModelMode.STRICT);
        start(tir, otherKey(27, 2));
        assertEquals(WqeError.DEK_PURPOSE, nic.failure(memory));
        open(ModelMode.STRICT, new Capabilities(true, false, true, true, true, true, true, true, 12));
        start(tir, dek);
        assertEquals(WqeError.CAPABILITY, nic.failure(memory));
    }

    @Test
    void shouldRefuseAStartWithoutParametersAndMemoryItMayNotWrite() {
        open(ModelMode.STRICT);
        queue.postReceiveProgress(tir, 0);
        assertRefused(WqeError.CONTEXT_UNUSABLE);
        open(ModelMode.REAL);
        queue.postReceiveProgress(tir, SEQUENCE);
        run();
        nic.steer(flow(), tir);
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE, JceRecords.seal(keys, NUMBER, new byte[100], 23)));
        open(ModelMode.STRICT);
        queue.postReadback(tir, memoryKey, destination + 4096);
        assertRefused(WqeError.MEMORY_KEY);
    }

    @Test
    void shouldNotTouchPacketsThatNoRuleSendsToAContext() {
        open(ModelMode.STRICT);
        start(tir, dek);
        nic.unsteer(flow());
        assertEquals(Completion.NOT_DECRYPTED, receive(SEQUENCE, JceRecords.seal(keys, NUMBER, new byte[100], 23)));
        assertFalse(nic.steer(flow(), tir + 1));
        assertEquals(0, nic.counters().get(ModelCounter.RECEIVED_NOT_DECRYPTED));
    }

    private void assertReport(
        final int nextRecord, final int resync, final int tracker, final int authentication, final int recordsSince) {
        queue.postReadback(tir, memoryKey, destination);
        run();
        assertEquals(WqeError.NONE, nic.failure(memory));
        assertEquals(tir, ProgressParameters.object(destination));
        assertEquals(nextRecord, ProgressParameters.nextRecord(destination));
        assertEquals(resync, ProgressParameters.resync(destination));
        assertEquals(tracker, ProgressParameters.tracker(destination));
        assertEquals(authentication, ProgressParameters.authentication(destination));
        assertEquals(recordsSince, ProgressParameters.recordsSince(destination));
    }

    private void assertRefused(final WqeError error) {
        run();
        assertEquals(error, nic.failure(memory));
        assertEquals(error, queue.failure());
    }

    private void open(final ModelMode mode) {
        open(mode, ConnectXModel.ALL);
    }

    private void open(final ModelMode mode, final Capabilities capabilities) {
        nic = new ConnectXModel(mode, 1500, new Wire(), capabilities, 64);
        channel = new FirmwareChannel(nic);
        memory = nic.openQueue(64);
        queue = new SendQueue(memory, RingEnd.PAD);
        tir = channel.createTir(nic.receiveQueue());
        dek = channel.createKey(key);
        memoryKey = nic.register(destination, 64);
    }

    private void start(final int context, final int encryptionKey) {
        queue.postReceiveParameters(0, context, TlsVersion.TLS_1_3, NUMBER, 0, SALT, IV_TAIL, encryptionKey);
        queue.postReceiveProgress(context, SEQUENCE);
        run();
        nic.steer(flow(), context);
    }

    private int otherKey(final int offset, final int octet) {
        final Memory command = new Memory(1024);
        EncryptionKeyCommand.create(command.address(), nic.protectionDomain(), key);
        command.put(offset, new byte[] {(byte) octet});
        nic.execute(command.address(), EncryptionKeyCommand.LENGTH, command.address() + 600, 16);
        return EncryptionKeyCommand.id(command.address() + 600);
    }

    private int plainTir() {
        final Memory command = new Memory(512);
        TirCommand.create(command.address(), nic.transportDomain(), nic.receiveQueue());
        command.put(36, new byte[1]);
        nic.execute(command.address(), TirCommand.CREATE_LENGTH, command.address() + 300, 16);
        assertEquals(FirmwareStatus.OK, FirmwareStatus.of(command.get(300, 1)[0]));
        return FirmwareCommand.number(command.address() + 300);
    }

    private int receive(final int sequence, final byte[] payload) {
        final Memory completion = new Memory(64);
        final Memory frame = frame(sequence, payload);
        nic.receive(frame.address(), Wire.HEADER_LENGTH + payload.length, completion.address());
        return Completion.decryption(completion.address());
    }

    private static Memory frame(final int sequence, final byte[] payload) {
        final Memory frame = new Memory(Wire.HEADER_LENGTH + payload.length);
        Wire.writeHeader(frame, 0, sequence, payload.length);
        frame.put(Wire.HEADER_LENGTH, payload);
        Wire.writeChecksums(frame, Wire.HEADER_LENGTH + payload.length);
        return frame;
    }

    private static byte[] flow() {
        final Memory header = new Memory(Wire.HEADER_LENGTH);
        Wire.writeHeader(header, 0, 0, 0);
        return header.get(26, 12);
    }

    private void run() {
        queue.ring();
        nic.poll();
        queue.poll();
    }
}
