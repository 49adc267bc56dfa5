/** Two whole nodes and everything an application can ask of them. */
package org.rds4j.tests.node;
