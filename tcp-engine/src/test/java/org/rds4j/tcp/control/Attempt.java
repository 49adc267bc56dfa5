package org.rds4j.tcp.control;

/** A call that may have to wait: tried when it is made, and again whenever something has happened. */
@FunctionalInterface
interface Attempt {
    /**
     * Tries once.
     *
     * @return what stands behind {@code ok}, or null to wait on.
     * @throws Refusal when the call fails.
     */
    String go() throws Refusal;
}
