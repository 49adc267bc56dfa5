package org.rds4j.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.status.RdsCounters;

/** The header of a congestion map: 0 but for length and flag, as of Linux, unless a peer of this kind is to hold back. */
class MapMessagesTest {
    private final LocalCongestion congestion = new LocalCongestion(CongestionMaps.inMemory(1), 0, 1);
    private final MapMessages messages = new MapMessages(congestion, RdsCounters.inMemory());

    private long extension(final boolean isHoldingKnown) {
        final MapMessages.Message message = messages.take(isHoldingKnown);
        final RdsHeaderFlyweight header = new RdsHeaderFlyweight().wrap(message.address);
        assertEquals(0, header.sequence());
        assertEquals(CongestionMaps.MAP_LENGTH, header.payloadLength());
        assertEquals(RdsHeaderFlyweight.FLAG_CONG_BITMAP, header.flags());
        assertEquals(0, header.extensionsLow());
        final long extension = header.extensionsHigh();
        messages.giveBack(message);
        return extension;
    }

    @Test
    void shouldAskOnlyThoseWhoKnowAndOnlyWhileMemoryIsShort() {
        assertEquals(0, extension(true));
        congestion.memoryShort(true);
        assertEquals(ExtensionHeaderFlyweight.HOLD_AREA, extension(true));
        assertEquals(0, extension(false));
        congestion.memoryShort(false);
        assertEquals(0, extension(true));
    }
}
