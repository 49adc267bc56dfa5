package org.rds4j.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rds4j.RdsConfigurationException;
import org.rds4j.RdsContext;
import org.rds4j.crypto.certificate.PemException;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.SpiffeId;
import org.rds4j.crypto.certificate.TrustBundle;
import org.rds4j.crypto.certificate.TrustStore;
import org.rds4j.crypto.certificate.WatchedFiles;

/**
 * Credentials in files, watched together: they are taken when all of them keep still and all of them serve, or not at all. A
 * node keeps its name for life.
 */
final class CredentialFiles {
    private final RdsContext context;
    private final Map<String, Path> federated;
    private final long startMs;
    private WatchedFiles watched;
    private Credentials present;

    CredentialFiles(final RdsContext context, final long startMs) {
        this.context = context;
        this.startMs = startMs;
        this.federated = context.federatedBundles();
    }

    /** The credentials to begin with. What is written while this reads is noticed: the stamps are those from before. */
    Credentials load() {
        watched = new WatchedFiles(files(), startMs);
        present = read();
        return present;
    }

    /** New ones, or null while nothing has changed; throws when the new ones do not serve, and goes on with those from before. */
    Credentials poll(final long nowMs) {
        if (!watched.poll(nowMs)) {
            return null;
        }
        final Credentials read = read();
        if (read.equals(present)) {
            return null;
        }
        requireSameName(read.identity());
        present = read;
        return read;
    }

    private void requireSameName(final PemIdentity identity) {
        final SpiffeId before = present.identity().name().id();
        final SpiffeId now = identity.name().id();
        if (!now.equals(before)) {
            throw new PemException(context.certificate() + " is now of " + now + ", and this node is " + before
                + ": put its own certificate there, or start the node anew to give it another name");
        }
    }

    private List<Path> files() {
        final List<Path> files = new ArrayList<>(List.of(context.certificate(), context.privateKey(), context.trust()));
        files.addAll(federated.values());
        if (context.peerList() != null) {
            files.add(context.peerList());
        }
        return files;
    }

    private Credentials read() {
        final PemIdentity identity = PemIdentity.load(context.certificate(), context.privateKey());
        final String domain = identity.name().id().trustDomain();
        final Map<String, TrustBundle> bundles = new TreeMap<>();
        federated.forEach((name, file) -> bundles.put(name, TrustBundle.load(file)));
        if (bundles.put(domain, TrustBundle.load(context.trust())) != null) {
            throw new RdsConfigurationException(
                "key 'federatedTrust' names '" + domain + "', which is this node's own trust domain: its bundle is 'trust'");
        }
        return new Credentials(identity, new TrustStore(bundles),
            context.peerList() == null ? PeerList.ofDomain(domain) : PeerList.load(context.peerList()));
    }
}
