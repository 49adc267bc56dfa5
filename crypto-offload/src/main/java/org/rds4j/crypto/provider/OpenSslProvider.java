package org.rds4j.crypto.provider;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import org.agrona.LangUtil;

/** AES-GCM by the system's OpenSSL 3 (libcrypto), which every Linux distribution of today has. */
final class OpenSslProvider implements AeadProvider {
    private static final String LIBRARY = "libcrypto.so.3";
    private static final String MISSING = LIBRARY + " was not found; install it with: apt install libssl3";
    private static final MethodHandle FETCH = NativeFunctions.shape(FunctionDescriptor.of(
        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle VERSION =
        NativeFunctions.shape(FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private final Functions functions;
    private final long aes128;
    private final long aes256;
    private final String name;
    private final String unavailabilityCause;

    /** What one message takes, and what one key takes. */
    record Functions(
        MemorySegment newContext,
        MemorySegment freeContext,
        MemorySegment encryptInit,
        MemorySegment encryptUpdate,
        MemorySegment encryptFinal,
        MemorySegment decryptInit,
        MemorySegment decryptUpdate,
        MemorySegment decryptFinal,
        MemorySegment control) {
        static Functions find(final NativeFunctions library) {
            return new Functions(
                library.find("EVP_CIPHER_CTX_new"),
                library.find("EVP_CIPHER_CTX_free"),
                library.find("EVP_EncryptInit_ex"),
                library.find("EVP_EncryptUpdate"),
                library.find("EVP_EncryptFinal_ex"),
                library.find("EVP_DecryptInit_ex"),
                library.find("EVP_DecryptUpdate"),
                library.find("EVP_DecryptFinal_ex"),
                library.find("EVP_CIPHER_CTX_ctrl"));
        }
    }

    private OpenSslProvider(
        final Functions functions,
        final long aes128,
        final long aes256,
        final String name,
        final String unavailabilityCause) {
        this.functions = functions;
        this.aes128 = aes128;
        this.aes256 = aes256;
        this.name = name;
        this.unavailabilityCause = unavailabilityCause;
    }

    /** Looks for the library and the two ciphers in it. */
    static OpenSslProvider probe() {
        try {
            final NativeFunctions library = NativeFunctions.load(LIBRARY);
            final MemorySegment fetch = library.find("EVP_CIPHER_fetch");
            final long aes128 = fetch(fetch, "AES-128-GCM");
            final long aes256 = fetch(fetch, "AES-256-GCM");
            if (aes128 == 0 || aes256 == 0) {
                return unavailable("the policy of " + LIBRARY + " offers no AES-GCM");
            }
            return new OpenSslProvider(
                Functions.find(library), aes128, aes256, version(library.find("OpenSSL_version")), null);
        } catch (final IllegalArgumentException | NoSuchElementException | UnsatisfiedLinkError e) {
            return unavailable(MISSING);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String unavailabilityCause() {
        return unavailabilityCause;
    }

    @Override
    public Aead newAead(final byte[] key) {
        if (!isAvailable()) {
            throw new IllegalStateException(unavailabilityCause);
        }
        return switch (key.length) {
            case 16 -> new OpenSslAead(functions, aes128, key);
            case 32 -> new OpenSslAead(functions, aes256, key);
            default -> throw new IllegalArgumentException("an AES-GCM key has 16 or 32 octets, not " + key.length);
        };
    }

    private static OpenSslProvider unavailable(final String cause) {
        return new OpenSslProvider(null, 0, 0, "OpenSSL", cause);
    }

    private static long fetch(final MemorySegment function, final String cipher) {
        try {
            return (long) FETCH.invokeExact(function, 0L, NativeFunctions.address(cipher), 0L);
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return 0;
        }
    }

    private static String version(final MemorySegment function) {
        try {
            return NativeFunctions.string((long) VERSION.invokeExact(function, 0));
        } catch (final Throwable e) {
            LangUtil.rethrowUnchecked(e);
            return null;
        }
    }
}
