package org.rds4j.perf.stress;

import java.util.List;
import java.util.Locale;
import org.rds4j.perf.host.RdsHost;
import org.rds4j.status.NodeStatus;

/** The columns behind a row of comma-separated values: every counter of the node per second, and the processors' time. */
final class StressPerfdata {
    private final RdsHost host;
    private List<NodeStatus.Counter> last;
    private ProcessorTimes lastTimes = ProcessorTimes.now();
    private long lastNs;

    StressPerfdata(final RdsHost host, final long nowNs) {
        this.host = host;
        this.last = host.counters();
        this.lastNs = nowNs;
    }

    String header() {
        final StringBuilder text = new StringBuilder();
        for (final NodeStatus.Counter counter : last) {
            text.append(',').append(counter.label()).append(counter.label().contains("_bytes") ? ":bytes" : ":count");
        }
        return text + ",user:percent,system:percent,idle:percent,irq:percent,intr:count";
    }

    String row(final long nowNs) {
        final StringBuilder text = new StringBuilder();
        final List<NodeStatus.Counter> now = host.counters();
        for (int i = 0; i < now.size(); i++) {
            final double perSecond = (now.get(i).value() - last.get(i).value()) * 1e9 / (nowNs - lastNs);
            text.append(String.format(Locale.ROOT, ",%f", perSecond));
        }
        final ProcessorTimes times = ProcessorTimes.now();
        final ProcessorTimes spent = times.since(lastTimes);
        last = now;
        lastTimes = times;
        lastNs = nowNs;
        return text + String.format(Locale.ROOT, ",%f,%f,%f,%f,%d", spent.percent(spent.user()), spent.percent(spent.system()),
            spent.percent(spent.idle()), spent.percent(spent.irq()), spent.interrupts());
    }
}
