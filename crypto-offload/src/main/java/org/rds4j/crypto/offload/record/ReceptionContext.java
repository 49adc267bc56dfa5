package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/**
 * What a device holds to decrypt one connection's records under one key, and the same key for software, to undo it. Made, used
 * and ended by the encryption thread; the engine only reads the numbers that go into elements.
 */
public final class ReceptionContext {
    private static final int MAX_RECORD = RecordHeaderFlyweight.HEADER_LENGTH + RecordHeaderFlyweight.MAX_LENGTH;
    private static final int TRAILER = 1 + RecordHeaderFlyweight.TAG_LENGTH;

    private final KeyEpoch epoch;
    private final int generation;
    private final int tir;
    private final int key;
    private final long firstNumber;
    private final ByteBuffer keystreamBuffer = ByteBuffer.allocateDirect(MAX_RECORD);
    private final long keystream = BufferUtil.address(keystreamBuffer);

    /**
     * A context.
     *
     * @param epoch       the key; taken over.
     * @param generation  of the keys, 0 for the first of a connection.
     * @param tir         of the device.
     * @param key         index in the device.
     * @param firstNumber of the record that the device begins with.
     */
    ReceptionContext(final KeyEpoch epoch, final int generation, final int tir, final int key, final long firstNumber) {
        this.epoch = epoch;
        this.generation = generation;
        this.tir = tir;
        this.key = key;
        this.firstNumber = firstNumber;
    }

    KeyEpoch epoch() {
        return epoch;
    }

    int generation() {
        return generation;
    }

    /**
     * The receiving context.
     *
     * @return its number.
     */
    public int tir() {
        return tir;
    }

    int key() {
        return key;
    }

    long firstNumber() {
        return firstNumber;
    }

    /** Computes what a record's text is combined with, as what zeros are sealed to; false when the library refused. */
    boolean beginKeystream(final long number, final int recordLength) {
        BigEndian.clear(keystream, recordLength);
        return epoch.seal(number, keystream, recordLength - RecordHeaderFlyweight.HEADER_LENGTH - TRAILER, 0);
    }

    /** Decrypts or encrypts a part of the record: of its text, as header and tag are as they came. */
    void apply(final long record, final int recordLength, final int start, final int end) {
        int at = Math.max(start, RecordHeaderFlyweight.HEADER_LENGTH);
        final int textEnd = Math.min(end, recordLength - RecordHeaderFlyweight.TAG_LENGTH);
        for (; at + Long.BYTES <= textEnd; at += Long.BYTES) {
            UnsafeApi.putLong(record + at, UnsafeApi.getLong(record + at) ^ UnsafeApi.getLong(keystream + at));
        }
        for (; at < textEnd; at++) {
            UnsafeApi.putByte(record + at, (byte) (UnsafeApi.getByte(record + at) ^ UnsafeApi.getByte(keystream + at)));
        }
    }

    /** Wipes key and keystream. */
    void close() {
        epoch.close();
        BigEndian.clear(keystream, MAX_RECORD);
    }
}
