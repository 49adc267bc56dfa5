package org.rds4j.node;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.rds4j.RdsConfigurationException;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.SpiffeId;
import org.rds4j.qos.classify.ServiceLevel;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Who may be a peer, from which addresses and at which service levels. The first entry that is for a peer's identity and
 * address decides; nobody else is a peer. Immutable and thread safe.
 * <pre>
 * peers:
 *   - identity: spiffe://cluster.example/node/*     # '*' within a segment; '/**' at the end: everything below
 *     addresses: [10.0.0.0/24, 'fd00::/64']         # anywhere when left out
 *     levels: [0-5, 7]                              # every level when left out
 * revoked: ['3f:a2:09', '0x77']                     # serial numbers, hexadecimal
 * </pre>
 */
final class PeerList {
    private static final int ALL_LEVELS = (1 << ServiceLevel.COUNT) - 1;
    private static final Set<String> KEYS = Set.of("peers", "revoked");
    private static final Set<String> ENTRY_KEYS = Set.of("identity", "addresses", "levels");
    private static final Pattern LEVELS = Pattern.compile("(\\d|1[0-5])(?:-(\\d|1[0-5]))?");
    private static final Pattern SERIAL = Pattern.compile("(0[xX])?[0-9a-fA-F]+(:[0-9a-fA-F]{2})*");

    private final String text;
    private final List<Entry> entries;
    private final Set<BigInteger> revoked;

    private record Entry(Pattern identity, List<HostPrefix> addresses, int levels) {
    }

    private PeerList(final String text, final List<Entry> entries, final Set<BigInteger> revoked) {
        this.text = text;
        this.entries = entries;
        this.revoked = revoked;
    }

    /**
     * The list that lets everybody of one trust domain in.
     *
     * @param trustDomain of the node.
     * @return the list.
     */
    static PeerList ofDomain(final String trustDomain) {
        return parse("peers: [{identity: 'spiffe://" + trustDomain + "/**'}]");
    }

    /**
     * Reads a file.
     *
     * @param file YAML.
     * @return the list.
     * @throws RdsConfigurationException when it cannot be read or is no such list; the message names the file.
     */
    static PeerList load(final Path file) {
        try {
            return parse(Files.readString(file));
        } catch (final IOException e) {
            throw new RdsConfigurationException("cannot read the list of peers " + file + ": does it exist, and may this user?");
        } catch (final RdsConfigurationException e) {
            throw new RdsConfigurationException("the list of peers " + file + " does not serve: " + e.getMessage());
        }
    }

    /**
     * Reads a list.
     *
     * @param yaml its text.
     * @return the list.
     * @throws RdsConfigurationException when it is no such list.
     */
    static PeerList parse(final String yaml) {
        final Map<?, ?> root = mapping("the file", read(yaml), KEYS);
        final List<Entry> entries = new ArrayList<>();
        for (final Object peer : list("peers", root.get("peers"))) {
            entries.add(entry(mapping("an entry of 'peers'", peer, ENTRY_KEYS)));
        }
        final Set<BigInteger> revoked = new HashSet<>();
        list("revoked", root.get("revoked")).forEach(serial -> revoked.add(serial(serial)));
        return new PeerList(yaml, List.copyOf(entries), Set.copyOf(revoked));
    }

    private static Object read(final String yaml) {
        try {
            return new Load(LoadSettings.builder().build()).loadFromString(yaml);
        } catch (final YamlEngineException e) {
            throw new RdsConfigurationException("it is not YAML: " + e.getMessage());
        }
    }

    private static Map<?, ?> mapping(final String what, final Object value, final Set<String> keys) {
        if (!(value instanceof Map<?, ?> map) || !keys.containsAll(map.keySet())) {
            throw new RdsConfigurationException(what + " must be a mapping of " + keys);
        }
        return map;
    }

    private static List<?> list(final String key, final Object value) {
        if (value != null && !(value instanceof List)) {
            throw new RdsConfigurationException("'" + key + "' must be a list");
        }
        return value == null ? List.of() : (List<?>) value;
    }

    private static Entry entry(final Map<?, ?> map) {
        final List<HostPrefix> addresses = new ArrayList<>();
        try {
            for (final Object address : list("addresses", map.get("addresses"))) {
                addresses.add(HostPrefix.parse(String.valueOf(address)));
            }
        } catch (final IllegalArgumentException e) {
            throw new RdsConfigurationException("'addresses': " + e.getMessage());
        }
        if (map.containsKey("addresses") && addresses.isEmpty()) {
            throw new RdsConfigurationException("'addresses' names none: leave the key out for all, or the entry for none");
        }
        return new Entry(
            identity(String.valueOf(map.get("identity"))), addresses,
            map.containsKey("levels") ? levels(list("levels", map.get("levels"))) : ALL_LEVELS);
    }

    /** The trust domain is one, and written out; what a '*' stands for ends at a slash. */
    private static Pattern identity(final String pattern) {
        final boolean isOpen = pattern.endsWith("/**");
        final String start = isOpen ? pattern.substring(0, pattern.length() - 3) : pattern;
        try {
            SpiffeId.parse((isOpen ? start + "/x" : start).replace("*", "x"));
        } catch (final IllegalArgumentException e) {
            throw new RdsConfigurationException("'identity' is '" + pattern + "': " + e.getMessage());
        }
        final int path = start.indexOf('/', "spiffe://".length());
        if (start.indexOf('*') >= 0 && start.indexOf('*') < (path < 0 ? start.length() : path)) {
            throw new RdsConfigurationException("'identity' is '" + pattern + "': a trust domain is written out");
        }
        return Pattern.compile(Pattern.quote(start).replace("*", "\\E[^/]*\\Q") + (isOpen ? "/.*" : ""));
    }

    private static int levels(final List<?> ranges) {
        int levels = 0;
        for (final Object range : ranges) {
            final var match = LEVELS.matcher(String.valueOf(range));
            if (!match.matches()) {
                throw new RdsConfigurationException("'levels' has '" + range + "': write levels of 0 to 15, as [0, 2-5]");
            }
            final int first = Integer.parseInt(match.group(1));
            final int last = match.group(2) == null ? first : Integer.parseInt(match.group(2));
            for (int level = first; level <= last; level++) {
                levels |= 1 << level;
            }
        }
        if (levels == 0) {
            throw new RdsConfigurationException("'levels' names none: leave the key out for all, or the entry for none");
        }
        return levels;
    }

    /** A number without quotes would have been read as decimal. */
    private static BigInteger serial(final Object value) {
        if (!(value instanceof String text) || !SERIAL.matcher(text).matches()) {
            throw new RdsConfigurationException(
                "'revoked' has '" + value + "': write serial numbers in quotes and hexadecimal, as '3f:a2:09'");
        }
        return new BigInteger(text.replaceFirst("^0[xX]", "").replace(":", ""), 16);
    }

    /**
     * Judges a peer whose certificate is valid.
     *
     * @param peer   who it is.
     * @param high   bits 127..64 of its address.
     * @param low    bits 63..0 of its address.
     * @param levels of the lane that it is to have, one bit each; one of them is enough, as they share the connection.
     * @return null when it may be a peer, else why not.
     */
    PeerRefusal judge(final PeerIdentity peer, final long high, final long low, final int levels) {
        if (revoked.contains(peer.serial())) {
            return PeerRefusal.REVOKED;
        }
        final String name = peer.id().toString();
        PeerRefusal refusal = PeerRefusal.NOT_LISTED;
        for (final Entry entry : entries) {
            if (entry.identity().matcher(name).matches()) {
                if (isWithin(entry.addresses(), high, low)) {
                    return (entry.levels() & levels) != 0 ? null : PeerRefusal.LEVEL;
                }
                refusal = PeerRefusal.ADDRESS;
            }
        }
        return refusal;
    }

    private static boolean isWithin(final List<HostPrefix> addresses, final long high, final long low) {
        return addresses.isEmpty() || addresses.stream().anyMatch(prefix -> prefix.contains(high, low));
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof PeerList list && list.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
