package org.rds4j.crypto.handshake;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.rds4j.crypto.certificate.PemIdentity;

/** Offers a node's one identity, whoever asks. */
final class IdentityKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "node";

    private final PemIdentity identity;

    IdentityKeyManager(final PemIdentity identity) {
        this.identity = identity;
    }

    @Override
    public String chooseClientAlias(final String[] keyTypes, final Principal[] issuers, final Socket socket) {
        return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(final String[] keyTypes, final Principal[] issuers, final SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String chooseServerAlias(final String keyType, final Principal[] issuers, final Socket socket) {
        return ALIAS;
    }

    @Override
    public String chooseEngineServerAlias(final String keyType, final Principal[] issuers, final SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String[] getClientAliases(final String keyType, final Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(final String keyType, final Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(final String alias) {
        return identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(final String alias) {
        return identity.key();
    }
}
