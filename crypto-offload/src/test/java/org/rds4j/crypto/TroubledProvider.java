package org.rds4j.crypto;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;

/** The best provider, with errors where a test wants them, which knows what it has made and what of it was not closed. */
public final class TroubledProvider implements AeadProvider {
    private static final int NEVER = -1;

    private final List<Aead> open = new ArrayList<>();
    private int makesLeft = NEVER;
    private int callsLeft = NEVER;
    private boolean isCloseFailing;
    private int calls;

    /** What it throws: no exception. */
    public static final class Trouble extends Error {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        public Trouble() {
            super("trouble");
        }
    }

    /** The making of a cipher fails, once, after so many. */
    public void failMakingAfter(final int count) {
        makesLeft = count;
    }

    /** Sealing or opening fails, once, after so many. */
    public void failCallAfter(final int count) {
        callsLeft = count;
    }

    /** Every cipher that is closed is closed, and throws. */
    public void failClosing() {
        isCloseFailing = true;
    }

    /** Ciphers that hold keys. */
    public int open() {
        return open.size();
    }

    /** Records sealed or opened, tried ones included. */
    public int calls() {
        return calls;
    }

    @Override
    public String name() {
        return "troubled";
    }

    @Override
    public String unavailabilityCause() {
        return null;
    }

    @Override
    public Aead newAead(final byte[] key) {
        if (makesLeft-- == 0) {
            throw new Trouble();
        }
        final Aead aead = new Troubled(AeadProviders.best().newAead(key));
        open.add(aead);
        return aead;
    }

    private void onCall() {
        calls++;
        if (callsLeft-- == 0) {
            throw new Trouble();
        }
    }

    /** A cipher that tells its provider. */
    private final class Troubled implements Aead {
        private final Aead aead;

        Troubled(final Aead aead) {
            this.aead = aead;
        }

        @Override
        public boolean seal(
            final long nonceAddress, final long aadAddress, final long contentAddress, final int contentLength,
            final byte contentType, final long outAddress) {
            onCall();
            return aead.seal(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            onCall();
            return aead.open(nonceAddress, aadAddress, ciphertextAddress, ciphertextLength);
        }

        @Override
        public void close() {
            aead.close();
            open.remove(this);
            if (isCloseFailing) {
                throw new Trouble();
            }
        }
    }
}
