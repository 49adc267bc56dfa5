package org.rds4j.crypto.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.record.AppendResult;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.record.RecordImage;
import org.rds4j.crypto.offload.record.RingImage;
import org.rds4j.crypto.offload.record.StreamImage;
import org.rds4j.crypto.offload.record.TlsTransmitter;
import org.rds4j.crypto.offload.record.TransmitResult;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.TrafficKeys;

/** One connection on a modelled NIC, with the stream that an independent cipher makes of the same records beside it. */
public final class OffloadRig {
    public static final int MTU = 1500;
    public static final int MSS = 1448;
    public static final int RING = 1 << 20;

    public final Wire wire = new Wire();
    public final Random random = new Random(7);
    public final OffloadCounters counters = OffloadCounters.allocate();
    public final ConnectXModel nic;
    public final FirmwareChannel channel;
    public final KeyPool keyPool;
    public final TisPool tisPool;
    public final QueueMemory memory;
    public final SendQueue queue;
    public final TlsTransmitter transmitter;
    public final int first;
    /** The transmitter's own. */
    public final TrafficKeys given = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final int base;
    private final Memory ring = new Memory(RING);
    private final Memory header = new Memory(128);
    private final ByteArrayOutputStream reference = new ByteArrayOutputStream();
    private TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private long nextNumber;

    /** How a rig is made. */
    public static final class Builder {
        private ModelMode mode = ModelMode.STRICT;
        private OffloadPolicy policy = OffloadPolicy.DEFAULT.withDeviceRetransmissions(true).withRetransmissions(1000, 1L << 40);
        private int blocks = 4096;
        private RingEnd ringEnd = RingEnd.PAD;
        private int first = 1000;
        private long number;
        private int before;
        private Capabilities capabilities = ConnectXModel.ALL;
        private int maxTis = 64;

        public Builder mode(final ModelMode value) {
            mode = value;
            return this;
        }

        public Builder policy(final OffloadPolicy value) {
            policy = value;
            return this;
        }

        public Builder queue(final int blockCount, final RingEnd end) {
            blocks = blockCount;
            ringEnd = end;
            return this;
        }

        public Builder start(final int sequence, final long recordNumber) {
            first = sequence;
            number = recordNumber;
            return this;
        }

        /** Octets of the stream before the first record. */
        public Builder before(final int octets) {
            before = octets;
            return this;
        }

        public Builder device(final Capabilities all, final int contexts) {
            capabilities = all;
            maxTis = contexts;
            return this;
        }

        public OffloadRig build() {
            return new OffloadRig(this);
        }
    }

    public static Builder rig() {
        return new Builder();
    }

    private OffloadRig(final Builder builder) {
        nic = new ConnectXModel(builder.mode, MTU, wire, builder.capabilities, builder.maxTis);
        channel = new FirmwareChannel(nic);
        keyPool = new KeyPool(channel);
        tisPool = new TisPool(channel);
        memory = nic.openQueue(builder.blocks);
        queue = new SendQueue(memory, builder.ringEnd);
        first = builder.first;
        nextNumber = builder.number;
        base = first - builder.before;
        final StreamImage image = new RingImage(ring.address(), RING, nic.register(ring.address(), RING), base);
        transmitter = new TlsTransmitter(
            nic, channel, keyPool, tisPool, queue, AeadProviders.best(), image, MTU, builder.policy, counters);
        transmitter.start(given, first, nextNumber, base);
    }

    /** Appends a record of random content. */
    public void append(final int contentLength) {
        append(contentLength, 23, true);
    }

    public void append(final int contentLength, final int type, final boolean isForDevice) {
        assertEquals(AppendResult.APPENDED, tryAppend(contentLength, type, isForDevice));
    }

    public AppendResult tryAppend(final int contentLength, final int type, final boolean isForDevice) {
        final byte[] content = new byte[contentLength];
        random.nextBytes(content);
        return tryAppend(content, type, isForDevice);
    }

    public AppendResult tryAppend(final byte[] content, final int type, final boolean isForDevice) {
        final Memory image = new Memory(RecordImage.length(content.length));
        image.put(5, content);
        RecordImage.frame(image.address(), content.length, type);
        write(transmitter.end(), image.get(0, RecordImage.length(content.length)));
        final AppendResult result = transmitter.append(RecordImage.length(content.length), isForDevice);
        if (result == AppendResult.APPENDED) {
            reference.writeBytes(JceRecords.seal(keys, nextNumber++, content, type));
        }
        return result;
    }

    /** Writes octets of the stream, wherever the ring ends. */
    public void write(final int sequence, final byte[] octets) {
        final int at = sequence - base & RING - 1;
        final int toEnd = Math.min(octets.length, RING - at);
        ring.put(at, Arrays.copyOf(octets, toEnd));
        ring.put(0, Arrays.copyOfRange(octets, toEnd, octets.length));
    }

    public byte[] read(final int sequence, final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = ring.get(sequence - base + i & RING - 1, 1)[0];
        }
        return octets;
    }

    public void changeKeys() {
        append(5, 22, true);
        transmitter.changeKeys();
        keys = keys.next();
        nextNumber = 0;
    }

    /** The ciphertext of all records so far. */
    public byte[] reference() {
        return reference.toByteArray();
    }

    public int length() {
        return reference.size();
    }

    /** Posts a segment at an offset behind the first record's start; nothing is executed. */
    public TransmitResult post(final int offset, final int length, final int mss) {
        Wire.writeHeader(header, 0, first + offset, Math.min(length, mss));
        final TransmitResult result =
            transmitter.transmit(first + offset, length, mss, header.address(), Wire.HEADER_LENGTH);
        queue.ring();
        return result;
    }

    /** Address of headers of a segment of one packet. */
    public long header(final int offset, final int length) {
        Wire.writeHeader(header, 0, first + offset, length);
        return header.address();
    }

    /** Posts and executes. */
    public TransmitResult send(final int offset, final int length) {
        final TransmitResult result = post(offset, length, MSS);
        run();
        return result;
    }

    /** Sends a range in trains of at most 32 KiB. */
    public void sendAll(final int from, final int to) {
        for (int at = from; at < to; at += 1 << 15) {
            send(at, Math.min(1 << 15, to - at));
        }
    }

    public void run() {
        nic.poll();
        transmitter.poll();
    }

    public void acknowledge(final int offset) {
        transmitter.onAcknowledged(first + offset);
    }

    /** The stream's memory must not leave as it is. */
    public void markPlaintext() {
        nic.plaintext(ring.address(), RING, true);
    }

    public long count(final OffloadCounter counter) {
        return counters.get(counter);
    }

    public long count(final ModelCounter counter) {
        return nic.counters().get(counter);
    }

    /** Every packet is a slice of the reference, and the device found nothing wrong. */
    public void assertWire() {
        wire.assertSlicesOf(reference(), first);
        assertEquals(0, count(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, count(ModelCounter.PLAINTEXT_LEAK));
        assertEquals(0, count(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, count(ModelCounter.UNFENCED_PARAMETERS));
    }
}
