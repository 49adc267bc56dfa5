package org.rds4j.crypto.offload.record;

/** What became of a segment. */
public enum TransmitResult {
    /** Posted; the device encrypts it. */
    ENCRYPTED,
    /** Posted, encrypted by software. */
    SEALED,
    /** Posted as it is: octets from before the offload began, or none. */
    UNTAGGED,
    /** Nothing was posted: no room now. To be tried again after completions. */
    NO_ROOM,
    /** Dropped: the peer has these octets. */
    ACKNOWLEDGED,
    /** Dropped: it straddles the place where the offload began. */
    STRADDLING,
    /** Dropped: there are no records for these octets. */
    UNKNOWN,
    /** The plaintext has changed since it was sent. Nothing of this connection may be sent any more. */
    IMAGE_CHANGED,
    /** The device has stopped the queue; {@link TlsTransmitter#encrypt} makes ciphertext for another way out. */
    QUEUE_FAILED
}
