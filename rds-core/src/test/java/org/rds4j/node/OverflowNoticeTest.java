package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsContext;

class OverflowNoticeTest {
    /** The setting may say more than the process has. */
    @Test
    void shouldTellOfTheRoomThatThereIs() {
        final RdsContext context = new RdsContext(new Properties()).maxConnections(100);
        final long wanted = context.overflowOfConnections();
        context.receiveOverflowLength(2 * wanted);
        assertNull(OverflowNotice.of(context, wanted));
        final String text = OverflowNotice.of(context, wanted / 2);
        assertTrue(text.contains("what 50 sockets"), text);
        assertTrue(text.contains("receiveOverflowLength to " + wanted), text);
    }
}
