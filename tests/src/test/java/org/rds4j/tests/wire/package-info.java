/** What somebody sees who listens on the link. */
package org.rds4j.tests.wire;
