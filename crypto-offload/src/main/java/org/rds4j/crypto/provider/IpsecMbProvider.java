package org.rds4j.crypto.provider;

import java.lang.foreign.MemorySegment;

/**
 * AES-GCM by the Intel multi-buffer library (libIPSec_MB), the library DPDK's own software cryptography uses: one native
 * call per small record, and vector AES where the processor has it. x86-64 only.
 */
final class IpsecMbProvider implements AeadProvider {
    private static final String LIBRARY = "libIPSec_MB.so.1";
    private static final String MISSING = LIBRARY + " was not found; install it with: apt install libipsec-mb1";

    /** AES-NI, PCLMULQDQ and SSE 4.2, without which there is nothing; bits as imb_get_feature_flags gives them. */
    private static final long BASE = (1L << 1) | (1L << 2) | (1L << 4);
    private static final long AVX = 1L << 5;
    private static final long AVX2 = 1L << 6;
    /** AVX512 F, DQ, CD, BW and VL. */
    private static final long AVX512 = 0x1fL << 7;
    /** VAES and VPCLMULQDQ. */
    private static final long VECTOR_AES = 0x3L << 12;

    private final Functions aes128;
    private final Functions aes256;
    private final String name;
    private final String unavailabilityCause;

    /** The functions of one key length and one instruction set. */
    record Functions(
        MemorySegment expandKey,
        MemorySegment encrypt,
        MemorySegment decrypt,
        MemorySegment init,
        MemorySegment update,
        MemorySegment finish) {
        /** Null when the library lacks one of them. */
        static Functions find(final NativeFunctions library, final int bits, final String variant) {
            final MemorySegment[] found = {
                library.find("aes_gcm_pre_" + bits + "_" + variant),
                library.find("aes_gcm_enc_" + bits + "_" + variant),
                library.find("aes_gcm_dec_" + bits + "_" + variant),
                library.find("aes_gcm_init_" + bits + "_" + variant),
                library.find("aes_gcm_enc_" + bits + "_update_" + variant),
                library.find("aes_gcm_enc_" + bits + "_finalize_" + variant)};
            for (final MemorySegment function : found) {
                if (function == null) {
                    return null;
                }
            }
            return new Functions(found[0], found[1], found[2], found[3], found[4], found[5]);
        }
    }

    private IpsecMbProvider(
        final Functions aes128, final Functions aes256, final String name, final String unavailabilityCause) {
        this.aes128 = aes128;
        this.aes256 = aes256;
        this.name = name;
        this.unavailabilityCause = unavailabilityCause;
    }

    /** Looks for the library and picks the best variant the processor runs. */
    static IpsecMbProvider probe() {
        try {
            final NativeFunctions library = NativeFunctions.load(LIBRARY);
            final String variant = variant(library);
            final Functions aes128 = variant == null ? null : Functions.find(library, 128, variant);
            final Functions aes256 = variant == null ? null : Functions.find(library, 256, variant);
            if (aes128 == null || aes256 == null) {
                return unavailable(LIBRARY + " has no AES-GCM for this processor");
            }
            return new IpsecMbProvider(aes128, aes256, "Intel IPsec-MB " + version(library) + " (" + variant + ")", null);
        } catch (final IllegalArgumentException | UnsatisfiedLinkError e) {
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
            case 16 -> new IpsecMbAead(aes128, key);
            case 32 -> new IpsecMbAead(aes256, key);
            default -> throw new IllegalArgumentException("an AES-GCM key has 16 or 32 octets, not " + key.length);
        };
    }

    private static IpsecMbProvider unavailable(final String cause) {
        return new IpsecMbProvider(null, null, "Intel IPsec-MB", cause);
    }

    private static String variant(final NativeFunctions library) {
        final long flags = library.call("imb_get_feature_flags");
        if (!hasAll(flags, BASE)) {
            return null;
        }
        if (hasAll(flags, AVX512)) {
            return hasAll(flags, VECTOR_AES) ? "vaes_avx512" : "avx512";
        }
        if (hasAll(flags, AVX2)) {
            return "avx_gen4";
        }
        return hasAll(flags, AVX) ? "avx_gen2" : "sse";
    }

    private static boolean hasAll(final long flags, final long wanted) {
        return (flags & wanted) == wanted;
    }

    private static String version(final NativeFunctions library) {
        return NativeFunctions.string(library.call("imb_get_version_str"));
    }
}
