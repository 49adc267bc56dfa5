/**
 * Targets for coverage-guided fuzzing of everything that reads what comes from the network. Each has one method,
 * {@code fuzzerTestOneInput}, which a driver calls with octets of its choice and which throws when a rule is broken; none needs
 * the driver, so that the suite replays the committed inputs like any other test. See {@code docs/fuzzing.md}.
 */
package org.rds4j.tcp.fuzz;
