package org.rds4j.crypto.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.record.AttachTask;
import org.rds4j.crypto.offload.record.DetachTask;
import org.rds4j.crypto.offload.record.DeviceContext;
import org.rds4j.crypto.offload.record.ImageTask;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.record.OffloadedStream;
import org.rds4j.crypto.offload.record.RingImage;
import org.rds4j.crypto.offload.record.SealTask;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * The send stream of one connection on a modelled NIC, put together of what a node puts it together of, but without threads and
 * without TCP: what the encryption thread would do is done when {@link #run} or {@link #seal} is called. Beside it stands the
 * stream that an independent cipher makes of the same records. Offsets are counted from the first record.
 */
public final class OffloadRig {
    public static final int MTU = 1500;
    public static final int MSS = 1448;
    public static final int RING = 1 << 20;
    /** The device may encrypt again what is sent again, however much that is. */
    public static final OffloadPolicy BY_DEVICE =
        OffloadPolicy.DEFAULT.withDeviceRetransmissions(true).withRetransmissions(1000, 1L << 40);
    /** Software seals what is sent again, however much that is. */
    public static final OffloadPolicy BY_SOFTWARE = BY_DEVICE.withDeviceRetransmissions(false);

    private static final int OVERHANG = 1 << 15;

    public final Wire wire = new Wire();
    public final Random random = new Random(7);
    public final OffloadCounters counters = OffloadCounters.allocate();
    public final AeadProvider provider = AeadProviders.best();
    public final ConnectXModel nic;
    public final InlineTls inline;
    public final SendQueue queue;
    public final RecordSealer sealer;
    public final OffloadedStream stream;
    private final int base;
    private final Memory ring = new Memory(RING + OVERHANG);
    private final Memory header = new Memory(128);
    private final ByteArrayOutputStream reference = new ByteArrayOutputStream();
    private final Deque<SealTask> asked = new ArrayDeque<>();
    private final Map<Integer, Integer> images = new LinkedHashMap<>();
    private TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private DeviceContext context;
    private RecordError sealError = RecordError.NONE;
    private int first;
    private int end;
    private int acknowledged;
    private long nextNumber;
    private boolean isKeyOld;

    /** How a rig is made. */
    public static final class Builder {
        private ModelMode mode = ModelMode.STRICT;
        private OffloadPolicy policy = BY_DEVICE;
        private int blocks = 4096;
        private RingEnd ringEnd = RingEnd.PAD;
        private int first = 1000;
        private long number;
        private int before;
        private Capabilities capabilities = ConnectXModel.ALL;
        private int maxTis = 64;
        private KeyLimits limits = KeyLimits.DEFAULT;

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

        public Builder limits(final KeyLimits value) {
            limits = value;
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
        inline = new InlineTls(nic, builder.policy, 1);
        queue = new SendQueue(nic.openQueue(builder.blocks), builder.ringEnd);
        first = builder.first;
        end = first;
        base = first - builder.before;
        acknowledged = base;
        nextNumber = builder.number;
        sealer = new RecordSealer(provider, keys.copy(), builder.limits, nextNumber);
        final AttachTask attached = attached();
        stream = new OffloadedStream(
            queue, new RingImage(ring.address(), RING, attached.memoryKey(), base), MTU, base, builder.policy, counters,
            this::ask);
        use(attached.context());
    }

    private AttachTask attached() {
        final AttachTask task = new AttachTask(
            inline, provider, counters, ring.address(), RING + OVERHANG, queue, done -> { });
        assertEquals(RecordError.NONE, task.execute(sealer, null));
        return task;
    }

    private void use(final DeviceContext newContext) {
        context = newContext;
        if (context == null) {
            stream.leave();
        } else {
            stream.use(context);
            isKeyOld = false;
        }
    }

    /** What the device holds, null for nothing. */
    public DeviceContext context() {
        return context;
    }

    /** Whether the device has the present key, so that records may be for it. */
    public boolean isByDevice() {
        return context != null && !isKeyOld && !stream.isLeaving();
    }

    /** Gives the present key to the device. */
    public void attach() {
        use(attached().context());
    }

    /** Takes the key out of the device. */
    public void detach() {
        new DetachTask(inline, context, queue, false, () -> { }).execute(sealer, null);
        context = null;
    }

    /** Writes a KeyUpdate; what follows is under the next key, which the device does not have yet. */
    public void updateKeys() {
        assertTrue(sealer.updateKeys(address(end)) > 0);
        commit(JceRecords.seal(keys, nextNumber, new byte[] {24, 0, 0, 1, 0}, 22));
        keys = keys.next();
        nextNumber = 0;
        isKeyOld = true;
    }

    /** The next key takes the place of the old one in the device as soon as that is not needed any more. */
    public void changeKey() {
        if (isKeyOld && context != null && !stream.isLeaving() && stream.isPlain()) {
            detach();
            attach();
        }
    }

    /** Appends a record of random content, for the device when that has the key. */
    public void append(final int length) {
        append(length, isByDevice());
    }

    public void append(final int length, final boolean isForDevice) {
        assertEquals(RecordError.NONE, append(randomContent(length), isForDevice));
    }

    public RecordError append(final byte[] content, final boolean isForDevice) {
        final Memory memory = Memory.of(content);
        RecordError error = RecordError.NONE;
        if (isForDevice) {
            assertTrue(stream.hasRoomFor(1));
            final ImageTask task = new ImageTask((done, why) ->
                stream.append((int) done.position(), done.length(), done.number(), done.digest()));
            task.set(context, memory.address(), content.length, address(end), end);
            error = task.execute(sealer, null);
            if (error == RecordError.NONE) {
                task.onExecuted(error);
                mark(end, task.length());
            }
        } else if (sealer.seal(memory.address(), content.length, address(end)) == 0) {
            error = sealer.error();
        }
        if (error == RecordError.NONE) {
            commit(JceRecords.seal(keys, nextNumber, content, 23));
        }
        return error;
    }

    public void appendAlert(final int description) {
        sealer.sealAlert(description, address(end));
        commit(JceRecords.seal(keys, nextNumber, new byte[] {2, (byte) description}, 21));
    }

    public byte[] randomContent(final int length) {
        final byte[] content = new byte[length];
        random.nextBytes(content);
        return content;
    }

    private void commit(final byte[] sealed) {
        wrap(end, sealed.length);
        end += sealed.length;
        nextNumber++;
        reference.writeBytes(sealed);
    }

    /** What was written behind the ring's end belongs to its start, too. */
    private void wrap(final int position, final int length) {
        final int beyond = (position - base & RING - 1) + length - RING;
        if (beyond > 0) {
            ring.put(0, ring.get(RING, beyond));
        }
    }

    private long address(final int position) {
        return ring.address() + (position - base & RING - 1);
    }

    /** Until it is sealed or given up, an image must not leave as it is. */
    private void mark(final int position, final int length) {
        images.put(position, length);
        nic.plaintext(address(position), length, true);
    }

    private void unmark(final int position) {
        nic.plaintext(address(position), images.remove(position), false);
    }

    private void unmarkReleased() {
        while (!images.isEmpty() && images.keySet().iterator().next() - stream.releasable() < 0) {
            unmark(images.keySet().iterator().next());
        }
    }

    /** Lets octets pass that nobody looks at, until all is acknowledged; offsets are counted from behind them. */
    public void skip(final int octets) {
        acknowledge(length());
        run();
        end += octets;
        send(length() - 1, 1);
        acknowledge(length());
        run();
        first = end;
        reference.reset();
        wire.clear();
    }

    /** Overwrites octets of the stream. */
    public void write(final int offset, final byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            ring.put(first + offset + i - base & RING - 1, new byte[] {octets[i]});
        }
    }

    public byte[] read(final int offset, final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = ring.get(first + offset + i - base & RING - 1, 1)[0];
        }
        return octets;
    }

    /** The ciphertext of all records so far. */
    public byte[] reference() {
        return reference.toByteArray();
    }

    /** Octets of all records. */
    public int length() {
        return end - first;
    }

    /** Posts a segment or a train; nothing is executed. */
    public void post(final int offset, final int length, final int mss) {
        assertTrue(stream.hasRoom());
        Wire.writeHeader(header, 0, first + offset, Math.min(length, mss));
        stream.transmit(first + offset, length, mss, header.address(), Wire.HEADER_LENGTH);
    }

    /** Posts, and runs. */
    public void send(final int offset, final int length) {
        post(offset, length, MSS);
        run();
    }

    /** Sends a range in trains of at most 32 KiB. */
    public void sendAll(final int from, final int to) {
        for (int at = from; at < to; at += 1 << 15) {
            send(at, Math.min(1 << 15, to - at));
        }
    }

    /** The device works, what has to be sealed is, and so on until nothing is left to do. */
    public void run() {
        for (int idle = 0; idle < 3; idle++) {
            idle = nic.poll() + poll() + seal() > 0 ? 0 : idle;
        }
    }

    /** The engine takes completions, and sends what has waited. */
    public int poll() {
        final int work = stream.poll(acknowledged);
        unmarkReleased();
        return work;
    }

    /** The peer has all before the offset. */
    public void acknowledge(final int offset) {
        acknowledged = first + offset;
        poll();
    }

    private boolean ask(final int position, final int length, final long number, final long digest) {
        final SealTask task = new SealTask(this::onSealed);
        task.set(context, address(position), length, position, number, digest);
        return asked.add(task);
    }

    private void onSealed(final SealTask task, final RecordError error) {
        wrap((int) task.position(), task.length());
        sealError = error;
        if (error == RecordError.NONE) {
            unmark((int) task.position());
        }
        stream.onSealed((int) task.position(), error == RecordError.NONE);
    }

    /** Seals what was asked for. */
    public int seal() {
        int count = 0;
        for (; !asked.isEmpty(); count++) {
            final SealTask task = asked.remove();
            task.onExecuted(task.execute(sealer, null));
        }
        return count;
    }

    /** Records that are to be sealed. */
    public int asked() {
        return asked.size();
    }

    /** What became of the record that was to be sealed last. */
    public RecordError sealError() {
        return sealError;
    }

    /** Offset up to which memory may be used for something else. */
    public int releasable() {
        return stream.releasable() - first;
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

    /** Also, the packets are all of it, once and in order. */
    public void assertWhole() {
        assertWire();
        assertArrayEquals(reference(), wire.payloads());
    }
}
