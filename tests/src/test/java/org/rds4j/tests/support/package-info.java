/** What several whole-system tests share: programs, namespaces, nodes on a link, captures. */
package org.rds4j.tests.support;
