package org.rds4j.tcp.control;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.rds4j.tcp.network.Ipv4Address;

/**
 * An address as the engine takes it: 128 bits, IPv4 as {@code ::ffff:a.b.c.d}.
 *
 * @param high bits 127..64.
 * @param low  bits 63..0.
 */
record IpAddress(long high, long low) {
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]+");

    static IpAddress parse(final String text) throws Refusal {
        try {
            if (text.indexOf(':') < 0) {
                return ofIpv4(Ipv4Address.parse(text));
            }
            if (!IPV6.matcher(text).matches()) {
                throw new Refusal(Errno.EINVAL);
            }
            final byte[] octets = InetAddress.getByName(text).getAddress();
            if (octets.length == 4) {
                return ofIpv4(ByteBuffer.wrap(octets).getInt());
            }
            final ByteBuffer buffer = ByteBuffer.wrap(octets);
            return new IpAddress(buffer.getLong(), buffer.getLong());
        } catch (final IllegalArgumentException | java.net.UnknownHostException e) {
            throw new Refusal(Errno.EINVAL);
        }
    }

    static IpAddress ofIpv4(final int address) {
        return new IpAddress(0, Ipv4Address.mappedLow(address));
    }

    boolean isIpv4() {
        return Ipv4Address.isMapped(high, low);
    }

    int ipv4() {
        return (int) low;
    }

    /** The address that stands for every address of this host. */
    boolean isAny() {
        return isIpv4() ? ipv4() == 0 : high == 0 && low == 0;
    }
}
