package org.rds4j.crypto.model;

import java.util.Arrays;

/** An encryption key object of the model's firmware. */
final class EncryptionKey {
    private byte[] octets;
    private int purpose;
    private int protectionDomain;
    private int generation;
    private boolean isUsedSinceSync;

    /** Takes the octets over; the old ones are wiped. */
    void set(final byte[] newOctets, final int newPurpose, final int newProtectionDomain) {
        wipe();
        octets = newOctets;
        purpose = newPurpose;
        protectionDomain = newProtectionDomain;
        generation++;
    }

    byte[] octets() {
        return octets;
    }

    int length() {
        return octets.length;
    }

    int purpose() {
        return purpose;
    }

    int protectionDomain() {
        return protectionDomain;
    }

    /** Changes whenever the octets do. */
    int generation() {
        return generation;
    }

    void onUse() {
        isUsedSinceSync = true;
    }

    void onSync() {
        isUsedSinceSync = false;
    }

    boolean isUsedSinceSync() {
        return isUsedSinceSync;
    }

    void wipe() {
        if (octets != null) {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
