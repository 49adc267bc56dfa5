/** Applications in other processes: a node as their driver, and their side of it. See {@code docs/decisions/0070}. */
package org.rds4j.driver;
