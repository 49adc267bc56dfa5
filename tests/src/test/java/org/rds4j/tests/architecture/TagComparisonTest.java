package org.rds4j.tests.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.provider.Aead;

/**
 * Tags are compared by the libraries that compute them, or in one place that looks at all of both before it decides, so that
 * nobody learns from the time how much of a tag was right. The time itself is measured by the contract of the libraries.
 */
class TagComparisonTest {
    private static final Set<String> COMPARISONS = Set.of("equals", "deepEquals", "compare", "compareTo", "mismatch");
    private static final Set<String> OF_OCTETS = Set.of(
        "java.util.Arrays", "java.util.Objects", "java.nio.ByteBuffer", "java.nio.Buffer",
        "java.lang.foreign.MemorySegment", "org.agrona.DirectBuffer", "org.agrona.concurrent.UnsafeBuffer");

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages("org.rds4j.crypto", "org.rds4j.node");

    /** The octets that {@code KnownAnswer} compares are no secrets. */
    @Test
    void shouldCompareNoOctetsWhereRecordsAreOpened() {
        noClasses()
            .that(resideInAnyPackage("org.rds4j.crypto.provider", "org.rds4j.crypto.record", "org.rds4j.crypto.agent",
                "org.rds4j.crypto.handshake", "org.rds4j.crypto.offload..", "org.rds4j.node"))
            .and().doNotHaveSimpleName("KnownAnswer")
            .should().accessTargetWhere(DescribedPredicate.<JavaAccess<?>>describe("compares octets", access ->
                COMPARISONS.contains(access.getTarget().getName()) && OF_OCTETS.contains(access.getTargetOwner().getName())))
            .because("they end at the first octet that differs")
            .check(CLASSES);
    }

    /** Both words of both tags are read, and only then does it branch. */
    @Test
    void shouldLookAtAllOfATagBeforeItDecides() throws IOException {
        int read = 0;
        boolean isDecided = false;
        for (final CodeElement element : comparison()) {
            if (element instanceof InvokeInstruction call) {
                assertEquals("getLong", call.name().stringValue());
                assertFalse(isDecided, "after " + read + " octets");
                read += Long.BYTES;
            }
            isDecided |= element instanceof BranchInstruction;
        }
        assertEquals(2 * Aead.TAG_LENGTH, read);
    }

    private static CodeModel comparison() throws IOException {
        try (InputStream octets = Aead.class.getResourceAsStream("IpsecMbAead.class")) {
            return ClassFile.of().parse(octets.readAllBytes()).methods().stream()
                .filter(method -> method.methodName().equalsString("isTagEqual"))
                .findFirst().orElseThrow().code().orElseThrow();
        }
    }
}
