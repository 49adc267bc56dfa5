package org.rds4j.crypto.offload.firmware;

import org.agrona.UnsafeApi;
import org.rds4j.crypto.offload.wqe.BigEndian;

/**
 * Commands about encryption keys, general objects of type 0x0c ({@code mlx5_ifc_encryption_key_obj_bits}).
 * <pre>
 *   8-11   object id           12-15  parameter of the operation
 *   16-23  fields to modify    24  state           25  0x80 wrapped, 0 for plaintext keys
 *   26  size, 0 for 128 bits, 1 for 256            27  purpose, 1 for TLS
 *   29-31  protection domain   80-111  key: 256 bits, or 128 bits in 96-111
 * </pre>
 * A command holds a key in the clear: whoever sent it {@link #wipe wipes} it at once.
 */
public final class EncryptionKeyCommand {
    /** Type of the object. */
    public static final int OBJECT_TYPE = 0x0c;
    /** Octets of a command that makes or changes a key. */
    public static final int LENGTH = 528;
    /** Octets of the same with the object of older firmware. */
    public static final int SHORT_LENGTH = 272;
    /** Purpose of keys that encrypt TLS records. */
    public static final int PURPOSE_TLS = 1;
    /** Number of 128-bit keys. */
    public static final int SIZE_128 = 0;
    /** Number of 256-bit keys. */
    public static final int SIZE_256 = 1;

    private static final int OBJECT_ID = 8;
    private static final int OBJECT = FirmwareCommand.HEAD_LENGTH;
    private static final int STATE = OBJECT + 8;
    private static final int WRAPPED = OBJECT + 9;
    private static final int SIZE = OBJECT + 10;
    private static final int PURPOSE = OBJECT + 11;
    private static final int PROTECTION_DOMAIN = OBJECT + 12;
    private static final int KEY = OBJECT + 64;
    private static final int KEY_LENGTH = 32;
    /** A short key fills the second half of the field. */
    private static final int SHORT_KEY = KEY + KEY_LENGTH / 2;

    private EncryptionKeyCommand() {
    }

    /**
     * Makes a key.
     *
     * @param address          of {@link #LENGTH} octets.
     * @param protectionDomain of the device.
     * @param key              16 or 32 octets; copied, the caller wipes it.
     */
    public static void create(final long address, final int protectionDomain, final byte[] key) {
        FirmwareCommand.begin(address, LENGTH, FirmwareCommand.CREATE_GENERAL_OBJECT, OBJECT_TYPE);
        writeObject(address, protectionDomain, key);
    }

    /**
     * Gives an object another key. Only after a SYNC_CRYPTO that followed the end of the old key's use.
     *
     * @param address          of {@link #LENGTH} octets.
     * @param id               of the object.
     * @param protectionDomain of the device.
     * @param key              16 or 32 octets; copied, the caller wipes it.
     */
    public static void modify(final long address, final int id, final int protectionDomain, final byte[] key) {
        FirmwareCommand.begin(address, LENGTH, FirmwareCommand.MODIFY_GENERAL_OBJECT, OBJECT_TYPE);
        BigEndian.putInt(address + OBJECT_ID, id);
        BigEndian.putLong(address + OBJECT, 1);
        writeObject(address, protectionDomain, key);
    }

    /**
     * Reads an object, whose key is never in the reply.
     *
     * @param address of {@link FirmwareCommand#HEAD_LENGTH} octets.
     * @param id      of the object.
     */
    public static void query(final long address, final int id) {
        FirmwareCommand.begin(
            address, FirmwareCommand.HEAD_LENGTH, FirmwareCommand.QUERY_GENERAL_OBJECT, OBJECT_TYPE);
        BigEndian.putInt(address + OBJECT_ID, id);
    }

    /**
     * Ends an object.
     *
     * @param address of {@link FirmwareCommand#HEAD_LENGTH} octets.
     * @param id      of the object.
     */
    public static void destroy(final long address, final int id) {
        FirmwareCommand.begin(
            address, FirmwareCommand.HEAD_LENGTH, FirmwareCommand.DESTROY_GENERAL_OBJECT, OBJECT_TYPE);
        BigEndian.putInt(address + OBJECT_ID, id);
    }

    /**
     * Overwrites the key in a command.
     *
     * @param address of a command of {@link #create} or {@link #modify}.
     */
    public static void wipe(final long address) {
        BigEndian.clear(address + KEY, KEY_LENGTH);
    }

    /**
     * Which object; in a reply to a creation, which was made.
     *
     * @param address of a command or reply.
     * @return its id.
     */
    public static int id(final long address) {
        return BigEndian.getInt(address + OBJECT_ID);
    }

    /**
     * Says which object was made.
     *
     * @param address of a reply.
     * @param id      of the object.
     */
    public static void id(final long address, final int id) {
        BigEndian.putInt(address + OBJECT_ID, id);
    }

    /**
     * The size of the key.
     *
     * @param address of a command that makes or changes a key.
     * @return {@link #SIZE_128}, {@link #SIZE_256} or a number without meaning.
     */
    public static int size(final long address) {
        return BigEndian.getByte(address + SIZE) & 0xf;
    }

    /**
     * What the key is for.
     *
     * @param address of a command that makes or changes a key.
     * @return {@link #PURPOSE_TLS} or that of other engines.
     */
    public static int purpose(final long address) {
        return BigEndian.getByte(address + PURPOSE) & 0xf;
    }

    /**
     * The protection domain.
     *
     * @param address of a command that makes or changes a key.
     * @return 24 bits.
     */
    public static int protectionDomain(final long address) {
        return BigEndian.getMedium(address + PROTECTION_DOMAIN + 1);
    }

    /**
     * Copies the key, from where a device looks for it.
     *
     * @param address of a command that makes or changes a key.
     * @return 16 or 32 octets, the caller's to wipe.
     */
    public static byte[] key(final long address) {
        final boolean isShort = size(address) == SIZE_128;
        final byte[] key = new byte[isShort ? KEY_LENGTH / 2 : KEY_LENGTH];
        for (int i = 0; i < key.length; i++) {
            key[i] = UnsafeApi.getByte(address + (isShort ? SHORT_KEY : KEY) + i);
        }
        return key;
    }

    /**
     * Judges a command.
     *
     * @param address of the command.
     * @param length  octets of it.
     * @return {@link FirmwareStatus#OK} when it is one that this class makes.
     */
    public static FirmwareStatus check(final long address, final int length) {
        if (FirmwareCommand.modifier(address) != OBJECT_TYPE) {
            return FirmwareStatus.BAD_PARAMETER;
        }
        final int opcode = FirmwareCommand.opcode(address);
        if (opcode == FirmwareCommand.QUERY_GENERAL_OBJECT || opcode == FirmwareCommand.DESTROY_GENERAL_OBJECT) {
            return length == FirmwareCommand.HEAD_LENGTH ? FirmwareStatus.OK : FirmwareStatus.BAD_INPUT_LENGTH;
        }
        if (length != LENGTH && length != SHORT_LENGTH) {
            return FirmwareStatus.BAD_INPUT_LENGTH;
        }
        final boolean isModified = BigEndian.getLong(address + OBJECT) != 0;
        if (isModified != (opcode == FirmwareCommand.MODIFY_GENERAL_OBJECT)) {
            return FirmwareStatus.BAD_PARAMETER;
        }
        return checkObject(address);
    }

    private static FirmwareStatus checkObject(final long address) {
        final boolean isLegal = BigEndian.getByte(address + WRAPPED) == 0
            && BigEndian.getByte(address + STATE) == 0
            && BigEndian.getByte(address + SIZE) <= SIZE_256
            && BigEndian.getByte(address + PURPOSE) >= 1
            && BigEndian.getByte(address + PURPOSE) <= 6
            && BigEndian.getByte(address + PROTECTION_DOMAIN) == 0;
        return isLegal ? FirmwareStatus.OK : FirmwareStatus.BAD_PARAMETER;
    }

    private static void writeObject(final long address, final int protectionDomain, final byte[] key) {
        if (key.length != KEY_LENGTH && key.length != KEY_LENGTH / 2) {
            throw new IllegalArgumentException("an encryption key has 16 or 32 octets, not " + key.length);
        }
        final boolean isShort = key.length == KEY_LENGTH / 2;
        BigEndian.putByte(address + SIZE, isShort ? SIZE_128 : SIZE_256);
        BigEndian.putByte(address + PURPOSE, PURPOSE_TLS);
        BigEndian.putInt(address + PROTECTION_DOMAIN, protectionDomain);
        for (int i = 0; i < key.length; i++) {
            UnsafeApi.putByte(address + (isShort ? SHORT_KEY : KEY) + i, key[i]);
        }
    }
}
