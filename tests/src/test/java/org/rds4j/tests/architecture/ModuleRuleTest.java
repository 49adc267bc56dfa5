package org.rds4j.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Who may know whom: the table of ARCHITECTURE.md, held over the compiled classes. */
class ModuleRuleTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages("org.rds4j");

    private static final DescribedPredicate<JavaClass> RDS4J = resideInAnyPackage("org.rds4j..").as("a class of rds4j");

    @Test
    void shouldKeepTheTcpEngineToItself() {
        mayKnowOnly("org.rds4j.tcp..", "org.rds4j.tcp..");
    }

    @Test
    void shouldShowDpdkOnlyTheLink() {
        mayKnowOnly("org.rds4j.dpdk..", "org.rds4j.dpdk..", "org.rds4j.tcp.link..");
    }

    @Test
    void shouldKeepCryptographyToItself() {
        mayKnowOnly("org.rds4j.crypto..", "org.rds4j.crypto..");
    }

    @Test
    void shouldShowQosOnlyTheLink() {
        mayKnowOnly("org.rds4j.qos..", "org.rds4j.qos..", "org.rds4j.tcp.link..");
    }

    @Test
    void shouldWireModulesInTheNodePackageOnly() {
        noClasses().that(RDS4J)
            .and(not(resideInAnyPackage(
                "org.rds4j.node..", "org.rds4j.tcp..", "org.rds4j.dpdk..", "org.rds4j.crypto..", "org.rds4j.qos..",
                "org.rds4j.sim..", "org.rds4j.perf..")))
            .should().dependOnClassesThat(resideInAnyPackage(
                "org.rds4j.node..", "org.rds4j.tcp..", "org.rds4j.dpdk..", "org.rds4j.crypto..", "org.rds4j.qos..",
                "org.rds4j.sim..", "org.rds4j.perf.."))
            .because("the RDS protocol and its public face stand on the carrier interfaces alone")
            .check(CLASSES);
    }

    @Test
    void shouldShowTheSimulatorOnlyTheTcpEngine() {
        mayKnowOnly("org.rds4j.sim..", "org.rds4j.sim..", "org.rds4j.tcp..");
    }

    @Test
    void shouldInjectTimeAndChanceIntoEngines() {
        noClasses().that(resideInAnyPackage(
                "org.rds4j.tcp..", "org.rds4j.qos..", "org.rds4j.engine..", "org.rds4j.message..", "org.rds4j.peer..",
                "org.rds4j.frame..", "org.rds4j.carrier..", "org.rds4j.crypto.record..", "org.rds4j.crypto.agent.."))
            .should().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethod(Math.class, "random")
            .orShould().callMethod(ThreadLocalRandom.class, "current")
            .orShould().callConstructor(Random.class)
            .orShould().callConstructor(SecureRandom.class)
            .because("the same classes run on DPDK and in the simulator")
            .check(CLASSES);
    }

    @Test
    void shouldKeepDpdkNativeMethodsInOneClass() {
        methods().that().haveModifier(JavaModifier.NATIVE)
            .should().beDeclaredIn("org.rds4j.dpdk.internal.Native")
            .check(CLASSES);
    }

    private static void mayKnowOnly(final String who, final String... known) {
        noClasses().that(resideInAnyPackage(who))
            .should().dependOnClassesThat(RDS4J.and(not(resideInAnyPackage(known))))
            .check(CLASSES);
    }
}
