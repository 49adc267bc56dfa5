package org.rds4j.crypto.offload.firmware;

/** How the firmware answered ({@code enum} in {@code include/linux/mlx5/device.h}). */
public enum FirmwareStatus {
    /** Done. */
    OK(0x00),
    /** The firmware failed. */
    INTERNAL_ERROR(0x01),
    /** No such command. */
    BAD_OPERATION(0x02),
    /** A field has a value that it may not have. */
    BAD_PARAMETER(0x03),
    /** No such object. */
    BAD_RESOURCE(0x05),
    /** The object is in use. */
    RESOURCE_BUSY(0x06),
    /** A limit is reached. */
    EXCEEDS_LIMIT(0x08),
    /** The object is in a state that forbids this. */
    BAD_RESOURCE_STATE(0x09),
    /** Nothing left to make it of. */
    NO_RESOURCES(0x0f),
    /** The command is too long or too short. */
    BAD_INPUT_LENGTH(0x50),
    /** There is no room for the reply. */
    BAD_OUTPUT_LENGTH(0x51);

    private final int code;

    FirmwareStatus(final int code) {
        this.code = code;
    }

    /**
     * The number in the reply.
     *
     * @return 0 to 255.
     */
    public int code() {
        return code;
    }

    /**
     * The status of a number.
     *
     * @param code from a reply.
     * @return the status, {@link #INTERNAL_ERROR} when none has the number.
     */
    public static FirmwareStatus of(final int code) {
        for (final FirmwareStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        return INTERNAL_ERROR;
    }
}
