package org.rds4j.perf.info;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.rds4j.RdsAddress;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.PathStatus;

/**
 * Tables as one JSON object: {@code node} says who was asked, {@code counters} maps names to values, every other table is a
 * list of its rows with all that is known of each. Addresses are texts such as {@code 10.0.0.1:4000}.
 */
public final class InfoJson {
    private final ObjectMapper mapper = new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .registerModule(new SimpleModule()
            .addSerializer(RdsAddress.class, new TextSerializer<>(RdsAddress.class, InfoJson::text))
            .addSerializer(PathStatus.State.class, new TextSerializer<>(PathStatus.State.class, PathStatus.State::label)));
    private final ObjectNode root = mapper.createObjectNode();

    /**
     * An object without tables.
     *
     * @param node that is asked.
     */
    public InfoJson(final NodeStatus node) {
        root.putObject("node")
            .put("name", node.name()).put("pid", node.pid()).put("address", text(node.address()));
    }

    /**
     * Adds a table.
     *
     * @param table which.
     * @param rows  of it.
     * @param <T>   what a row shows.
     */
    public <T> void add(final InfoTable<T> table, final List<T> rows) {
        root.set(table.key(), mapper.valueToTree(rows));
    }

    /**
     * Adds the counters.
     *
     * @param counters in the order in which they are to stand.
     */
    public void addCounters(final List<NodeStatus.Counter> counters) {
        final ObjectNode object = root.putObject(InfoTable.COUNTERS.key());
        counters.forEach(counter -> object.put(counter.label(), counter.value()));
    }

    /** A host's address has no port. */
    private static String text(final RdsAddress address) {
        return address.port() == 0 ? RdsAddress.hostText(address.high(), address.low()) : address.toString();
    }

    /** The object as text. */
    @Override
    public String toString() {
        try {
            return mapper.writeValueAsString(root);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a value as text. */
    private static final class TextSerializer<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;

        private final transient Function<T, String> text;

        TextSerializer(final Class<T> type, final Function<T, String> text) {
            super(type);
            this.text = text;
        }

        @Override
        public void serialize(final T value, final JsonGenerator generator, final SerializerProvider provider)
            throws IOException {
            generator.writeString(text.apply(value));
        }
    }
}
