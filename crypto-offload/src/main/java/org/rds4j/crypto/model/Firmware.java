package org.rds4j.crypto.model;

import java.util.HashMap;
import java.util.Map;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.offload.firmware.CapabilityCommand;
import org.rds4j.crypto.offload.firmware.EncryptionKeyCommand;
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.firmware.FirmwareStatus;
import org.rds4j.crypto.offload.firmware.SyncCryptoCommand;
import org.rds4j.crypto.offload.firmware.TirCommand;
import org.rds4j.crypto.offload.firmware.TisCommand;

/** Executes firmware commands: the tables of keys, and of contexts of both directions. */
final class Firmware {
    private static final int FIRST_KEY = 0x305;
    private static final int FIRST_TIS = 0x1c;
    private static final int FIRST_TIR = 0x2d;
    private static final int MAX_TIR = 4096;

    private final Capabilities capabilities;
    private final int maxTis;
    private final ModelMode mode;
    private final ModelCounters counters;
    private final Map<Integer, EncryptionKey> keys = new HashMap<>();
    private final Map<Integer, TlsContext> contexts = new HashMap<>();
    private final Map<Integer, ReceiveContext> receivers = new HashMap<>();
    private int nextKey = FIRST_KEY;
    private int nextTis = FIRST_TIS;
    private int nextTir = FIRST_TIR;

    Firmware(final Capabilities capabilities, final int maxTis, final ModelMode mode, final ModelCounters counters) {
        this.capabilities = capabilities;
        this.maxTis = maxTis;
        this.mode = mode;
        this.counters = counters;
    }

    Capabilities capabilities() {
        return capabilities;
    }

    TlsContext context(final int tis) {
        return contexts.get(tis);
    }

    Iterable<TlsContext> contexts() {
        return contexts.values();
    }

    ReceiveContext receiver(final int tir) {
        return receivers.get(tir);
    }

    EncryptionKey key(final int id) {
        return keys.get(id);
    }

    int keys() {
        return keys.size();
    }

    /** All objects are gone, as after a reset of the device. */
    void reset() {
        keys.values().forEach(EncryptionKey::wipe);
        keys.clear();
        contexts.clear();
        receivers.clear();
    }

    void execute(final long command, final int length, final long reply, final int replyLength) {
        counters.increment(ModelCounter.COMMANDS);
        if (replyLength < FirmwareCommand.HEAD_LENGTH) {
            throw new IllegalArgumentException("a reply has at least 16 octets, not " + replyLength);
        }
        FirmwareCommand.reply(reply, replyLength, FirmwareStatus.OK, 0);
        final FirmwareStatus status = length < FirmwareCommand.HEAD_LENGTH
            ? FirmwareStatus.BAD_INPUT_LENGTH : dispatch(command, length, reply, replyLength);
        if (status != FirmwareStatus.OK) {
            FirmwareCommand.reply(reply, replyLength, status, FirmwareCommand.opcode(command));
        }
    }

    private FirmwareStatus dispatch(final long command, final int length, final long reply, final int replyLength) {
        return switch (FirmwareCommand.opcode(command)) {
            case FirmwareCommand.QUERY_HCA_CAP -> capabilities(command, length, reply, replyLength);
            case FirmwareCommand.CREATE_TIS, FirmwareCommand.DESTROY_TIS -> tis(command, length, reply);
            case FirmwareCommand.CREATE_TIR, FirmwareCommand.DESTROY_TIR -> tir(command, length, reply);
            case FirmwareCommand.CREATE_GENERAL_OBJECT,
                FirmwareCommand.MODIFY_GENERAL_OBJECT,
                FirmwareCommand.QUERY_GENERAL_OBJECT,
                FirmwareCommand.DESTROY_GENERAL_OBJECT -> key(command, length, reply);
            case FirmwareCommand.SYNC_CRYPTO -> synchronize(command, length);
            default -> FirmwareStatus.BAD_OPERATION;
        };
    }

    private FirmwareStatus capabilities(
        final long command, final int length, final long reply, final int replyLength) {
        if (length != FirmwareCommand.HEAD_LENGTH) {
            return FirmwareStatus.BAD_INPUT_LENGTH;
        }
        if (replyLength != CapabilityCommand.REPLY_LENGTH) {
            return FirmwareStatus.BAD_OUTPUT_LENGTH;
        }
        capabilities.write(reply, CapabilityCommand.type(command));
        return FirmwareStatus.OK;
    }

    private FirmwareStatus tis(final long command, final int length, final long reply) {
        final FirmwareStatus status = TisCommand.check(command, length);
        if (status != FirmwareStatus.OK) {
            return status;
        }
        if (FirmwareCommand.opcode(command) == FirmwareCommand.DESTROY_TIS) {
            return contexts.remove(FirmwareCommand.number(command)) == null ? FirmwareStatus.BAD_RESOURCE : FirmwareStatus.OK;
        }
        if (contexts.size() >= maxTis) {
            return FirmwareStatus.NO_RESOURCES;
        }
        contexts.put(nextTis, new TlsContext(TisCommand.protectionDomain(command), TisCommand.isTlsEnabled(command)));
        FirmwareCommand.number(reply, nextTis++);
        return FirmwareStatus.OK;
    }

    private FirmwareStatus tir(final long command, final int length, final long reply) {
        final FirmwareStatus status = TirCommand.check(command, length);
        if (status != FirmwareStatus.OK) {
            return status;
        }
        if (FirmwareCommand.opcode(command) == FirmwareCommand.DESTROY_TIR) {
            return receivers.remove(FirmwareCommand.number(command)) == null ? FirmwareStatus.BAD_RESOURCE : FirmwareStatus.OK;
        }
        if (receivers.size() >= MAX_TIR) {
            return FirmwareStatus.NO_RESOURCES;
        }
        receivers.put(nextTir, new ReceiveContext(
            TirCommand.isTlsEnabled(command), TirCommand.receiveQueue(command), mode == ModelMode.ADVERSARIAL, counters));
        FirmwareCommand.number(reply, nextTir++);
        return FirmwareStatus.OK;
    }

    private FirmwareStatus key(final long command, final int length, final long reply) {
        final FirmwareStatus status = EncryptionKeyCommand.check(command, length);
        if (status != FirmwareStatus.OK) {
            return status;
        }
        final int opcode = FirmwareCommand.opcode(command);
        if (opcode == FirmwareCommand.CREATE_GENERAL_OBJECT) {
            return createKey(command, reply);
        }
        final EncryptionKey key = keys.get(EncryptionKeyCommand.id(command));
        if (key == null) {
            return FirmwareStatus.BAD_RESOURCE;
        }
        if (opcode == FirmwareCommand.DESTROY_GENERAL_OBJECT) {
            keys.remove(EncryptionKeyCommand.id(command)).wipe();
        }
        return opcode == FirmwareCommand.MODIFY_GENERAL_OBJECT ? modifyKey(key, command) : FirmwareStatus.OK;
    }

    private FirmwareStatus createKey(final long command, final long reply) {
        if (keys.size() >= 1 << capabilities.logMaxKeys()) {
            return FirmwareStatus.NO_RESOURCES;
        }
        final EncryptionKey key = new EncryptionKey();
        set(key, command);
        keys.put(nextKey, key);
        EncryptionKeyCommand.id(reply, nextKey++);
        return FirmwareStatus.OK;
    }

    private FirmwareStatus modifyKey(final EncryptionKey key, final long command) {
        if (key.isUsedSinceSync()) {
            counters.increment(ModelCounter.KEY_SYNC_VIOLATIONS);
            if (mode == ModelMode.STRICT) {
                return FirmwareStatus.BAD_RESOURCE_STATE;
            }
        }
        set(key, command);
        return FirmwareStatus.OK;
    }

    private FirmwareStatus synchronize(final long command, final int length) {
        final FirmwareStatus status = SyncCryptoCommand.check(command, length);
        if (status == FirmwareStatus.OK && !capabilities.hasSynchronize()) {
            return FirmwareStatus.BAD_OPERATION;
        }
        if (status == FirmwareStatus.OK) {
            counters.increment(ModelCounter.SYNC_COMMANDS);
            keys.values().forEach(EncryptionKey::onSync);
        }
        return status;
    }

    private static void set(final EncryptionKey key, final long command) {
        key.set(
            EncryptionKeyCommand.key(command),
            EncryptionKeyCommand.purpose(command),
            EncryptionKeyCommand.protectionDomain(command));
    }
}
