package org.rds4j.crypto.provider;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.LangUtil;
import org.agrona.UnsafeApi;

/**
 * AES-GCM by libIPSec_MB. Key schedule, message state and scratch are one block of our own memory:
 * <pre>
 *   0                    4096               4608     4624     4640
 *   +--------------------+------------------+--------+--------+
 *   | struct gcm_key_data| gcm_context_data |  tag   |  type  |
 *   +--------------------+------------------+--------+--------+
 * </pre>
 * The two structures take 1,008 and less than 128 octets in the library's version 1.3; the room left is for others.
 */
final class IpsecMbAead implements Aead {
    private static final int ALIGNMENT = 64;
    private static final int CONTEXT_OFFSET = 4096;
    private static final int TAG_OFFSET = 4608;
    private static final int TYPE_OFFSET = TAG_OFFSET + TAG_LENGTH;
    private static final int BLOCK_LENGTH = TYPE_OFFSET + 16;
    /** Up to here copying the content behind its type costs less than three calls more. Measured: they meet near 1 KiB. */
    private static final int COPY_LIMIT = 1024;

    private static final MethodHandle EXPAND_KEY = NativeFunctions.shape(2);
    private static final MethodHandle ONE_CALL = NativeFunctions.shape(10);
    private static final MethodHandle INIT = NativeFunctions.shape(5);
    private static final MethodHandle UPDATE = NativeFunctions.shape(5);
    private static final MethodHandle FINISH = NativeFunctions.shape(4);

    private final IpsecMbProvider.Functions functions;
    private final ByteBuffer block = BufferUtil.allocateDirectAligned(BLOCK_LENGTH, ALIGNMENT);
    private final long key = BufferUtil.address(block);
    private final long context = key + CONTEXT_OFFSET;
    private final long tag = key + TAG_OFFSET;
    private final long type = key + TYPE_OFFSET;
    private boolean closed;

    IpsecMbAead(final IpsecMbProvider.Functions functions, final byte[] keyOctets) {
        this.functions = functions;
        // The raw key passes through the memory of the message state, which the first message overwrites.
        block.put(CONTEXT_OFFSET, keyOctets);
        try {
            EXPAND_KEY.invokeExact(functions.expandKey(), context, key);
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
        }
        UnsafeApi.setMemory(context, keyOctets.length, (byte) 0);
    }

    @Override
    public boolean seal(
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) {
        if (closed) {
            return false;
        }
        try {
            if (contentLength <= COPY_LIMIT) {
                sealCopied(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
            } else {
                sealStreamed(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
            }
            return true;
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return false;
        }
    }

    @Override
    public boolean open(
        final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
        if (closed) {
            return false;
        }
        try {
            ONE_CALL.invokeExact(
                functions.decrypt(), key, context, ciphertextAddress, ciphertextAddress, (long) ciphertextLength,
                nonceAddress, aadAddress, (long) AAD_LENGTH, tag, (long) TAG_LENGTH);
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return false;
        }
        if (isTagEqual(ciphertextAddress + ciphertextLength)) {
            return true;
        }
        UnsafeApi.setMemory(ciphertextAddress, ciphertextLength, (byte) 0);
        return false;
    }

    @Override
    public void close() {
        closed = true;
        UnsafeApi.setMemory(key, BLOCK_LENGTH, (byte) 0);
    }

    /** Where the key schedule stands, for the test that closing wipes it. */
    ByteBuffer keyMemory() {
        return block;
    }

    private void sealCopied(
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) throws Throwable {
        if (contentAddress != outAddress) {
            UnsafeApi.copyMemory(contentAddress, outAddress, contentLength);
        }
        UnsafeApi.putByte(outAddress + contentLength, contentType);
        final long textLength = contentLength + 1L;
        ONE_CALL.invokeExact(
            functions.encrypt(), key, context, outAddress, outAddress, textLength,
            nonceAddress, aadAddress, (long) AAD_LENGTH, outAddress + textLength, (long) TAG_LENGTH);
    }

    private void sealStreamed(
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) throws Throwable {
        UnsafeApi.putByte(type, contentType);
        final long end = outAddress + contentLength;
        INIT.invokeExact(functions.init(), key, context, nonceAddress, aadAddress, (long) AAD_LENGTH);
        UPDATE.invokeExact(functions.update(), key, context, outAddress, contentAddress, (long) contentLength);
        UPDATE.invokeExact(functions.update(), key, context, end, type, 1L);
        FINISH.invokeExact(functions.finish(), key, context, end + 1, (long) TAG_LENGTH);
    }

    /** Two words without a branch between them: the time says nothing about where tags differ. */
    private boolean isTagEqual(final long received) {
        final long difference = (UnsafeApi.getLong(tag) ^ UnsafeApi.getLong(received))
            | (UnsafeApi.getLong(tag + Long.BYTES) ^ UnsafeApi.getLong(received + Long.BYTES));
        return difference == 0;
    }
}
