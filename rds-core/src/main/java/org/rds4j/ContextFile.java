package org.rds4j;

import java.util.Map;
import java.util.Properties;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Settings as text: a flat YAML mapping, or properties whose names have a prefix. */
final class ContextFile {
    private static final String PROPERTY_PREFIX = "rds.";

    private ContextFile() {
    }

    static void applyYaml(final RdsContext context, final String yaml) {
        final Object root;
        try {
            root = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        } catch (final YamlEngineException e) {
            throw new RdsConfigurationException("the configuration is not YAML: " + e.getMessage());
        }
        if (root != null && !(root instanceof Map)) {
            throw new RdsConfigurationException("the configuration must be a mapping, as 'address: 10.0.0.1/24'");
        }
        if (root instanceof Map<?, ?> entries) {
            entries.forEach((key, value) -> set(context, String.valueOf(key), value));
        }
    }

    static void applyProperties(final RdsContext context, final Properties properties) {
        for (final String name : properties.stringPropertyNames()) {
            if (name.startsWith(PROPERTY_PREFIX) && name.indexOf('.', PROPERTY_PREFIX.length()) < 0) {
                set(context, name.substring(PROPERTY_PREFIX.length()), properties.getProperty(name));
            }
        }
    }

    private static void set(final RdsContext context, final String key, final Object value) {
        if (value == null) {
            throw new RdsConfigurationException("key '" + key + "' has no value: give one or leave the key out");
        }
        RdsKey.ofName(key).set(context, String.valueOf(value));
    }
}
