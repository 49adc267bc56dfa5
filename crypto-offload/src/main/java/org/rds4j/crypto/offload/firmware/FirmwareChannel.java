package org.rds4j.crypto.offload.firmware;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.wqe.BigEndian;

/** Sends commands to one device and reads the replies; keys are wiped from the commands at once. Not thread safe. */
public final class FirmwareChannel {
    /** In place of a number when there is none. */
    public static final int NONE = -1;

    private final OffloadDevice device;
    private final ByteBuffer commandBuffer = ByteBuffer.allocateDirect(EncryptionKeyCommand.LENGTH);
    private final ByteBuffer replyBuffer = ByteBuffer.allocateDirect(3 * CapabilityCommand.REPLY_LENGTH);
    private final long command = BufferUtil.address(commandBuffer);
    private final long reply = BufferUtil.address(replyBuffer);
    private final Capabilities capabilities;
    private FirmwareStatus status = FirmwareStatus.OK;
    private int syndrome;

    /**
     * A channel; asks the device what it can do.
     *
     * @param device retained.
     */
    public FirmwareChannel(final OffloadDevice device) {
        this.device = device;
        capabilities = readCapabilities();
    }

    /**
     * What the device can do.
     *
     * @return as it said when the channel was made; {@link Capabilities#NONE} when it did not answer.
     */
    public Capabilities capabilities() {
        return capabilities;
    }

    /**
     * How the last command ended.
     *
     * @return the status.
     */
    public FirmwareStatus status() {
        return status;
    }

    /**
     * More about the last command's error.
     *
     * @return 32 bits, 0 for nothing.
     */
    public int syndrome() {
        return syndrome;
    }

    /**
     * Makes an encryption key.
     *
     * @param key 16 or 32 octets; borrowed.
     * @return its id, {@link #NONE} when the device refuses.
     */
    public int createKey(final byte[] key) {
        EncryptionKeyCommand.create(command, device.protectionDomain(), key);
        return executeWithKey() ? EncryptionKeyCommand.id(reply) : NONE;
    }

    /**
     * Gives an object another key.
     *
     * @param id  of the object.
     * @param key 16 or 32 octets; borrowed.
     * @return false when the device refuses.
     */
    public boolean modifyKey(final int id, final byte[] key) {
        EncryptionKeyCommand.modify(command, id, device.protectionDomain(), key);
        return executeWithKey();
    }

    private boolean executeWithKey() {
        try {
            return execute(EncryptionKeyCommand.LENGTH, FirmwareCommand.HEAD_LENGTH);
        } finally {
            EncryptionKeyCommand.wipe(command);
        }
    }

    /**
     * Ends an encryption key.
     *
     * @param id of the object.
     * @return false when the device refuses.
     */
    public boolean destroyKey(final int id) {
        EncryptionKeyCommand.destroy(command, id);
        return execute(FirmwareCommand.HEAD_LENGTH, FirmwareCommand.HEAD_LENGTH);
    }

    /**
     * Waits until no key freed before is in use.
     *
     * @return false when the device refuses.
     */
    public boolean synchronizeKeys() {
        SyncCryptoCommand.write(command);
        return execute(SyncCryptoCommand.LENGTH, FirmwareCommand.HEAD_LENGTH);
    }

    /**
     * Makes a sending context for TLS.
     *
     * @return its number, {@link #NONE} when the device refuses.
     */
    public int createTis() {
        TisCommand.create(command, device.transportDomain(), device.protectionDomain());
        return execute(TisCommand.CREATE_LENGTH, FirmwareCommand.HEAD_LENGTH) ? FirmwareCommand.number(reply) : NONE;
    }

    /**
     * Ends a sending context.
     *
     * @param number of the context.
     * @return false when the device refuses.
     */
    public boolean destroyTis(final int number) {
        TisCommand.destroy(command, number);
        return execute(FirmwareCommand.HEAD_LENGTH, FirmwareCommand.HEAD_LENGTH);
    }

    /**
     * Makes a receiving context for TLS.
     *
     * @param receiveQueue where its packets go.
     * @return its number, {@link #NONE} when the device refuses.
     */
    public int createTir(final int receiveQueue) {
        TirCommand.create(command, device.transportDomain(), receiveQueue);
        return execute(TirCommand.CREATE_LENGTH, FirmwareCommand.HEAD_LENGTH) ? FirmwareCommand.number(reply) : NONE;
    }

    /**
     * Ends a receiving context.
     *
     * @param number of the context.
     * @return false when the device refuses.
     */
    public boolean destroyTir(final int number) {
        TirCommand.destroy(command, number);
        return execute(FirmwareCommand.HEAD_LENGTH, FirmwareCommand.HEAD_LENGTH);
    }

    /** Where commands are written, for the test that no key stays. */
    ByteBuffer commandMemory() {
        return commandBuffer;
    }

    private boolean execute(final int commandLength, final int replyLength) {
        return execute(commandLength, reply, replyLength);
    }

    private boolean execute(final int commandLength, final long replyAddress, final int replyLength) {
        BigEndian.clear(replyAddress, replyLength);
        device.execute(command, commandLength, replyAddress, replyLength);
        status = FirmwareCommand.status(replyAddress);
        syndrome = FirmwareCommand.syndrome(replyAddress);
        return status == FirmwareStatus.OK;
    }

    private Capabilities readCapabilities() {
        final long tls = reply + CapabilityCommand.REPLY_LENGTH;
        final long crypto = tls + CapabilityCommand.REPLY_LENGTH;
        return readBlock(CapabilityCommand.TYPE_GENERAL, reply)
            && readBlock(CapabilityCommand.TYPE_TLS, tls)
            && readBlock(CapabilityCommand.TYPE_CRYPTO, crypto)
            ? Capabilities.read(reply, tls, crypto) : Capabilities.NONE;
    }

    private boolean readBlock(final int type, final long block) {
        CapabilityCommand.write(command, type);
        return execute(FirmwareCommand.HEAD_LENGTH, block, CapabilityCommand.REPLY_LENGTH);
    }
}
