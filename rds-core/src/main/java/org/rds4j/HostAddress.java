package org.rds4j;

/**
 * A host's own address with that of its network.
 *
 * @param host         port 0.
 * @param prefixLength of its network, in bits.
 */
record HostAddress(RdsAddress host, int prefixLength) {
    /** Reads {@code 10.0.0.1/24}, which a key has as its value. */
    static HostAddress parse(final String key, final String text) {
        if (text == null) {
            throw new RdsConfigurationException("key '" + key + "' is missing: set this host's address, as 10.0.0.1/24");
        }
        final int slash = text.indexOf('/');
        if (slash <= 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new RdsConfigurationException(
                "key '" + key + "' is '" + text + "': write it with its prefix length, as 10.0.0.1/24");
        }
        return new HostAddress(parseHost(key, text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Reads a host's address without a prefix length. */
    static RdsAddress parseHost(final String key, final String text) {
        try {
            final RdsAddress host = RdsAddress.parse(text);
            if (!host.isUnicast() || host.port() != 0) {
                throw new RdsConfigurationException("key '" + key + "': '" + text + "' is not a host's address");
            }
            return host;
        } catch (final RdsArgumentException e) {
            throw new RdsConfigurationException("key '" + key + "': " + e.getMessage());
        }
    }
}
