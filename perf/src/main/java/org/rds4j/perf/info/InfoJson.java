package org.rds4j.perf.info;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.util.List;
import org.rds4j.RdsAddress;
import org.rds4j.status.NodeStatus;

/**
 * Tables as one JSON object: {@code node} says who was asked, {@code counters} maps names to values, every other table is a
 * list of its rows with all that is known of each. Addresses are texts such as {@code 10.0.0.1:4000}.
 */
public final class InfoJson {
    private final ObjectMapper mapper = new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .registerModule(new SimpleModule().addSerializer(RdsAddress.class, ToStringSerializer.instance));
    private final ObjectNode root = mapper.createObjectNode();

    /**
     * An object without tables.
     *
     * @param node that is asked.
     */
    public InfoJson(final NodeStatus node) {
        root.putObject("node")
            .put("name", node.name()).put("pid", node.pid()).put("address", node.address().toString());
    }

    /**
     * Adds a table.
     *
     * @param table which.
     * @param rows  of it.
     * @param <T>   what a row shows.
     */
    public <T> void add(final InfoTable<T> table, final List<T> rows) {
        if (rows.stream().allMatch(NodeStatus.Counter.class::isInstance) && table.key().equals(InfoTable.COUNTERS.key())) {
            final ObjectNode counters = root.putObject(table.key());
            rows.forEach(row -> put(counters, (NodeStatus.Counter) row));
        } else {
            root.set(table.key(), mapper.valueToTree(rows));
        }
    }

    private static void put(final ObjectNode counters, final NodeStatus.Counter counter) {
        counters.put(counter.label(), counter.value());
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
}
