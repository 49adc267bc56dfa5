package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * The option list of a header, against a second parser that is written for nothing but to be obviously right, and with two
 * different surroundings: what lies behind the list must not matter.
 */
public final class OptionsTarget {
    private static final Octets MEMORY = new Octets(3 * TcpOptions.MAX_LENGTH);

    private OptionsTarget() {
    }

    /**
     * Parses.
     *
     * @param data the list.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final int length = Math.min(data.length, TcpOptions.MAX_LENGTH);
        final TcpOptions first = new TcpOptions();
        final TcpOptions second = new TcpOptions();
        final boolean isGood = parse(data, length, first, 0x00);
        require(isGood == parse(data, length, second, 0xff), "octets behind the list decide whether it is good");
        final PlainParser plain = new PlainParser(data, length);
        require(isGood == plain.isGood, "good or malformed: " + isGood);
        if (isGood) {
            require(describe(first).equals(describe(second)), "octets behind the list are read: " + describe(second));
            require(describe(first).equals(plain.describe()), describe(first) + " for " + plain.describe());
        }
    }

    private static boolean parse(final byte[] data, final int length, final TcpOptions options, final int surroundings) {
        final long list = MEMORY.address() + TcpOptions.MAX_LENGTH;
        UnsafeApi.setMemory(MEMORY.address(), MEMORY.length(), (byte) surroundings);
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(list + i, data[i]);
        }
        return options.parse(list, length);
    }

    private static String describe(final TcpOptions options) {
        final StringBuilder text = new StringBuilder();
        text.append(options.maxSegmentSize()).append(' ').append(options.windowShift()).append(' ')
            .append(options.isSackPermitted()).append(' ').append(options.hasTimestamps()).append(' ')
            .append(options.timestamp()).append(' ').append(options.timestampEcho());
        for (int i = 0; i < options.sackBlocks(); i++) {
            text.append(' ').append(options.sackStart(i)).append('-').append(options.sackEnd(i));
        }
        return text.toString();
    }

    /** RFC 9293 section 3.2, RFC 7323 section 2.2 and 3.2, RFC 2018: by arrays and without haste. */
    private static final class PlainParser {
        private final byte[] list;
        private final int length;
        private boolean isGood = true;
        private int maxSegmentSize = TcpOptions.ABSENT;
        private int windowShift = TcpOptions.ABSENT;
        private boolean isSackPermitted;
        private boolean hasTimestamps;
        private int timestamp;
        private int echo;
        private String blocks = "";

        PlainParser(final byte[] list, final int length) {
            this.list = list;
            this.length = length;
            int at = 0;
            while (isGood && at < length && list[at] != 0) {
                at += list[at] == 1 ? 1 : option(at);
            }
        }

        private int option(final int at) {
            final int octets = at + 1 < length ? list[at + 1] & 0xff : 0;
            isGood = octets >= 2 && at + octets <= length && isRight(list[at] & 0xff, octets);
            if (isGood) {
                take(list[at] & 0xff, at, octets);
            }
            return octets;
        }

        private static boolean isRight(final int kind, final int octets) {
            return switch (kind) {
                case 2 -> octets == 4;
                case 3 -> octets == 3;
                case 4 -> octets == 2;
                case 5 -> octets == 10 || octets == 18 || octets == 26 || octets == 34;
                case 8 -> octets == 10;
                default -> true;
            };
        }

        private void take(final int kind, final int at, final int octets) {
            if (kind == 2) {
                maxSegmentSize = number(at + 2) >>> 16;
            } else if (kind == 3) {
                windowShift = list[at + 2] & 0xff;
            } else if (kind == 4) {
                isSackPermitted = true;
            } else if (kind == 8) {
                hasTimestamps = true;
                timestamp = number(at + 2);
                echo = number(at + 6);
            } else if (kind == 5) {
                blocks = "";
                for (int block = at + 2; block < at + octets; block += 8) {
                    blocks += " " + number(block) + "-" + number(block + 4);
                }
            }
        }

        /** Four octets, zeros behind the end of the array. */
        private int number(final int at) {
            int number = 0;
            for (int i = 0; i < 4; i++) {
                number = number << 8 | (at + i < list.length ? list[at + i] & 0xff : 0);
            }
            return number;
        }

        String describe() {
            return maxSegmentSize + " " + windowShift + " " + isSackPermitted + " " + hasTimestamps + " " + timestamp + " " + echo
                + blocks;
        }
    }
}
