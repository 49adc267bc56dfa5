package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsConfigurationException;
import org.rds4j.RdsContext;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemException;

class CredentialFilesTest {
    /** Long after any file here is written, so that each poll tells of a change once. */
    private static final long LATER_MS = System.currentTimeMillis() + 3_600_000L;
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private final DemoAuthority authority = new DemoAuthority("cluster.example", Instant.now(), new SecureRandom());
    private CredentialFiles files;

    @BeforeEach
    void begin() throws IOException {
        authority.writeTrustBundle(file("trust.pem"));
        identify("node/a");
        Files.writeString(file("peers.yaml"), "peers: [{identity: 'spiffe://cluster.example/**'}]");
        files = new CredentialFiles(new RdsContext(new Properties()).certificate(file("a.pem")).privateKey(file("a.key"))
            .trust(file("trust.pem")).peerList(file("peers.yaml")), LATER_MS);
        files.load();
    }

    private Path file(final String name) {
        return directory.resolve(name);
    }

    private void identify(final String name) {
        DemoAuthority.writeIdentity(authority.newIdentity(name, DAY), file("a.pem"), file("a.key"));
    }

    private Credentials poll() {
        assertNull(files.poll(LATER_MS), "the first look sees that there is a change");
        return files.poll(LATER_MS);
    }

    @Test
    void shouldGiveNewCredentialsOnceAndOnlyWhenTheyDiffer() throws IOException {
        assertNull(poll());
        identify("node/a");
        assertTrue(poll().identity().chain().getFirst().getSubjectX500Principal().getName().contains("node/a"));
        assertNull(poll());
        Files.writeString(file("peers.yaml"), Files.readString(file("peers.yaml")));
        assertNull(poll(), "written again with the same content");
        Files.writeString(file("peers.yaml"), "peers: []");
        assertEquals(PeerList.parse("peers: []"), poll().peers());
    }

    @Test
    void shouldTakeAllOrNothing() throws IOException {
        final String good = Files.readString(file("trust.pem"));
        identify("node/a");
        Files.writeString(file("trust.pem"), "nothing");
        assertNull(files.poll(LATER_MS));
        assertThrows(PemException.class, () -> files.poll(LATER_MS));
        assertNull(poll(), "it is said once");
        Files.writeString(file("trust.pem"), good);
        assertTrue(poll() != null);
    }

    @Test
    void shouldKeepTheNameForLife() {
        identify("node/b");
        assertNull(files.poll(LATER_MS));
        final PemException refusal = assertThrows(PemException.class, () -> files.poll(LATER_MS));
        assertTrue(refusal.getMessage().contains("spiffe://cluster.example/node/b"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("start the node anew"), refusal.getMessage());
    }

    @Test
    void shouldNameTheListThatDoesNotServe() throws IOException {
        Files.writeString(file("peers.yaml"), "peers: [{identity: '*'}]");
        assertNull(files.poll(LATER_MS));
        final String message = assertThrows(RdsConfigurationException.class, () -> files.poll(LATER_MS)).getMessage();
        assertTrue(message.contains("peers.yaml") && message.contains("'identity' is '*'"), message);
    }
}
