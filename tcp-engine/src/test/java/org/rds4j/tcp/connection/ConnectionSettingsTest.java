package org.rds4j.tcp.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.TcpConfiguration;

class ConnectionSettingsTest {
    private final TcpConfiguration configuration = TcpConfiguration.datacenter().build();
    private final ConnectionSettings defaults = new ConnectionSettings(configuration);

    @Test
    void shouldBeTheConnectionsOwnBeforeTheyChange() {
        final ConnectionSettings own = defaults.own();
        assertNotSame(defaults, own);
        own.synRetries = configuration.synRetries() + 1;
        assertEquals(configuration.synRetries(), defaults.synRetries);
        assertSame(own, own.own(), "there is one copy for a connection");
    }

    @Test
    void shouldBeSharedByTheConnectionsOfAListener() {
        final ConnectionSettings ofListener = defaults.withMaxSegmentSize(1000);
        assertEquals(1000, ofListener.maxSegmentSize);
        assertEquals(ConnectionSettings.ANY_SEGMENT_SIZE, defaults.maxSegmentSize);
        assertNotSame(ofListener, ofListener.own(), "what one connection settles is not for the next");
        assertEquals(1000, ofListener.own().maxSegmentSize);
    }
}
