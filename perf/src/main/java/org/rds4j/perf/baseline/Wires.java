package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Makes the two ends of a stream from connected, non-blocking channels. Both may wait for each other. */
interface Wires {
    Wire client(SocketChannel channel) throws IOException;

    Wire server(SocketChannel channel) throws IOException;
}
