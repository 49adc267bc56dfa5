package org.rds4j.crypto.fuzz;

import java.util.Arrays;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * Records between a sealer and an opener: what was sealed opens once and in order, anything else does not, and the first error
 * is final. Each step is an octet of choices and one of amount.
 */
public final class RecordsTarget {
    private static final AeadProvider PROVIDER = AeadProviders.best();
    private static final int MOST_STEPS = 60;
    private static final int MOST_CONTENT = 16_384;
    private static final int OUT = 20_000;
    private static final int KEY_LENGTH = 16;
    private static final Memory MEMORY = new Memory(2 * OUT);

    private final byte[] data;
    private int at;
    private final RecordSealer sealer = new RecordSealer(
        PROVIDER, TrafficKeys.derive(TestSecrets.specificationSecret(), KEY_LENGTH), KeyLimits.DEFAULT, 0);
    private final RecordOpener opener = new RecordOpener(
        PROVIDER, TrafficKeys.derive(TestSecrets.specificationSecret(), KEY_LENGTH), 0);
    private byte[] last;
    private boolean isDead;
    private int empty;

    private RecordsTarget(final byte[] data) {
        this.data = data;
    }

    /**
     * Runs a sequence of records.
     *
     * @param data what they hold and what becomes of them.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final RecordsTarget run = new RecordsTarget(data);
        for (int step = 0; step < MOST_STEPS && run.at < data.length; step++) {
            run.step(run.octet(), run.octet());
        }
        run.sealer.close();
        run.opener.close();
        require(run.opener.error() != RecordError.NONE, "a closed opener has no error");
    }

    private static void require(final boolean holds, final String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }

    private int octet() {
        return at < data.length ? data[at++] & 0xff : 0;
    }

    private void step(final int what, final int amount) {
        switch (what & 7) {
            case 0 -> {
                final int length = Math.min(MOST_CONTENT, amount << (what >>> 3 & 7));
                open(seal(length), length);
            }
            case 1 -> control(sealer.sealAlert(amount, MEMORY.address() + OUT), RecordLike.ALERT);
            case 2 -> control(sealer.updateKeys(MEMORY.address() + OUT), RecordLike.KEY_UPDATE);
            case 3 -> refuse(flipped(seal(amount), (what >>> 3) * 8 + octet()));
            case 4 -> refuse(Arrays.copyOf(seal(amount), octet() % (amount + 1)));
            case 5 -> refuse(last);
            default -> refuse(raw(what, amount));
        }
    }

    private byte[] seal(final int length) {
        final byte[] content = content(length);
        MEMORY.put(0, content);
        final int record = sealer.seal(MEMORY.address(), length, MEMORY.address() + OUT);
        require(record == length + 22, "a record of " + record);
        return MEMORY.get(OUT, record);
    }

    private static byte[] content(final int length) {
        final byte[] content = new byte[length];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 7 + length);
        }
        return content;
    }

    private void open(final byte[] record, final int length) {
        MEMORY.put(0, record);
        final int opened = opener.open(MEMORY.address(), record.length);
        empty = length == 0 ? empty + 1 : 0;
        isDead |= empty > RecordOpener.MAX_EMPTY_RECORDS;
        require(opened == (isDead ? -1 : length), "opened: " + opened + " of " + length + " " + opener.error());
        require(isDead || Arrays.equals(content(length), MEMORY.get(5, opened)), "wrong content");
        last = record;
    }

    private void control(final int length, final RecordLike kind) {
        final byte[] record = MEMORY.get(OUT, length);
        MEMORY.put(0, record);
        final int opened = opener.open(MEMORY.address(), length);
        require(isDead ? opened == -1 : opened > 0 && opener.contentType() == kind.type, "a control record: " + opened);
        last = record;
        empty = 0;
    }

    private void refuse(final byte[] record) {
        if (record == null) {
            return;
        }
        MEMORY.put(0, record);
        final long opened = opener.records();
        require(opener.open(MEMORY.address(), record.length) == -1, "opened what nobody sealed");
        require(opener.records() == opened && opener.error() != RecordError.NONE, "no reason");
        isDead = true;
    }

    private static byte[] flipped(final byte[] record, final int bit) {
        final int place = bit % (record.length * 8);
        record[place / 8] ^= (byte) (1 << place % 8);
        return record;
    }

    /** A header that may be right, and octets behind it. */
    private byte[] raw(final int what, final int amount) {
        final byte[] record = new byte[amount];
        for (int i = 0; i < amount; i++) {
            record[i] = (byte) octet();
        }
        if ((what & 8) != 0 && amount >= 5) {
            record[0] = 23;
            record[1] = 3;
            record[2] = 3;
            record[3] = 0;
            record[4] = (byte) (amount - 5);
        }
        return record;
    }

    /** Records that carry no application data, by their content types (RFC 8446 section 5.1). */
    private enum RecordLike {
        ALERT(21), KEY_UPDATE(22);

        private final int type;

        RecordLike(final int type) {
            this.type = type;
        }
    }
}
