/** What becomes of measurements: a table, a JSON list, a page with plots, and a progress line meanwhile. */
package org.rds4j.perf.report;
