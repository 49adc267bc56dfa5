package org.rds4j.tests.memory;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;

/** SHA-256 of the JDK, which fails by an error when told to. */
public final class FailingDigest extends MessageDigestSpi {
    /** More digests than any derivation takes. */
    static final int MOST_STEPS = 10;
    static final String WHAT = "the digest fails";
    private static final int NEVER = -1;

    private static int stepsLeft = NEVER;

    private final MessageDigest digest;

    /** Made by reflection. */
    public FailingDigest() throws NoSuchAlgorithmException, NoSuchProviderException {
        digest = MessageDigest.getInstance("SHA-256", "SUN");
    }

    /** What is thrown. */
    static final class Failure extends Error {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        Failure() {
            super(WHAT);
        }
    }

    /** Before all other providers. */
    private static final class First extends Provider {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        First() {
            super("failing", "1", "a digest that fails");
            put("MessageDigest.SHA-256", FailingDigest.class.getName());
        }
    }

    static void install() {
        Security.insertProviderAt(new First(), 1);
    }

    /** The next digest but so many fails, once. */
    static void failAfter(final int steps) {
        stepsLeft = steps;
    }

    static void reset() {
        stepsLeft = NEVER;
    }

    @Override
    protected int engineGetDigestLength() {
        return digest.getDigestLength();
    }

    @Override
    protected void engineUpdate(final byte input) {
        digest.update(input);
    }

    @Override
    protected void engineUpdate(final byte[] input, final int offset, final int length) {
        digest.update(input, offset, length);
    }

    @Override
    protected byte[] engineDigest() {
        onDigest();
        return digest.digest();
    }

    @Override
    protected int engineDigest(final byte[] output, final int offset, final int length) throws DigestException {
        onDigest();
        return digest.digest(output, offset, length);
    }

    @Override
    protected void engineReset() {
        digest.reset();
    }

    private static void onDigest() {
        if (stepsLeft-- == 0) {
            throw new Failure();
        }
    }
}
