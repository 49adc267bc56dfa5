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
