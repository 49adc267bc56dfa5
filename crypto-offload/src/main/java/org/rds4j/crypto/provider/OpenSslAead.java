package org.rds4j.crypto.provider;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.LangUtil;
import org.agrona.UnsafeApi;

/** AES-GCM by libcrypto: one context per direction keeps the key schedule, a message only brings its nonce. */
final class OpenSslAead implements Aead {
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final long NULL = 0;

    private static final ValueLayout POINTER = ValueLayout.JAVA_LONG;
    private static final ValueLayout INT = ValueLayout.JAVA_INT;
    private static final MethodHandle NEW = NativeFunctions.shape(FunctionDescriptor.of(POINTER));
    private static final MethodHandle FREE = NativeFunctions.shape(1);
    private static final MethodHandle INIT =
        NativeFunctions.shape(FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER));
    private static final MethodHandle UPDATE =
        NativeFunctions.shape(FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, INT));
    private static final MethodHandle FINAL = NativeFunctions.shape(FunctionDescriptor.of(INT, POINTER, POINTER, POINTER));
    private static final MethodHandle CONTROL = NativeFunctions.shape(FunctionDescriptor.of(INT, POINTER, INT, INT, POINTER));

    private final OpenSslProvider.Functions functions;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(64);
    private final long type = BufferUtil.address(scratch);
    private final long outLength = type + Long.BYTES;
    private long encryption;
    private long decryption;

    OpenSslAead(final OpenSslProvider.Functions functions, final long cipher, final byte[] keyOctets) {
        this.functions = functions;
        scratch.put(0, keyOctets);
        encryption = newContext(functions.encryptInit(), cipher);
        decryption = newContext(functions.decryptInit(), cipher);
        UnsafeApi.setMemory(type, scratch.capacity(), (byte) 0);
        if (encryption == NULL || decryption == NULL) {
            close();
            throw new IllegalStateException("OpenSSL refused an AES-GCM key; is the machine out of memory?");
        }
    }

    @Override
    public boolean seal(
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) {
        if (encryption == NULL) {
            return false;
        }
        UnsafeApi.putByte(type, contentType);
        final long end = outAddress + contentLength;
        try {
            final MemorySegment update = functions.encryptUpdate();
            return (int) INIT.invokeExact(functions.encryptInit(), encryption, NULL, NULL, NULL, nonceAddress) == 1
                && (int) UPDATE.invokeExact(update, encryption, NULL, outLength, aadAddress, AAD_LENGTH) == 1
                && (int) UPDATE.invokeExact(update, encryption, outAddress, outLength, contentAddress, contentLength) == 1
                && (int) UPDATE.invokeExact(update, encryption, end, outLength, type, 1) == 1
                && (int) FINAL.invokeExact(functions.encryptFinal(), encryption, end + 1, outLength) == 1
                && (int) CONTROL.invokeExact(functions.control(), encryption, GET_TAG, TAG_LENGTH, end + 1) == 1;
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return false;
        }
    }

    @Override
    public boolean open(
        final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
        if (decryption == NULL) {
            return false;
        }
        final long end = ciphertextAddress + ciphertextLength;
        final boolean isAuthentic;
        try {
            final MemorySegment update = functions.decryptUpdate();
            isAuthentic = (int) INIT.invokeExact(functions.decryptInit(), decryption, NULL, NULL, NULL, nonceAddress) == 1
                && (int) CONTROL.invokeExact(functions.control(), decryption, SET_TAG, TAG_LENGTH, end) == 1
                && (int) UPDATE.invokeExact(update, decryption, NULL, outLength, aadAddress, AAD_LENGTH) == 1
                && (int) UPDATE.invokeExact(
                    update, decryption, ciphertextAddress, outLength, ciphertextAddress, ciphertextLength) == 1
                && (int) FINAL.invokeExact(functions.decryptFinal(), decryption, end, outLength) == 1;
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return false;
        }
        if (!isAuthentic) {
            UnsafeApi.setMemory(ciphertextAddress, ciphertextLength, (byte) 0);
        }
        return isAuthentic;
    }

    /** The library overwrites the key schedule when it frees a context. */
    @Override
    public void close() {
        final long first = encryption;
        final long second = decryption;
        encryption = NULL;
        decryption = NULL;
        try {
            FREE.invokeExact(functions.freeContext(), first);
            FREE.invokeExact(functions.freeContext(), second);
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
        }
    }

    /** A context with the cipher and the key in the scratch memory, or NULL. */
    private long newContext(final MemorySegment init, final long cipher) {
        try {
            final long context = (long) NEW.invokeExact(functions.newContext());
            if (context == NULL || (int) INIT.invokeExact(init, context, cipher, NULL, type, NULL) != 1) {
                FREE.invokeExact(functions.freeContext(), context);
                return NULL;
            }
            return context;
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return NULL;
        }
    }
}
