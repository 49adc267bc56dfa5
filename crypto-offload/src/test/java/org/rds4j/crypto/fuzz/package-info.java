/** Targets for coverage-guided fuzzing, and their kept inputs as tests; see {@code docs/fuzzing.md}. */
package org.rds4j.crypto.fuzz;
