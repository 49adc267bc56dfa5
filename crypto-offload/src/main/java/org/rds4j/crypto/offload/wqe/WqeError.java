package org.rds4j.crypto.offload.wqe;

/** Why a work queue element is refused. */
public enum WqeError {
    /** Nothing is wrong. */
    NONE(0),
    /** No such opcode. */
    OPCODE(1),
    /** The modifier is not one of this opcode. */
    OPCODE_MODIFIER(2),
    /** The element counts more or fewer segments of 16 octets than its opcode has. */
    LENGTH(3),
    /** The send queue named is another. */
    QUEUE_NUMBER(4),
    /** The index is not the place where the element stands. */
    INDEX(5),
    /** Octets that must be zero are not. */
    RESERVED(6),
    /** The number of TIS or TIR is not shifted left by eight, or stands where none may. */
    OBJECT_NUMBER(7),
    /** The flags of a memory key update do not say inline. */
    UMR_FLAGS(8),
    /** The update carries translations, or its stream format has not 64 octets. */
    UMR_OCTOWORDS(9),
    /** The update touches the memory key itself. */
    UMR_MEMORY_KEY(10),
    /** The constants of the static parameters are others. */
    STATIC_CONSTANTS(11),
    /** The TLS version is neither 1.2 nor 1.3. */
    TLS_VERSION(12),
    /** The encryption standard is not TLS. */
    ENCRYPTION_STANDARD(13),
    /** More or fewer parameter sets than one. */
    PSV_COUNT(14),
    /** The destination is not aligned to 64 octets. */
    ALIGNMENT(15),
    /** A data segment of length 0, or longer than this opcode allows. */
    DATA_LENGTH(16),
    /** A dump of more than one data segment. */
    DUMP_SEGMENTS(17),
    /** The header is not inlined, or its length and that of the element contradict each other. */
    INLINE_HEADER(18),
    /** A maximum segment size where none belongs, or none where one does. */
    SEGMENT_SIZE(19),
    /** No such TIS. */
    TIS_UNKNOWN(20),
    /** The TIS was made without TLS. */
    TIS_WITHOUT_TLS(21),
    /** The TIS belongs to another send queue. */
    TIS_QUEUE(22),
    /** No such encryption key. */
    DEK_UNKNOWN(23),
    /** The encryption key belongs to another protection domain. */
    DEK_DOMAIN(24),
    /** The encryption key is not for TLS. */
    DEK_PURPOSE(25),
    /** The device cannot do this TLS version with a key of this size. */
    CAPABILITY(26),
    /** The memory key does not cover the octets. */
    MEMORY_KEY(27),
    /** Tagged octets for a context without parameters. */
    CONTEXT_UNUSABLE(28),
    /** Tagged octets before the fence that would order them behind parameters. */
    UNFENCED(29),
    /** Tagged octets that are not those after the last ones. */
    DISCONTINUOUS(30),
    /** Octets flagged as plaintext in an element that is not encrypted. */
    PLAINTEXT(31),
    /** No such TIR. */
    TIR_UNKNOWN(32),
    /** The TIR was made without TLS. */
    TIR_WITHOUT_TLS(33);

    private final int code;

    WqeError(final int code) {
        this.code = code;
    }

    /**
     * A number for the vendor's octet of an error completion.
     *
     * @return 0 to 255.
     */
    public int code() {
        return code;
    }

    /**
     * The error of a number.
     *
     * @param code of an error completion.
     * @return the error, {@link #OPCODE} when no error has the number.
     */
    public static WqeError of(final int code) {
        for (final WqeError error : values()) {
            if (error.code == code) {
                return error;
            }
        }
        return OPCODE;
    }
}
