package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.BitSet;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;

/**
 * What one side of a link should have sent, by the cipher of the JDK: every octet of its stream that is sent again must be what
 * it was, and every record must be what the JDK makes of the record's plaintext, under the keys of the connection and
 * consecutive numbers.
 */
final class StreamReference implements FrameTap {
    private static final int ETHERNET = 14;
    private static final int TCP = ETHERNET + 20;
    private static final int WINDOW = 1 << 23;
    private static final int HEADER = 5;
    private static final int TAG = 16;
    private static final int KEY_UPDATE = 22;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final byte[] segment = new byte[1 << 16];
    private final byte[] stream = new byte[WINDOW];
    private final BitSet present = new BitSet(WINDOW);
    private final Cipher cipher;
    private int firstSequence;
    private boolean isOpen;
    private long contiguous;
    private long parsed;
    private long end;
    private TrafficKeys keys;
    private boolean hasBegun;
    private long number;
    private long records;
    private long keyChanges;
    private long octetsAgain;

    StreamReference() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The keys of the first record; taken over. */
    void keys(final TrafficKeys first) {
        keys = first;
    }

    boolean hasKeys() {
        return keys != null;
    }

    long records() {
        return records;
    }

    long keyChanges() {
        return keyChanges;
    }

    long octetsAgain() {
        return octetsAgain;
    }

    @Override
    public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
        frame.wrap(address, length);
        if (from != Side.A || frame.getShort(12) != 8 || frame.getByte(ETHERNET + 9) != 6) {
            return true;
        }
        final int sequence = Integer.reverseBytes(frame.getInt(TCP + 4));
        if ((frame.getByte(TCP + 13) & 0x02) != 0) {
            assertEquals(0, end, "a second connection");
            firstSequence = sequence + 1;
            isOpen = true;
            return true;
        }
        final int payload = TCP + ((frame.getByte(TCP + 12) & 0xf0) >> 2);
        final int total = ETHERNET + (Short.reverseBytes(frame.getShort(ETHERNET + 2)) & 0xffff);
        if (isOpen && total > payload) {
            take(sequence, payload, total - payload);
        }
        return true;
    }

    private void take(final int sequence, final int offset, final int length) {
        final long position = contiguous + (sequence - (firstSequence + (int) contiguous));
        frame.getBytes(offset, segment, 0, length);
        for (int done = 0; done < length;) {
            final int at = (int) (position + done) & WINDOW - 1;
            final int count = Math.min(length - done, WINDOW - at);
            takePart(at, done, count);
            done += count;
        }
        end = Math.max(end, position + length);
        while (contiguous < end && present.get((int) contiguous & WINDOW - 1)) {
            final int at = (int) contiguous & WINDOW - 1;
            final int next = present.nextClearBit(at);
            final long run = Math.min(end - contiguous, Math.min(next, WINDOW) - at);
            final int old = (int) (contiguous + WINDOW / 2) & WINDOW - 1;
            contiguous += run;
            present.clear(old, (int) Math.min(WINDOW, old + run));
            present.clear(0, (int) Math.max(0, old + run - WINDOW));
        }
        parse();
    }

    /** A part of the segment at a place of the window. */
    private void takePart(final int at, final int from, final int count) {
        final int known = present.nextSetBit(at);
        if (known < 0 || known >= at + count) {
            System.arraycopy(segment, from, stream, at, count);
            present.set(at, at + count);
            return;
        }
        for (int i = 0; i < count; i++) {
            if (present.get(at + i)) {
                octetsAgain++;
                if (stream[at + i] != segment[from + i]) {
                    fail("an octet was " + stream[at + i] + " and is " + segment[from + i] + " when sent again");
                }
            } else {
                stream[at + i] = segment[from + i];
                present.set(at + i);
            }
        }
    }

    private void parse() {
        while (keys != null && contiguous - parsed >= HEADER) {
            final int length = HEADER + (octet(3) << 8 | octet(4));
            if (contiguous - parsed < length) {
                return;
            }
            check(length);
            parsed += length;
        }
    }

    private int octet(final int offset) {
        return stream[(int) (parsed + offset) & WINDOW - 1] & 0xff;
    }

    private void check(final int length) {
        final byte[] record = new byte[length];
        final int at = (int) parsed & WINDOW - 1;
        final int first = Math.min(length, WINDOW - at);
        System.arraycopy(stream, at, record, 0, first);
        System.arraycopy(stream, 0, record, first, length - first);
        try {
            final byte[] text = crypt(Cipher.DECRYPT_MODE, record, Arrays.copyOfRange(record, HEADER, length));
            assertArrayEquals(
                Arrays.copyOfRange(record, HEADER, length), crypt(Cipher.ENCRYPT_MODE, record, text), "record " + number);
            hasBegun = true;
            number++;
            records++;
            if (text[text.length - 1] == KEY_UPDATE) {
                keys = keys.next();
                number = 0;
                keyChanges++;
            }
        } catch (final AEADBadTagException e) {
            if (hasBegun) {
                fail("record " + number + " after " + records + " is not what it should be", e);
            }
        } catch (final GeneralSecurityException e) {
            if (hasBegun) {
                fail(e);
            }
        }
    }

    private byte[] crypt(final int mode, final byte[] header, final byte[] input) throws GeneralSecurityException {
        final byte[] nonce = keys.iv();
        final byte[] sequence = ByteBuffer.allocate(8).putLong(number).array();
        for (int i = 0; i < 8; i++) {
            nonce[4 + i] ^= sequence[i];
        }
        // a cipher of the JDK's refuses to encrypt twice under one nonce, as everybody should
        final Cipher used = mode == Cipher.DECRYPT_MODE ? cipher : Cipher.getInstance("AES/GCM/NoPadding");
        used.init(mode, new SecretKeySpec(keys.key(), "AES"), new GCMParameterSpec(8 * TAG, nonce));
        used.updateAAD(header, 0, HEADER);
        return used.doFinal(input);
    }
}
