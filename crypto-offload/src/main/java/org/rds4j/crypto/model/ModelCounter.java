package org.rds4j.crypto.model;

/** What the model counts. */
public enum ModelCounter {
    /** Packets encrypted. */
    ENCRYPTED_PACKETS,
    /** Payload octets of these. */
    ENCRYPTED_BYTES,
    /** Packets sent as they were. */
    PLAIN_PACKETS,
    /** Elements whose octets ran through the cipher and were not sent. */
    DUMPED_PACKETS,
    /** Octets of these. */
    DUMPED_BYTES,
    /** Contexts started anew with new static parameters. */
    STARTS_WITH_PARAMETERS,
    /** Contexts started anew with the static parameters that they had. */
    STARTS_WITHOUT_PARAMETERS,
    /** Tagged octets that were not those the context awaited. */
    TRANSMIT_DESYNC,
    /** Tagged octets before the fence that would order them behind parameters. */
    UNFENCED_PARAMETERS,
    /** Untagged packets that would have shown plaintext; they were not sent. */
    PLAINTEXT_LEAK,
    /** Keys changed while an engine might still use the old one. */
    KEY_SYNC_VIOLATIONS,
    /** Packets received for a context and not decrypted. */
    RECEIVED_NOT_DECRYPTED,
    /** Packets received and decrypted. */
    RECEIVED_DECRYPTED,
    /** Packets received that ask for the number of a record. */
    RECEIVED_RESYNC,
    /** Packets received in which a record ends that is not authentic. */
    RECEIVED_ERROR,
    /** Progress parameters read. */
    READBACKS,
    /** Answers to a resync that were what the tracker waited for. */
    RESYNC_ANSWERS,
    /** Times that a packet found an answer to a resync for a place where the tracker is not. */
    VAIN_RESYNC_ANSWERS,
    /** Elements refused; each stopped its queue. */
    REFUSED_ELEMENTS,
    /** Firmware commands executed. */
    COMMANDS,
    /** Of these, SYNC_CRYPTO. */
    SYNC_COMMANDS;

    @SuppressWarnings("EnumOrdinal") // the one place that turns a counter into an index, and nothing outlives the process
    int slot() {
        return ordinal();
    }
}
