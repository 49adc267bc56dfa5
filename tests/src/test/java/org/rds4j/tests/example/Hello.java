package org.rds4j.tests.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;

/** The example of the README, compiled so that it stays true. */
final class Hello {
    private Hello() {
    }

    // README: begin
    public static void main(final String[] args) {
        final RdsContext context = new RdsContext()
            .device("net_af_packet0,iface=veth-a")
            .address("10.0.0.1/24")
            .certificate(Path.of("certs/a.pem"))
            .privateKey(Path.of("certs/a.key"))
            .trust(Path.of("certs/trust.pem"));
        try (RdsNode node = RdsNode.launch(context); RdsSocket socket = node.socket()) {
            socket.bind(4000);
            final long timeoutNs = TimeUnit.SECONDS.toNanos(5);
            socket.send(RdsAddress.parse("10.0.0.2:4000"), ByteBuffer.wrap("hello".getBytes(UTF_8)), timeoutNs);
            final ByteBuffer reply = ByteBuffer.allocate(1024);
            final DatagramInfo info = socket.receive(reply, timeoutNs);
            System.out.println(info.source() + " says " + UTF_8.decode(reply.flip()));
        }
    }
    // README: end
}
