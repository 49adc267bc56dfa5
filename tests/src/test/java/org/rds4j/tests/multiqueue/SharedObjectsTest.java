package org.rds4j.tests.multiqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedObjectsTest {
    private static final String STATE = State.class.getName();

    @SuppressWarnings("UnusedVariable") // the walk reads it
    private static final class State {
        int value;
    }

    private record Holder(Object part, int number) {
    }

    @SuppressWarnings("UnusedVariable") // the walk reads it
    private static final class Owner {
        final Object part;

        Owner(final Object part) {
            this.part = part;
        }
    }

    private static Set<String> among(final Object first, final Object second) {
        return SharedObjects.among(List.of(new Owner(first), new Owner(second)), Set.of());
    }

    @Test
    void shouldFindWhatTwoHoldHowDeepSoever() {
        final State state = new State();
        state.value++;
        assertEquals(Set.of(STATE), among(state, state));
        assertEquals(Set.of(STATE), among(new Object[] {state}, new Owner(state)));
        assertEquals(Set.of(STATE), among(new Holder(state, 1), new Holder(state, 2)));
        assertEquals(Set.of(STATE), among(new Holder(new Holder(state, 1), 2), state));
        final List<State> list = new ArrayList<>(List.of(state));
        assertEquals(Set.of(STATE, ArrayList.class.getName()), among(new Holder(list, 1), new Holder(list, 1)));
    }

    @Test
    void shouldFindWhatARecordThatTwoHoldLeadsTo() {
        final Holder holder = new Holder(new State(), 1);
        assertEquals(Set.of(STATE), among(holder, holder));
    }

    @Test
    void shouldPassOverWhatCannotBeChanged() {
        final Holder constant = new Holder("text", 1);
        assertEquals(Set.of(), among(constant, new Holder(constant, 2)));
        assertEquals(Set.of(), among(new State(), new State()));
    }
}
