package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import org.conscrypt.Conscrypt;
import org.rds4j.perf.load.MeasurementException;

/** TLS 1.3 by Conscrypt: the server shows a certificate made for this run, the client trusts that one alone. */
final class TlsWires implements Wires {
    private static final String PROTOCOL = "TLSv1.3";

    private final SSLContext context;

    private TlsWires(final SSLContext context) {
        this.context = context;
    }

    static TlsWires create() {
        try {
            final KeyStore store = SelfSignedIdentity.keyStore();
            final KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, SelfSignedIdentity.PASSWORD);
            final TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            final Provider conscrypt = Conscrypt.newProvider();
            final SSLContext context = SSLContext.getInstance(PROTOCOL, conscrypt);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return new TlsWires(context);
        } catch (final GeneralSecurityException | IOException e) {
            throw new MeasurementException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    @Override
    public Wire client(final SocketChannel channel) throws IOException {
        return wire(channel, true);
    }

    @Override
    public Wire server(final SocketChannel channel) throws IOException {
        return wire(channel, false);
    }

    private Wire wire(final SocketChannel channel, final boolean client) throws IOException {
        final SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        engine.setEnabledProtocols(new String[] {PROTOCOL});
        final TlsWire wire = new TlsWire(channel, engine);
        try {
            wire.handshake();
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
        return wire;
    }
}
