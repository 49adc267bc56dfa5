package org.rds4j.crypto.offload.record;

import java.util.ArrayDeque;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.SendWqe;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * What drives the parts of the library in tests of a device's rules, without threads and without TCP; connections have
 * {@link OffloadedStream}. One connection whose records are encrypted on their way out: by the device, or by software to the same
 * octets. It owns a send queue. Records are {@link #append appended} as they stand in the {@link StreamImage}, segments of them
 * are {@link #transmit transmitted} in any order and as often as TCP likes; what may be forgotten is learnt from acknowledgements
 * and completions.
 * <p>
 * The same record number never meets two plaintexts: an image that changed after it was sent ends the connection. Plaintext never
 * leaves in an element without a TIS. Nothing throws, waits or allocates but {@link #start}, {@link #changeKeys},
 * {@link #maintain} and {@link #close}, which may send firmware commands. Not thread safe.
 */
public final class TlsTransmitter implements AutoCloseable {
    private static final int CIPHERTEXT_CAPACITY = 1 << 18;

    private final SendQueue queue;
    private final KeyPool keyPool;
    private final TisPool tisPool;
    private final FirmwareChannel channel;
    private final AeadProvider provider;
    private final OffloadPolicy policy;
    private final OffloadCounters counters;
    private final int mtu;
    private final ImageReader image;
    private final RecordMap map;
    private final SoftwareCipher software;
    private final CiphertextRing ciphertext;
    private final RetransmissionGauge gauge;
    private final KeyUsage usage;
    private final ArrayDeque<KeyEpoch> epochs = new ArrayDeque<>(4);
    private KeyEpoch epoch;
    private DeviceCipher device;
    private OffloadMode mode = OffloadMode.SOFTWARE;
    private int streamStart;
    private int acknowledged;
    private int sent;
    private int releasable;
    private long untaggedPosition;
    private boolean isStartAcknowledged;
    private int deviceEnd;
    private boolean isDeviceEndReleased;
    private boolean isImageChanged;

    /**
     * A connection that has not begun.
     *
     * @param nic      of the queue.
     * @param channel  to its firmware.
     * @param keyPool  of the device.
     * @param tisPool  of the device.
     * @param queue    the connection's own; retained.
     * @param provider of AES-GCM in software.
     * @param stream   where the records stand; retained.
     * @param mtu      longest IP packet, also of what is dumped.
     * @param policy   when the device is used.
     * @param counters to report to.
     */
    public TlsTransmitter(
        final OffloadDevice nic,
        final FirmwareChannel channel,
        final KeyPool keyPool,
        final TisPool tisPool,
        final SendQueue queue,
        final AeadProvider provider,
        final StreamImage stream,
        final int mtu,
        final OffloadPolicy policy,
        final OffloadCounters counters) {
        this.channel = channel;
        this.keyPool = keyPool;
        this.tisPool = tisPool;
        this.queue = queue;
        this.provider = provider;
        this.mtu = mtu;
        this.policy = policy;
        this.counters = counters;
        image = new ImageReader(stream);
        map = new RecordMap(policy.records());
        software = new SoftwareCipher(map, image);
        ciphertext = new CiphertextRing(nic, CIPHERTEXT_CAPACITY);
        gauge = new RetransmissionGauge(policy.retransmissionWindow(), policy.retransmissionPermille());
        usage = new KeyUsage(policy.limits());
    }

    /**
     * Begins with records. A device without context or key for the connection leaves it to software; the caller sees no
     * difference.
     *
     * @param keys           of this direction; taken over.
     * @param sequence       of the first record's first octet.
     * @param recordNumber   of the first record.
     * @param unacknowledged first octet the peer has not acknowledged, at most 2^31 before {@code sequence}.
     */
    public void start(final TrafficKeys keys, final int sequence, final long recordNumber, final int unacknowledged) {
        streamStart = sequence;
        isStartAcknowledged = unacknowledged == sequence;
        acknowledged = unacknowledged;
        releasable = unacknowledged;
        sent = sequence;
        map.start(sequence);
        usage.restart(recordNumber);
        epoch = new KeyEpoch(keys, provider);
        epochs.add(epoch);
        startDevice();
    }

    /**
     * Takes the record that stands behind the last one. At the hard limit of a key only alerts and KeyUpdate pass.
     *
     * @param length      octets with header, type and tag.
     * @param isForDevice false for a record that software is to encrypt, since it is small.
     * @return whether it was taken.
     */
    public AppendResult append(final int length, final boolean isForDevice) {
        final int contentLength = length - RecordHeaderFlyweight.OVERHEAD;
        final int start = map.end();
        if (contentLength > RecordHeaderFlyweight.MAX_CONTENT_LENGTH) {
            return AppendResult.TOO_LONG;
        }
        if (contentLength < 0 || !isRecord(start, length)) {
            return AppendResult.MALFORMED;
        }
        if (usage.isEnded() || (isData(start, length) && usage.isLimitExceededBy(contentLength))) {
            return AppendResult.KEY_EXHAUSTED;
        }
        if (map.isFull()) {
            return AppendResult.FULL;
        }
        map.append(
            length, usage.nextNumber(), epoch, isForDevice && mode == OffloadMode.DEVICE, image.digest(start, length));
        usage.onRecord(contentLength);
        return AppendResult.APPENDED;
    }

    /**
     * Posts a segment, or a train of segments. {@link SendQueue#ring} is the caller's to call.
     *
     * @param sequence     of the first payload octet.
     * @param length       octets of payload, 0 for an acknowledgement.
     * @param mss          payload octets of each packet of a train.
     * @param header       address of Ethernet, IP and TCP headers; copied.
     * @param headerLength octets of headers.
     * @return what became of it.
     */
    public TransmitResult transmit(
        final int sequence, final int length, final int mss, final long header, final int headerLength) {
        if (queue.failure() != WqeError.NONE) {
            return TransmitResult.QUEUE_FAILED;
        }
        if (length == 0 || isBeforeStart(sequence + length)) {
            return transmitUntagged(sequence, length, mss, header, headerLength);
        }
        final TransmitResult place = place(sequence, length);
        if (place != TransmitResult.SEALED) {
            return place;
        }
        final int slot = map.find(sequence);
        final boolean isRetransmission = sequence - sent < 0;
        final boolean isByDevice = isByDevice(slot, sequence, length, isRetransmission, headerLength);
        final TransmitResult result = isByDevice
            ? transmitByDevice(slot, sequence, length, mss, header, headerLength)
            : transmitSealed(slot, sequence, length, mss, header, headerLength);
        if (result == TransmitResult.ENCRYPTED || result == TransmitResult.SEALED) {
            onSent(sequence, length, isRetransmission);
        }
        return result;
    }

    /**
     * Encrypts a range for another way out than the queue.
     *
     * @param sequence    of the first octet.
     * @param length      octets.
     * @param destination address of as many octets.
     * @return {@link TransmitResult#SEALED} when they were written, otherwise why not.
     */
    public TransmitResult encrypt(final int sequence, final int length, final long destination) {
        final TransmitResult place = place(sequence, length);
        if (place != TransmitResult.SEALED) {
            return place;
        }
        return software.encrypt(map.find(sequence), sequence, length, destination)
            ? TransmitResult.SEALED : imageChanged();
    }

    /**
     * Learns what the peer has.
     *
     * @param sequence of the first octet it has not acknowledged.
     */
    public void onAcknowledged(final int sequence) {
        if (sequence - acknowledged > 0) {
            acknowledged = sequence;
            isStartAcknowledged |= sequence - streamStart >= 0;
            release();
        }
    }

    /**
     * Takes completions of the queue.
     *
     * @return how many there were.
     */
    public int poll() {
        final int count = queue.poll();
        if (count > 0) {
            ciphertext.release(completed());
            release();
        }
        return count;
    }

    /**
     * Up to where the stream's memory may be used for something else: the peer has it and no element reads it.
     *
     * @return a sequence number.
     */
    public int releasable() {
        if (completed() >= untaggedPosition) {
            releasable = isStartAcknowledged ? map.firstKept() : acknowledged;
        }
        return releasable;
    }

    /**
     * Whether a new key is due.
     *
     * @return true from the soft limit on.
     */
    public boolean isKeyUpdateDue() {
        return usage.isSoftLimitReached();
    }

    /**
     * Changes to the next key, for records appended from now on; the KeyUpdate itself was appended before. Software encrypts
     * them until the peer has all that went under the old key.
     */
    public void changeKeys() {
        epoch = new KeyEpoch(epoch.nextKeys(), provider);
        epochs.add(epoch);
        usage.restart(0);
        if (mode == OffloadMode.DEVICE) {
            mode = OffloadMode.KEY_CHANGE;
            deviceEnd = map.end();
            isDeviceEndReleased = map.isEmpty();
        }
        counters.increment(OffloadCounter.KEY_CHANGES);
    }

    /** Does what is due and is not for the packet path: gives up keys that nothing needs, returns to the device. */
    public void maintain() {
        if (queue.failure() != WqeError.NONE) {
            fallBack();
        }
        if (mode == OffloadMode.KEY_CHANGE && isDeviceDrained() && device.hasRoomToStart()) {
            resumeDevice();
        }
        if (mode == OffloadMode.SOFTWARE && device != null && completed() >= device.lastPosition()) {
            leaveDevice();
        }
        while (epochs.peekFirst() != epoch && isUnused(epochs.peekFirst())) {
            epochs.pollFirst().close();
            software.forget();
        }
    }

    /**
     * Leaves the device for good: its resources ran short, it was reset, or too much is sent again.
     */
    public void fallBack() {
        if (mode != OffloadMode.SOFTWARE) {
            mode = OffloadMode.SOFTWARE;
            counters.increment(OffloadCounter.FALLBACKS);
        }
    }

    /**
     * Who encrypts.
     *
     * @return the mode.
     */
    public OffloadMode mode() {
        return mode;
    }

    /**
     * Behind the last record.
     *
     * @return where the next one must stand.
     */
    public int end() {
        return map.end();
    }

    /**
     * The octet that the device would take for the next one.
     *
     * @return its sequence number; without meaning while there is no device.
     */
    public int expected() {
        return device == null ? 0 : device.expected();
    }

    /**
     * Records kept.
     *
     * @return how many.
     */
    public int records() {
        return map.count();
    }

    /** Gives everything back and wipes the keys. What the queue still holds must have completed or never do. */
    @Override
    public void close() {
        mode = OffloadMode.SOFTWARE;
        if (device != null) {
            leaveDevice();
        }
        epochs.forEach(KeyEpoch::close);
        epochs.clear();
        software.forget();
    }

    private boolean isRecord(final int start, final int length) {
        final int lengthField = (image.octet(start + 3) << 8) | image.octet(start + 4);
        final int version = (image.octet(start + 1) << 8) | image.octet(start + 2);
        return image.octet(start) == RecordHeaderFlyweight.TYPE_APPLICATION_DATA
            && version == RecordHeaderFlyweight.LEGACY_VERSION
            && lengthField == length - RecordHeaderFlyweight.HEADER_LENGTH;
    }

    private boolean isData(final int start, final int length) {
        final int type = image.octet(start + length - RecordHeaderFlyweight.MIN_LENGTH);
        return type == RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
    }

    /** Where a range lies; SEALED when it may be sent. */
    private TransmitResult place(final int sequence, final int length) {
        if (isImageChanged) {
            return TransmitResult.IMAGE_CHANGED;
        }
        if (isBeforeStart(sequence + 1)) {
            counters.increment(OffloadCounter.DROPPED_STRADDLING);
            return TransmitResult.STRADDLING;
        }
        if (sequence - acknowledged < 0) {
            counters.increment(OffloadCounter.DROPPED_ACKNOWLEDGED);
            return TransmitResult.ACKNOWLEDGED;
        }
        if (sequence + length - map.end() > 0 || map.find(sequence) == RecordMap.NONE) {
            counters.increment(OffloadCounter.DROPPED_UNKNOWN);
            return TransmitResult.UNKNOWN;
        }
        return TransmitResult.SEALED;
    }

    private boolean isByDevice(
        final int slot, final int sequence, final int length, final boolean isRetransmission, final int headerLength) {
        if (device == null || mode == OffloadMode.SOFTWARE || !isForDevice(slot, sequence + length)) {
            return false;
        }
        final boolean isWanted =
            device.isExpected(sequence) || !isRetransmission || policy.hasDeviceRetransmissions();
        return isWanted
            && device.fits(sequence, length, headerLength)
            && device.resyncBlocks(slot, sequence) <= queue.memory().blocks() / 2;
    }

    /** Whether all records of a range were appended for the device, which has their key as long as one of them is kept. */
    private boolean isForDevice(final int firstSlot, final int end) {
        int slot = firstSlot;
        boolean isForDevice = map.isForDevice(slot);
        while (isForDevice && map.endOf(slot) - end < 0) {
            slot = map.next(slot);
            isForDevice = map.isForDevice(slot);
        }
        return isForDevice;
    }

    private TransmitResult transmitByDevice(
        final int slot, final int sequence, final int length, final int mss, final long header, final int headerLength) {
        final boolean isExpected = device.isExpected(sequence);
        final int sendBlocks = device.sendBlocks(sequence, length, headerLength);
        final int resyncBlocks = isExpected ? 0 : device.resyncBlocks(slot, sequence);
        if (!queue.hasRoom(resyncBlocks + sendBlocks, Math.max(sendBlocks, isExpected ? 1 : 3))) {
            return noRoom();
        }
        if ((!isExpected || sequence - sent < 0) && !isUnchanged(slot, sequence + length)) {
            return imageChanged();
        }
        if (!isExpected) {
            counters.increment(OffloadCounter.OUT_OF_ORDER);
            device.resync(slot, sequence);
        }
        device.send(slot, sequence, length, length > mss ? mss : 0, header, headerLength);
        counters.increment(OffloadCounter.ENCRYPTED_PACKETS);
        counters.add(OffloadCounter.ENCRYPTED_BYTES, length);
        return TransmitResult.ENCRYPTED;
    }

    private TransmitResult transmitSealed(
        final int slot, final int sequence, final int length, final int mss, final long header, final int headerLength) {
        final int blocks = ControlSegment.blocks(SendWqe.headSegments(headerLength) + 1);
        if (!ciphertext.hasRoom(length) || !queue.hasRoom(blocks, blocks)) {
            return noRoom();
        }
        final long data = ciphertext.claim(length);
        if (!software.encrypt(slot, sequence, length, data)) {
            return imageChanged();
        }
        post(length, mss, header, headerLength, ciphertext.memoryKey(), data);
        ciphertext.commit(length, queue.produced());
        counters.increment(OffloadCounter.SEALED_PACKETS);
        counters.add(OffloadCounter.SEALED_BYTES, length);
        return TransmitResult.SEALED;
    }

    private TransmitResult transmitUntagged(
        final int sequence, final int length, final int mss, final long header, final int headerLength) {
        final int pieces = image.pieces(sequence, length, Math.max(length, 1));
        final int segments = SendWqe.headSegments(headerLength) + pieces;
        final int blocks = ControlSegment.blocks(segments);
        if (segments > SendWqe.MAX_SEGMENTS || !queue.hasRoom(blocks, blocks)) {
            return noRoom();
        }
        queue.beginSend(0, length > mss ? mss : 0, header, headerLength, pieces);
        for (int done = 0; done < length;) {
            final int at = sequence + done;
            final int count = image.piece(at, length - done);
            queue.data(count, image.memoryKey(at), image.address(at));
            done += count;
        }
        queue.endSend();
        untaggedPosition = length == 0 ? untaggedPosition : queue.produced();
        counters.increment(OffloadCounter.UNTAGGED_PACKETS);
        return TransmitResult.UNTAGGED;
    }

    private void post(
        final int length, final int mss, final long header, final int headerLength, final int memoryKey, final long data) {
        queue.beginSend(0, length > mss ? mss : 0, header, headerLength, 1);
        queue.data(length, memoryKey, data);
        queue.endSend();
    }

    private TransmitResult noRoom() {
        counters.increment(OffloadCounter.NO_ROOM);
        return TransmitResult.NO_ROOM;
    }

    private void onSent(final int sequence, final int length, final boolean isRetransmission) {
        if (sequence + length - sent > 0) {
            sent = sequence + length;
        }
        if (gauge.isExceededBy(length, isRetransmission)) {
            fallBack();
        }
    }

    /** Whether all records of a range are as they were appended. */
    private boolean isUnchanged(final int firstSlot, final int end) {
        int slot = firstSlot;
        boolean isUnchanged = software.isUnchanged(slot);
        while (isUnchanged && map.endOf(slot) - end < 0) {
            slot = map.next(slot);
            isUnchanged = software.isUnchanged(slot);
        }
        return isUnchanged;
    }

    private TransmitResult imageChanged() {
        isImageChanged = true;
        counters.increment(OffloadCounter.IMAGE_CHANGED);
        return TransmitResult.IMAGE_CHANGED;
    }

    /** Whether an end of a range is not behind the first record. Known only until the peer has all from before. */
    private boolean isBeforeStart(final int end) {
        return !isStartAcknowledged && end - streamStart <= 0;
    }

    private void startDevice() {
        final int tis = channel.capabilities().canEncrypt(TlsVersion.TLS_1_3, epoch.keyLength())
            ? tisPool.acquire() : FirmwareChannel.NONE;
        final int key = tis == FirmwareChannel.NONE ? FirmwareChannel.NONE : epoch.acquire(keyPool);
        if (key == FirmwareChannel.NONE) {
            if (tis != FirmwareChannel.NONE) {
                tisPool.release(tis);
            }
            counters.increment(OffloadCounter.REFUSED);
            return;
        }
        device = new DeviceCipher(queue, map, image, counters, mtu, tis);
        device.start(epoch, key, map.end(), usage.nextNumber());
        mode = OffloadMode.DEVICE;
    }

    /** Up to where elements read nothing more: a queue that has failed executes none. */
    private long completed() {
        return queue.failure() == WqeError.NONE ? queue.completed() : queue.produced();
    }

    private void release() {
        map.release(acknowledged, completed());
        isDeviceEndReleased |= map.firstKept() - deviceEnd >= 0;
    }

    /** Whether the peer has all that the device encrypted, and no element that concerns its cipher is open. */
    private boolean isDeviceDrained() {
        return isDeviceEndReleased && completed() >= device.lastPosition();
    }

    private void resumeDevice() {
        keyPool.release(device.key());
        final int key = epoch.acquire(keyPool);
        if (key == FirmwareChannel.NONE) {
            tisPool.release(device.tis());
            device = null;
            counters.increment(OffloadCounter.REFUSED);
            fallBack();
            return;
        }
        device.start(epoch, key, map.end(), usage.nextNumber());
        mode = OffloadMode.DEVICE;
        counters.increment(OffloadCounter.RESUMPTIONS);
    }

    /** What a queue that failed has used is not used again. */
    private void leaveDevice() {
        if (queue.failure() == WqeError.NONE) {
            keyPool.release(device.key());
            tisPool.release(device.tis());
        } else {
            keyPool.discard(device.key());
            tisPool.discard(device.tis());
        }
        device = null;
    }

    private boolean isUnused(final KeyEpoch old) {
        return map.firstEpoch() != old && (device == null || device.epoch() != old);
    }
}
