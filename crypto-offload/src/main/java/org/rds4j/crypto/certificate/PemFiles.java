package org.rds4j.crypto.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Reads and writes the PEM files (RFC 7468) of identities and bundles. */
final class PemFiles {
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String CERTIFICATE_BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String CERTIFICATE_END = "-----END CERTIFICATE-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final List<String> KEY_ALGORITHMS = List.of("EC", "Ed25519", "RSA");
    private static final int PEM_LINE_LENGTH = 64;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PemFiles() {
    }

    static List<X509Certificate> certificates(final Path file) {
        final String text = new String(read(file), StandardCharsets.ISO_8859_1);
        if (isCut(text)) {
            throw new PemException(file + " is incomplete: it has a line " + CERTIFICATE_BEGIN + " without its end");
        }
        try {
            final CertificateFactory factory = CertificateFactory.getInstance("X.509");
            final List<X509Certificate> certificates =
                factory.generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1))).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new PemException(file + " holds no certificate; it should be a PEM file of X.509 certificates");
            }
            return certificates;
        } catch (final GeneralSecurityException e) {
            throw new PemException(file + " is not a PEM file of X.509 certificates: " + e.getMessage(), e);
        }
    }

    /** Also in the middle of the line with which the next certificate begins. */
    private static boolean isCut(final String text) {
        return count(text, CERTIFICATE_BEGIN) != count(text, CERTIFICATE_END)
            || text.substring(text.lastIndexOf(CERTIFICATE_END) + 1).contains("\n-");
    }

    private static int count(final String text, final String line) {
        int count = 0;
        for (int at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + line.length())) {
            count++;
        }
        return count;
    }

    /** Nothing of the file's content gets into an exception, and the copies made here are wiped. */
    static PrivateKey privateKey(final Path file) {
        final byte[] text = read(file);
        final byte[] body = keyBody(file, text);
        Arrays.fill(text, (byte) 0);
        try {
            final byte[] encoded = Base64.getMimeDecoder().decode(body);
            final PrivateKey key = decode(file, encoded);
            Arrays.fill(encoded, (byte) 0);
            return key;
        } catch (final IllegalArgumentException e) {
            throw new PemException(file + " is damaged: its key is not valid Base64");
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static byte[] keyBody(final Path file, final byte[] text) {
        final int begin = indexOf(text, KEY_BEGIN);
        final int end = indexOf(text, KEY_END);
        if (begin < 0 || end < begin) {
            throw new PemException(file + " holds no unencrypted PKCS#8 key (" + KEY_BEGIN
                + "); convert it with: openssl pkcs8 -topk8 -nocrypt");
        }
        return Arrays.copyOfRange(text, begin + KEY_BEGIN.length(), end);
    }

    private static int indexOf(final byte[] text, final String line) {
        final byte[] wanted = line.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + wanted.length <= text.length; i++) {
            if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    static void writeCertificates(final Path file, final List<X509Certificate> certificates) {
        final StringBuilder text = new StringBuilder();
        try {
            for (final X509Certificate certificate : certificates) {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            }
            Files.writeString(file, text, StandardCharsets.US_ASCII);
        } catch (final GeneralSecurityException | IOException e) {
            throw new PemException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** The file is readable and writable by its owner alone from the moment it exists. */
    static void writePrivateKey(final Path file, final PrivateKey key) {
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, OWNER_ONLY);
            Files.writeString(file, block("PRIVATE KEY", key.getEncoded()), StandardCharsets.US_ASCII);
        } catch (final IOException e) {
            throw new PemException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static String block(final String label, final byte[] encoded) {
        final Base64.Encoder encoder = Base64.getMimeEncoder(PEM_LINE_LENGTH, new byte[] {'\n'});
        return "-----BEGIN " + label + "-----\n" + encoder.encodeToString(encoded) + "\n-----END " + label + "-----\n";
    }

    /** The encoding names its algorithm; each factory accepts only its own. */
    private static PrivateKey decode(final Path file, final byte[] encoded) {
        for (final String algorithm : KEY_ALGORITHMS) {
            final PrivateKey key = decode(algorithm, encoded);
            if (key != null) {
                return key;
            }
        }
        throw new PemException(file + " is damaged, or holds a key of a kind not supported; use one of " + KEY_ALGORITHMS);
    }

    private static PrivateKey decode(final String algorithm, final byte[] encoded) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (final GeneralSecurityException e) {
            return null; // it is of another algorithm, or none
        }
    }

    private static byte[] read(final Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (final IOException e) {
            throw new PemException("cannot read " + file + ": does it exist, and may this user read it?", e);
        }
    }
}
