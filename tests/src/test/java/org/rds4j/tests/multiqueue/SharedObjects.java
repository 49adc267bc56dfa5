package org.rds4j.tests.multiqueue;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the objects that can be reached from more than one of several roots, and could be changed from there. */
final class SharedObjects {
    private SharedObjects() {
    }

    /**
     * Walks the fields of this project's and Agrona's objects, arrays, lists and maps. Objects of the JDK are not looked into but
     * count as shared when two roots hold the same one. A record cannot be changed and may be shared, what its components lead
     * to may not.
     *
     * @param roots  of the walks.
     * @param shared classes whose objects may be reached from several roots; not looked into.
     * @return names of the classes of all others that are.
     */
    static Set<String> among(final List<?> roots, final Set<String> shared) {
        final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        final Set<String> found = new TreeSet<>();
        for (final Object root : roots) {
            final Set<Object> own = reachable(root, shared);
            for (final Object each : own) {
                if (!seen.add(each) && !(each instanceof Record)) {
                    found.add(each.getClass().getName());
                }
            }
        }
        return found;
    }

    private static Set<Object> reachable(final Object root, final Set<String> shared) {
        final Set<Object> reached = Collections.newSetFromMap(new IdentityHashMap<>());
        final ArrayDeque<Object> open = new ArrayDeque<>();
        open.add(root);
        while (!open.isEmpty()) {
            final Object object = open.remove();
            if (!isConstant(object) && !shared.contains(object.getClass().getName()) && reached.add(object)) {
                addParts(object, open);
            }
        }
        return reached;
    }

    private static boolean isConstant(final Object object) {
        return object instanceof String || object instanceof Number || object instanceof Boolean || object instanceof Enum
            || object instanceof Class || isEmptyArray(object) || hasNoState(object.getClass());
    }

    private static boolean isEmptyArray(final Object object) {
        return object.getClass().isArray() && Array.getLength(object) == 0;
    }

    /** Functions that capture nothing, and the like. */
    private static boolean hasNoState(final Class<?> type) {
        return !type.isArray() && isOurs(type) && fieldsOf(type).isEmpty();
    }

    private static void addParts(final Object object, final ArrayDeque<Object> open) {
        if (object instanceof Object[] array) {
            addAll(Arrays.asList(array), open);
        } else if (object instanceof Collection<?> collection) {
            addAll(collection, open);
        } else if (object instanceof Map<?, ?> map) {
            addAll(map.values(), open);
        } else if (isOurs(object.getClass())) {
            fieldsOf(object.getClass()).forEach(field -> add(valueOf(field, object), open));
        }
    }

    private static void addAll(final Collection<?> parts, final ArrayDeque<Object> open) {
        parts.forEach(part -> add(part, open));
    }

    private static void add(final Object part, final ArrayDeque<Object> open) {
        if (part != null) {
            open.add(part);
        }
    }

    private static boolean isOurs(final Class<?> type) {
        return type.getName().startsWith("org.rds4j.") || type.getName().startsWith("org.agrona.");
    }

    /** Those that hold objects, or can be assigned. */
    private static List<Field> fieldsOf(final Class<?> type) {
        final List<Field> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
            for (final Field field : each.getDeclaredFields()) {
                final boolean isFixed = Modifier.isFinal(field.getModifiers()) && field.getType().isPrimitive();
                if (!Modifier.isStatic(field.getModifiers()) && !isFixed) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    private static Object valueOf(final Field field, final Object object) {
        if (field.getType().isPrimitive()) {
            return null;
        }
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
