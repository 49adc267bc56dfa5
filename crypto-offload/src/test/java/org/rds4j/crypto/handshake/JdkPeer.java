package org.rds4j.crypto.handshake;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.TrustManager;
import org.agrona.concurrent.EpochClock;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustStore;

/** The other end of a handshake, by the JDK's own TLS: an independent implementation that can also misbehave. */
final class JdkPeer {
    private static final int BUFFER_LENGTH = 64 * 1024;

    private final SSLEngine engine;
    private final ByteBuffer network = ByteBuffer.allocate(BUFFER_LENGTH);
    private final ByteBuffer application = ByteBuffer.allocate(BUFFER_LENGTH);
    private final ByteBuffer output = ByteBuffer.allocate(BUFFER_LENGTH);

    /** A peer without an identity when that is null. */
    JdkPeer(
        final boolean isClient,
        final PemIdentity identity,
        final TrustStore trust,
        final EpochClock clock,
        final String... protocols) throws Exception {
        final SSLContext context = SSLContext.getInstance("TLS", "SunJSSE");
        final KeyManager[] keys = identity == null ? new KeyManager[0] : new KeyManager[] {new IdentityKeyManager(identity)};
        context.init(keys, new TrustManager[] {new PeerVerifier(new ChainVerifier(trust), clock)}, null);
        engine = context.createSSLEngine();
        engine.setUseClientMode(isClient);
        engine.setEnabledProtocols(protocols);
        engine.setNeedClientAuth(!isClient);
    }

    /** Takes input, does what follows, and gives output. */
    byte[] step(final byte[] input) throws Exception {
        network.put(input);
        boolean isMoving = true;
        while (isMoving) {
            isMoving = switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    engine.getDelegatedTask().run();
                    yield true;
                }
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), output).bytesProduced() > 0;
                default -> unwrap();
            };
        }
        return takeOutput();
    }

    byte[] message(final byte[]... messages) throws Exception {
        for (final byte[] message : messages) {
            engine.wrap(ByteBuffer.wrap(message), output);
        }
        return takeOutput();
    }

    byte[] received() {
        final byte[] octets = Arrays.copyOf(application.array(), application.position());
        application.clear();
        return octets;
    }

    byte[] export(final String label, final byte[] context, final int length) throws Exception {
        return ((ExtendedSSLSession) engine.getSession()).exportKeyingMaterialData(label, context, length);
    }

    private boolean unwrap() throws Exception {
        network.flip();
        final SSLEngineResult result = engine.unwrap(network, application);
        network.compact();
        return result.bytesConsumed() > 0 || engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK
            || engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
    }

    private byte[] takeOutput() {
        final byte[] octets = Arrays.copyOf(output.array(), output.position());
        output.clear();
        return octets;
    }
}
