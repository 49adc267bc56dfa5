/** Applications in other processes, attached to a node's driver directory. */
package org.rds4j.tests.driver;
