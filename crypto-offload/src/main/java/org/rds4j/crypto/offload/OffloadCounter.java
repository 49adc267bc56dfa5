package org.rds4j.crypto.offload;

/** What the offload counts, of both directions; the labels are those of Linux where it has the counter. */
public enum OffloadCounter {
    /** Records written for the device to encrypt. */
    RECORDS("tls-device-records", "records written for the device to encrypt"),
    /** Of these, sealed in software after all. */
    RECORDS_SEALED("tls-device-records-sealed", "of these, sealed in software before they were sent, or sent again"),
    /** Packets handed to the device for encryption. */
    ENCRYPTED_PACKETS("tls-encrypted-packets", "packets, or trains of packets, that the device encrypts"),
    /** Payload octets of these. */
    ENCRYPTED_BYTES("tls-encrypted-bytes", "octets that the device encrypts"),
    /** Packets encrypted in software. */
    SEALED_PACKETS("tls-sealed-packets", "packets, or trains of packets, encrypted in software"),
    /** Payload octets of these. */
    SEALED_BYTES("tls-sealed-bytes", "octets encrypted in software"),
    /** Packets that do not continue what the device saw last. */
    OUT_OF_ORDER("tls-ooo", "packets that do not continue what the device encrypted last"),
    /** Resyncs. */
    RESYNCS("tls-resync", "times the device was set to another record"),
    /** Resyncs to the record whose parameters were posted last. */
    RESYNCS_WITHOUT_PARAMETERS("tls-resync-same-record", "of these, to the record whose parameters it had"),
    /** Dumps. */
    DUMP_PACKETS("tls-dump-packets", "pieces of records that ran through the device's cipher and were not sent"),
    /** Octets of dumps. */
    DUMP_BYTES("tls-dump-bytes", "octets of these"),
    /** Packets not sent: acknowledged already. */
    DROPPED_ACKNOWLEDGED("tls-drop-no-sync-data", "packets not sent because the peer has their octets"),
    /** Packets not sent: the queue had no room. */
    NO_ROOM("tls-no-room", "packets not sent for want of room in the queue or for ciphertext"),
    /** Records whose plaintext changed after a part was sent. */
    IMAGE_CHANGED("tls-image-changed", "records whose plaintext changed after it was sent: the connection is aborted"),
    /** Connections that the device did not take. */
    REFUSED("tls-refused", "connections in software because the device has no context or key for them"),
    /** Connections that left the device for good. */
    FALLBACKS("tls-fallbacks", "connections that left the device for good"),
    /** Key changes. */
    KEY_CHANGES("tls-key-changes", "keys replaced"),
    /** Returns to the device after a key change. */
    RESUMPTIONS("tls-resumptions", "returns to the device after a key change"),
    /** Keys given to the device to decrypt with. */
    RECEPTIONS("tls-rx-ctx", "keys given to the device to decrypt with"),
    /** Packets that the device has decrypted. */
    DECRYPTED_PACKETS("tls-decrypted-packets", "packets that the device has decrypted"),
    /** Octets of these, as far as they were new. */
    DECRYPTED_BYTES("tls-decrypted-bytes", "octets of these that were new"),
    /** Packets dropped for want of room to remember that they are decrypted, or of the key. */
    DECRYPTED_DROPPED("tls-decrypted-dropped", "decrypted packets dropped for want of room to remember it, or of their key"),
    /** Records taken as the device has decrypted and authenticated them. */
    RECORDS_DECRYPTED("tls-records-decrypted", "records taken as the device has decrypted and authenticated them"),
    /** Records of which the device has decrypted a part, or all without being trusted with it, opened by their tags. */
    RECORDS_RESTORED("tls-records-restored", "records that the device has decrypted in part, or uncounted, opened by their tags"),
    /** Packets in which the device found an error. */
    DECRYPTION_ERRORS("tls-err", "packets with the end of a record that the device found not to be authentic"),
    /** Packets that ask for a resync. */
    RESYNC_REQUESTS("tls-resync-req-pkt", "packets with which the device asks which record it is at"),
    /** Of these, not looked into as one is already, or as there is no room. */
    RESYNC_REQUESTS_SKIPPED("tls-resync-req-skip", "of these, while another was being answered or without room to ask back"),
    /** Answers of the device that it is not sure of itself. */
    RESYNC_RETRIES("tls-resync-res-retry", "times the device did not know any more what it had asked for"),
    /** Places where no record begins. */
    RESYNC_FALSE("tls-resync-res-skip", "places the device asked for at which no record begins"),
    /** Places behind which the device has decrypted before, or that were answered for. */
    RESYNC_PASSED("tls-resync-res-passed", "places the device asked for that it has passed already"),
    /** Contexts to be made anew, as the device asks for a place while the answer for another is open. */
    RESYNC_LOST("tls-resync-lost", "times the device did not take up an answer and asked for another place"),
    /** Records whose number the device was told. */
    RESYNC_ANSWERS("tls-resync-res-ok", "records whose number the device was told");

    private final String label;
    private final String meaning;

    OffloadCounter(final String label, final String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * The counter's name in listings.
     *
     * @return lower case words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What the counter counts.
     *
     * @return one sentence.
     */
    public String meaning() {
        return meaning;
    }

    @SuppressWarnings("EnumOrdinal") // the one place that turns a counter into an index, and nothing outlives the process
    int slot() {
        return ordinal();
    }
}
