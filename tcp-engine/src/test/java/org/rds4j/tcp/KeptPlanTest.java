package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Script;

/** What a lane said it would send next is kept until it leaves, but not beyond anything that changes it. */
class KeptPlanTest {
    private static Script asked() {
        final Script script = new Script(Script.plain()).established(65_535);
        script.send(10);
        assertTrue(script.engine.nextFrameLength(0) > 0);
        return script;
    }

    @Test
    void shouldSendWhatItSaid() {
        final Script script = asked();
        assertEquals(List.of("PA seq=1 ack=1 win=65535 len=10"), script.emitted());
        assertEquals(0, script.engine.nextFrameLength(0));
    }

    @Test
    void shouldSendWhatWasWrittenSince() {
        final Script script = asked();
        script.send(10);
        assertEquals(List.of("PA seq=1 ack=1 win=65535 len=20"), script.emitted());
    }

    @Test
    void shouldKeepToAWindowClosedSince() {
        final Script script = asked();
        script.inject("A seq=1 ack=1 win=0");
        assertEquals(List.of(), script.emitted());
    }
}
