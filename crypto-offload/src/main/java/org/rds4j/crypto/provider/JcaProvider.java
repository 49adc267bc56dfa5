package org.rds4j.crypto.provider;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import org.conscrypt.Conscrypt;

/** AES-GCM by libraries that come with every Java program of ours: for machines on which no other can be used. */
final class JcaProvider implements AeadProvider {
    private final String name;
    private final Provider library;
    private final BiFunction<Provider, byte[], Aead> factory;
    private final String unavailabilityCause;

    private JcaProvider(
        final String name,
        final Provider library,
        final BiFunction<Provider, byte[], Aead> factory,
        final String unavailabilityCause) {
        this.name = name;
        this.library = library;
        this.factory = factory;
        this.unavailabilityCause = unavailabilityCause;
    }

    static JcaProvider jdk() {
        return probe("JDK", JcaProvider::sunJce, () -> Runtime.version().toString(), JdkAead::new);
    }

    static JcaProvider conscrypt() {
        return probe(
            "Conscrypt", () -> Conscrypt.newProviderBuilder().build(), JcaProvider::conscryptVersion, ConscryptAead::new);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String unavailabilityCause() {
        return unavailabilityCause;
    }

    @Override
    public boolean isGarbageFree() {
        return false;
    }

    @Override
    public Aead newAead(final byte[] key) {
        if (!isAvailable()) {
            throw new IllegalStateException(unavailabilityCause);
        }
        if (key.length != 16 && key.length != 32) {
            throw new IllegalArgumentException("an AES-GCM key has 16 or 32 octets, not " + key.length);
        }
        return factory.apply(library, key);
    }

    private static JcaProvider probe(
        final String name,
        final Supplier<Provider> loader,
        final Supplier<String> version,
        final BiFunction<Provider, byte[], Aead> factory) {
        try {
            final Provider library = loader.get();
            Cipher.getInstance("AES/GCM/NoPadding", library);
            return new JcaProvider(name + " " + version.get(), library, factory, null);
        } catch (final GeneralSecurityException | LinkageError | IllegalStateException e) {
            return new JcaProvider(name, null, factory, name + " has no AES-GCM here: " + e.getMessage());
        }
    }

    private static Provider sunJce() {
        final Provider library = Security.getProvider("SunJCE");
        if (library == null) {
            throw new IllegalStateException("SunJCE is not among the security providers");
        }
        return library;
    }

    private static String conscryptVersion() {
        final Conscrypt.Version version = Conscrypt.version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }
}
