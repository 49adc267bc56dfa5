package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.UmrWqe;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/**
 * The send stream of a connection some of whose records stand in it as plaintext, as images for the device to encrypt, and all
 * others as ciphertext. The engine's part: it posts segments and computes no cipher. A segment that holds both is cut where one
 * becomes the other. What the device cannot send as it goes on, as what is sent again unless the {@link OffloadPolicy} leaves
 * that to the device, is sealed where it stands by way of a {@link SealRequest}, and its segments wait for that; it stays sealed.
 * <p>
 * Plaintext never leaves in an element without a TIS, since whatever is not sealed is known here until its memory may be used for
 * something else. Positions are the low 32 bits of stream positions. Nothing throws, waits or allocates. Engine thread.
 */
public final class OffloadedStream {
    /** A record as it is to be encrypted by the device. */
    private static final byte IMAGE = 0;
    /** To be sealed once nothing reads it any more. */
    private static final byte WANTED = 1;
    /** Being sealed. */
    private static final byte SEALING = 2;
    /** Ciphertext. */
    private static final byte SEALED = 3;

    private static final int MAX_RECORD = RecordHeaderFlyweight.MAX_CONTENT_LENGTH + RecordHeaderFlyweight.OVERHEAD;
    /** Elements of a train of 64 KiB that crosses the ring's end, its headers included. */
    private static final int SEND_BLOCKS = 8;
    /** Static and progress parameters, fence, and pieces of a dump that the ring's end cuts. */
    private static final int RESYNC_BLOCKS = UmrWqe.BLOCKS + 4;

    private final SendQueue queue;
    private final OffloadPolicy policy;
    private final OffloadCounters counters;
    private final SealRequest sealing;
    private final ImageReader image;
    private final int mtu;
    private final RecordMap map;
    private final byte[] states;
    private final SegmentHeaders headers = new SegmentHeaders();
    private final DeferredSegments deferred = new DeferredSegments();
    private final RetransmissionGauge gauge;
    private final int worstBlocks;
    private DeviceCipher device;
    private int sent;
    private int acknowledged;
    private int wanted;
    private int beingSealed;
    private long checkpoint;
    private int checkpointAcknowledged;
    private int releasable;
    private boolean isLeaving;

    /**
     * A stream without images.
     *
     * @param queue        the connection's own; retained.
     * @param stream       where the octets stand; retained.
     * @param mtu          longest dump.
     * @param acknowledged what the peer has now.
     * @param policy       when the device is used.
     * @param counters     to report to.
     * @param sealing      to have records sealed; retained.
     */
    public OffloadedStream(
        final SendQueue queue,
        final StreamImage stream,
        final int mtu,
        final int acknowledged,
        final OffloadPolicy policy,
        final OffloadCounters counters,
        final SealRequest sealing) {
        this.queue = queue;
        this.mtu = mtu;
        this.policy = policy;
        this.counters = counters;
        this.sealing = sealing;
        this.acknowledged = acknowledged;
        this.sent = acknowledged;
        this.releasable = acknowledged;
        this.checkpointAcknowledged = acknowledged;
        image = new ImageReader(stream);
        map = new RecordMap(policy.records());
        states = new byte[policy.records()];
        gauge = new RetransmissionGauge(policy.retransmissionWindow(), policy.retransmissionPermille());
        worstBlocks = RESYNC_BLOCKS + Math.ceilDiv(MAX_RECORD, mtu) + SEND_BLOCKS;
    }

    /**
     * Begins with a key, of which there are images from now on only. Those under the one before must be gone.
     *
     * @param context of the device; borrowed until {@link #isQuiet()} and another one comes, or none.
     */
    public void use(final DeviceContext context) {
        device = new DeviceCipher(queue, map, image, counters, mtu, context);
    }

    /**
     * Whether there is room for so many more images.
     *
     * @param count of them.
     * @return true when so many may be appended.
     */
    public boolean hasRoomFor(final int count) {
        return map.count() + count <= states.length;
    }

    /**
     * Takes an image that was written behind all octets before.
     *
     * @param position     of the record.
     * @param length       octets with header, type and tag.
     * @param recordNumber of the record.
     * @param digest       of its octets.
     */
    public void append(final int position, final int length, final long recordNumber, final long digest) {
        map.append(position, length, recordNumber, digest);
        final int slot = map.find(position);
        states[slot] = IMAGE;
        counters.increment(OffloadCounter.RECORDS);
        if (isLeaving) {
            want(slot);
        }
    }

    /**
     * Whether a segment or a train of at most 64 KiB may be transmitted now.
     *
     * @return false to be asked again after {@link #poll}.
     */
    public boolean hasRoom() {
        return deferred.hasRoom() && queue.hasRoom(worstBlocks, SEND_BLOCKS);
    }

    /**
     * Sends a segment, or a train of segments, for which there is room: at once, or when its records are sealed.
     *
     * @param position     of the first payload octet.
     * @param length       octets of payload, more than 0.
     * @param mss          payload octets of each packet of a train.
     * @param header       address of Ethernet, IP and TCP headers; copied, and changed.
     * @param headerLength octets of headers, at most 128.
     */
    public void transmit(final int position, final int length, final int mss, final long header, final int headerLength) {
        final boolean isAgain = position - sent < 0;
        if (position + length - sent > 0) {
            sent = position + length;
        }
        if (position - acknowledged < 0) {
            counters.increment(OffloadCounter.DROPPED_ACKNOWLEDGED);
            return;
        }
        if (gauge.isExceededBy(length, isAgain) && !isLeaving) {
            leave();
        }
        headers.open(header, headerLength);
        final int end = position + length;
        for (int at = position; at != end;) {
            final byte state = stateAt(at);
            final int partEnd = endOfRun(at, end, state);
            headers.cut(at - position, partEnd - at, partEnd == end);
            transmit(state, at, partEnd - at, mss, header, headerLength, isAgain);
            at = partEnd;
        }
        queue.ring();
    }

    /**
     * Takes completions and acknowledgements, has sealed what must be, sends what waited for it.
     *
     * @param acknowledgedPosition what the peer has now.
     * @return completions and segments that moved.
     */
    public int poll(final int acknowledgedPosition) {
        int work = queue.poll();
        if (acknowledgedPosition - acknowledged > 0) {
            acknowledged = acknowledgedPosition;
        }
        if (queue.failure() != WqeError.NONE) {
            leave();
            deferred.clear(); // as if lost on the way: TCP sends them again
        }
        if (wanted > 0) {
            requestSealing();
        }
        if (!deferred.isEmpty()) {
            work += postDeferred();
        }
        release();
        return work;
    }

    /**
     * A record was sealed, or not.
     *
     * @param position of the record.
     * @param isSealed false when its plaintext had changed, so that no octet of the connection may be sent any more.
     */
    public void onSealed(final int position, final boolean isSealed) {
        beingSealed--;
        final int slot = map.find(position);
        map.onRead(slot, 0);
        if (isSealed) {
            states[slot] = SEALED;
            counters.increment(OffloadCounter.RECORDS_SEALED);
        } else {
            counters.increment(OffloadCounter.IMAGE_CHANGED);
        }
    }

    /** Has everything sealed that the device was to encrypt, and all that may still be appended. */
    public void leave() {
        if (!isLeaving) {
            isLeaving = true;
            counters.increment(OffloadCounter.FALLBACKS);
            for (int i = 0, slot = map.first(); i < map.count(); i++, slot = map.next(slot)) {
                want(slot);
            }
        }
    }

    /**
     * Whether the device is left for good.
     *
     * @return true from {@link #leave} on, whoever called it.
     */
    public boolean isLeaving() {
        return isLeaving;
    }

    /**
     * Whether the device has no part in what may still be sent: no image is unsealed and nothing waits. An image is one as long
     * as an element that reads it is open, and every element under the key in use belongs to one.
     *
     * @return true when segments may leave by another way, and when the key's context may be ended.
     */
    public boolean isPlain() {
        boolean isPlain = deferred.isEmpty();
        for (int i = 0, slot = map.first(); isPlain && i < map.count(); i++, slot = map.next(slot)) {
            isPlain = states[slot] == SEALED;
        }
        return isPlain;
    }

    /**
     * Whether nobody reads or writes the stream's memory: no element is open, and nothing is being sealed.
     *
     * @return true when all may be given back.
     */
    public boolean isQuiet() {
        return beingSealed == 0 && completed() == queue.produced();
    }

    /**
     * Up to where the stream's memory may be used for something else.
     *
     * @return low 32 bits of a position.
     */
    public int releasable() {
        return releasable;
    }

    private void transmit(
        final byte state, final int position, final int length, final int mss, final long header, final int headerLength,
        final boolean isAgain) {
        if (state == SEALED && queue.hasRoom(SEND_BLOCKS, SEND_BLOCKS)) {
            post(position, length, mss, header, headerLength);
        } else if (state != IMAGE || !encrypt(position, length, mss, header, headerLength, isAgain)) {
            defer(position, length, mss, header, headerLength);
        }
    }

    /** Of the octet's record; what is in none is ciphertext. */
    private byte stateAt(final int position) {
        final int slot = map.find(position);
        if (slot == RecordMap.NONE) {
            return SEALED;
        }
        return states[slot] == SEALING ? WANTED : states[slot];
    }

    /** Up to where octets are in the same state. */
    private int endOfRun(final int position, final int end, final byte state) {
        int at = position;
        while (at - end < 0 && stateAt(at) == state) {
            final int slot = map.findBehind(at);
            final boolean isBeforeRecord = slot != RecordMap.NONE && map.startOf(slot) - at > 0;
            final int next = slot == RecordMap.NONE ? end : isBeforeRecord ? map.startOf(slot) : map.endOf(slot);
            at = next - end < 0 ? next : end;
        }
        return at;
    }

    private boolean encrypt(
        final int position, final int length, final int mss, final long header, final int headerLength, final boolean isAgain) {
        final int slot = map.find(position);
        final boolean isExpected = device.isExpected(position);
        final boolean isWanted = !isLeaving && (isExpected || !isAgain || policy.hasDeviceRetransmissions());
        if (!isWanted || !device.fits(position, length, headerLength)) {
            return false;
        }
        final int sendBlocks = device.sendBlocks(position, length, headerLength);
        final int resyncBlocks = isExpected ? 0 : device.resyncBlocks(slot, position);
        final boolean isReadAgain = isAgain || (!isExpected && position != map.startOf(slot));
        if (!queue.hasRoom(resyncBlocks + sendBlocks, SEND_BLOCKS)
            || (isReadAgain && !isUnchanged(slot, position + length))) {
            return false;
        }
        if (!isExpected) {
            counters.increment(OffloadCounter.OUT_OF_ORDER);
            device.resync(slot, position);
        }
        device.send(slot, position, length, length > mss ? mss : 0, header, headerLength);
        counters.increment(OffloadCounter.ENCRYPTED_PACKETS);
        counters.add(OffloadCounter.ENCRYPTED_BYTES, length);
        return true;
    }

    /** A record that is not as it was appended is found out when it is sealed. */
    private boolean isUnchanged(final int firstSlot, final int end) {
        int slot = firstSlot;
        boolean isUnchanged = isUnchanged(slot);
        while (isUnchanged && map.endOf(slot) - end < 0) {
            slot = map.next(slot);
            isUnchanged = isUnchanged(slot);
        }
        return isUnchanged;
    }

    private boolean isUnchanged(final int slot) {
        return image.digest(map.startOf(slot), map.lengthOf(slot)) == map.digestOf(slot);
    }

    private void post(final int position, final int length, final int mss, final long header, final int headerLength) {
        queue.beginSend(0, length > mss ? mss : 0, header, headerLength, image.pieces(position, length, length));
        for (int done = 0; done < length;) {
            final int at = position + done;
            final int count = image.piece(at, length - done);
            queue.data(count, image.memoryKey(at), image.address(at));
            done += count;
        }
        queue.endSend();
        counters.increment(OffloadCounter.SEALED_PACKETS);
        counters.add(OffloadCounter.SEALED_BYTES, length);
    }

    private void defer(final int position, final int length, final int mss, final long header, final int headerLength) {
        if (deferred.isFull()) {
            counters.increment(OffloadCounter.NO_ROOM); // as if lost on the way
            return;
        }
        deferred.add(position, length, mss, header, headerLength);
        int slot = map.findBehind(position);
        while (slot != RecordMap.NONE && map.startOf(slot) - (position + length) < 0) {
            want(slot);
            slot = map.findBehind(map.endOf(slot));
        }
    }

    private void want(final int slot) {
        if (states[slot] == IMAGE) {
            states[slot] = WANTED;
            wanted++;
        }
    }

    private void requestSealing() {
        for (int i = 0, slot = map.first(); i < map.count() && wanted > 0; i++, slot = map.next(slot)) {
            if (states[slot] == WANTED && map.lastReadOf(slot) <= completed()) {
                final int start = map.startOf(slot);
                if (!sealing.seal(start, map.lengthOf(slot), map.numberOf(slot), map.digestOf(slot))) {
                    return;
                }
                states[slot] = SEALING;
                map.onRead(slot, Long.MAX_VALUE);
                wanted--;
                beingSealed++;
            }
        }
    }

    private int postDeferred() {
        int count = 0;
        while (!deferred.isEmpty() && isDone()) {
            deferred.removeFirst();
            count++;
        }
        queue.ring();
        return count;
    }

    /** The first segment that waits is sent, as far as the peer has not got it otherwise. */
    private boolean isDone() {
        final int end = deferred.position() + deferred.length();
        if (end - acknowledged <= 0) {
            counters.increment(OffloadCounter.DROPPED_ACKNOWLEDGED);
            return true;
        }
        if (deferred.position() - acknowledged < 0) {
            trimDeferred(acknowledged - deferred.position());
        }
        if (endOfRun(deferred.position(), end, SEALED) != end || !queue.hasRoom(SEND_BLOCKS, SEND_BLOCKS)) {
            return false;
        }
        post(deferred.position(), deferred.length(), deferred.segmentSize(), deferred.header(), deferred.headerLength());
        return true;
    }

    private void trimDeferred(final int count) {
        headers.open(deferred.header(), deferred.headerLength());
        headers.cut(count, deferred.length() - count, true);
        deferred.trim(count);
    }

    private void release() {
        int before = map.count();
        final int first = map.first();
        map.release(acknowledged, completed());
        for (int slot = first; before > map.count(); before--, slot = map.next(slot)) {
            wanted -= states[slot] == WANTED ? 1 : 0;
        }
        // what is posted from now on reads nothing below what is acknowledged now
        if (completed() >= checkpoint) {
            releasable = checkpointAcknowledged;
            checkpointAcknowledged = acknowledged;
            checkpoint = queue.produced();
        }
        if (map.count() > 0 && map.startOf(map.first()) - releasable < 0) {
            releasable = map.startOf(map.first());
        }
    }

    /** Up to where elements read nothing more: a queue that has failed executes none. */
    private long completed() {
        return queue.failure() == WqeError.NONE ? queue.completed() : queue.produced();
    }
}
