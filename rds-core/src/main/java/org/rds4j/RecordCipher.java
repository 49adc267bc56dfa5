package org.rds4j;

/** The cipher of encrypted records. The stronger of what the two sides of a connection ask for is used. */
public enum RecordCipher {
    /** AES-GCM with 128-bit keys. */
    AES_128_GCM,
    /** AES-GCM with 256-bit keys. */
    AES_256_GCM
}
