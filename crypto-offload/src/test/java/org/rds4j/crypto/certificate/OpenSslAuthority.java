package org.rds4j.crypto.certificate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A certificate authority by the openssl command, which is not ours: makes certificates as a node should have, and others. */
public final class OpenSslAuthority {
    /** Extensions of a proper node, but for its name. */
    public static final String NODE = """
        basicConstraints=critical,CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=clientAuth,serverAuth
        """;

    private static final long PATIENCE_S = 30;

    private final Path directory;
    private final String name;

    /** Makes the authority's key and certificate, valid for ten days. */
    public OpenSslAuthority(final Path directory, final String name) throws IOException, InterruptedException {
        this.directory = directory;
        this.name = name;
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10",
            "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
    }

    /** Skips the test where there is no openssl. */
    public static void require() {
        try {
            final Process process = new ProcessBuilder("openssl", "version").start();
            Assumptions.assumeTrue(process.waitFor() == 0, "openssl does not run");
        } catch (final IOException | InterruptedException e) {
            Assumptions.abort("there is no openssl on this machine");
        }
    }

    /** A certificate for a proper node. */
    public PemIdentity node(final String file, final String uri) throws IOException, InterruptedException {
        return sign(file, NODE + "subjectAltName=URI:" + uri + "\n");
    }

    /** Signs a certificate with whatever extensions, valid for five days. */
    public PemIdentity sign(final String file, final String extensions) throws IOException, InterruptedException {
        Files.writeString(directory.resolve(file + ".ext"), extensions);
        run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + file,
            "-keyout", file + ".key", "-out", file + ".csr");
        run("x509", "-req", "-in", file + ".csr", "-CA", name + ".pem", "-CAkey", name + ".key", "-CAcreateserial",
            "-days", "5", "-extfile", file + ".ext", "-out", file + ".pem");
        return PemIdentity.load(directory.resolve(file + ".pem"), directory.resolve(file + ".key"));
    }

    public TrustBundle bundle() {
        return TrustBundle.load(directory.resolve(name + ".pem"));
    }

    private void run(final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        final Path log = directory.resolve("openssl.log");
        final Process process = new ProcessBuilder(command).directory(directory.toFile())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + Files.readString(log));
        }
    }
}
