package org.rds4j.tcp.model;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * What RFC 9293 demands of the segments that one host sends, checked from outside by what is on the wire alone.
 * <ul>
 * <li>the acknowledgement never moves back, nor does the right edge of the announced window (section 3.8.6), but by less than
 * the unit of its scale when the ring is full (RFC 7323 section 2.4);</li>
 * <li>nothing is sent beyond the largest right edge that the other host's segments brought, but for one octet of a probe and
 * the FIN (sections 3.8.6.1 and 3.6);</li>
 * <li>no segment is larger than the other host's MSS option allows;</li>
 * <li>timestamps never go back (RFC 7323 section 4.1);</li>
 * <li>a window scale above 14 is never announced (RFC 7323 section 2.3).</li>
 * </ul>
 */
public final class DirectionRules {
    private static final int NO_OPTION = -1;

    private int shift;
    private boolean hasScaleOption;
    private int peerMss = 536;
    private boolean hasEdge;
    private int edge;
    private int acknowledgement;
    private boolean hasGrant;
    private int grant;
    private boolean hasTimestamp;
    private int timestamp;

    /** A host that has said nothing yet. */
    public DirectionRules() {
    }

    /** A segment is sent; returns the rule it breaks, or null. */
    public String onSent(final long segment, final int length, final DirectionRules other) {
        final int flags = TcpHeaderFlyweight.flags(segment);
        if ((flags & TcpHeaderFlyweight.RST) != 0) {
            return null;
        }
        final boolean isSyn = (flags & TcpHeaderFlyweight.SYN) != 0;
        if (isSyn) {
            onSyn(segment);
        }
        final String broken = firstNonNull(
            timestampRule(segment), payloadRule(segment, length, flags), (flags & TcpHeaderFlyweight.ACK) == 0 ? null
                : windowRule(segment, isSyn, other));
        return broken == null ? null : broken + ", seq " + Integer.toUnsignedString(TcpHeaderFlyweight.sequence(segment));
    }

    private static String firstNonNull(final String... candidates) {
        for (final String candidate : candidates) {
            if (candidate != null) {
                return candidate;
            }
        }
        return null;
    }

    private void onSyn(final long segment) {
        final int at = option(segment, 3);
        hasScaleOption = at != NO_OPTION;
        shift = hasScaleOption ? octet(segment, at + 2) : 0;
    }

    private String timestampRule(final long segment) {
        final int at = option(segment, 8);
        if (at == NO_OPTION) {
            return null;
        }
        final int value = octet(segment, at + 2) << 24 | octet(segment, at + 3) << 16 | octet(segment, at + 4) << 8
            | octet(segment, at + 5);
        final boolean isBack = hasTimestamp && value - timestamp < 0;
        hasTimestamp = true;
        timestamp = value;
        return isBack ? "the timestamp went back" : null;
    }

    private String payloadRule(final long segment, final int length, final int flags) {
        final int payload = length - TcpHeaderFlyweight.headerLength(segment);
        if (payload > peerMss) {
            return "payload of " + payload + " octets, MSS " + peerMss;
        }
        final int end = TcpHeaderFlyweight.sequence(segment) + payload;
        if (payload > 0 && hasGrant && end - grant > 1) {
            return "payload ends " + (end - grant) + " octets beyond the window";
        }
        return (flags & TcpHeaderFlyweight.SYN) != 0 && shift > 14 ? "window scale " + shift : null;
    }

    private String windowRule(final long segment, final boolean isSyn, final DirectionRules other) {
        final int sentAcknowledgement = TcpHeaderFlyweight.acknowledgement(segment);
        final int usedShift = isSyn || !other.hasScaleOption || !hasScaleOption ? 0 : shift;
        final int sentEdge = sentAcknowledgement + (TcpHeaderFlyweight.window(segment) << usedShift);
        final boolean isAckBack = hasEdge && sentAcknowledgement - acknowledgement < 0;
        final boolean isEdgeBack = hasEdge && sentEdge - edge <= -(1 << usedShift);
        final boolean isEdgeAhead = !hasEdge || sentEdge - edge > 0;
        hasEdge = true;
        acknowledgement = sentAcknowledgement;
        edge = isEdgeAhead ? sentEdge : edge;
        if (isAckBack) {
            return "the acknowledgement went back";
        }
        return isEdgeBack ? "the right edge moved left" : null;
    }

    /** A segment of the other host arrives intact at this one. */
    public void onArrived(final long segment, final DirectionRules other) {
        final int flags = TcpHeaderFlyweight.flags(segment);
        final boolean isSyn = (flags & TcpHeaderFlyweight.SYN) != 0;
        if (isSyn) {
            final int at = option(segment, 2);
            peerMss = at == NO_OPTION ? 536 : octet(segment, at + 2) << 8 | octet(segment, at + 3);
        }
        if ((flags & TcpHeaderFlyweight.ACK) != 0 && (flags & TcpHeaderFlyweight.RST) == 0) {
            final int usedShift = isSyn || !other.hasScaleOption || !hasScaleOption ? 0 : other.shift;
            final int arrived = TcpHeaderFlyweight.acknowledgement(segment) + (TcpHeaderFlyweight.window(segment) << usedShift);
            grant = hasGrant && arrived - grant < 0 ? grant : arrived;
            hasGrant = true;
        }
    }

    /** Offset of an option, or {@link #NO_OPTION}. */
    private static int option(final long segment, final int kind) {
        final int end = TcpHeaderFlyweight.headerLength(segment);
        int at = TcpHeaderFlyweight.MIN_LENGTH;
        while (at < end && octet(segment, at) != 0) {
            if (octet(segment, at) == kind) {
                return at;
            }
            at += octet(segment, at) == 1 ? 1 : octet(segment, at + 1);
        }
        return NO_OPTION;
    }

    private static int octet(final long segment, final int offset) {
        return UnsafeApi.getByte(segment + offset) & 0xff;
    }
}
