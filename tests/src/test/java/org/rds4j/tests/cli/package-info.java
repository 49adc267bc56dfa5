/** The rds command, as a user meets it. */
package org.rds4j.tests.cli;
