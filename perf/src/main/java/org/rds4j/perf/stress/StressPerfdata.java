package org.rds4j.perf.stress;

import java.util.List;
import java.util.Locale;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.info.KernelCounters;
import org.rds4j.status.NodeStatus;

/** The columns behind a row of comma-separated values: every counter of the node per second, and the processors' time. */
final class StressPerfdata {
    private final RdsNode node;
    private List<NodeStatus.Counter> last;
    private ProcessorTimes lastTimes = ProcessorTimes.now();
    private long lastNs;

    StressPerfdata(final RdsNode node, final long nowNs) {
        this.node = node;
        this.last = KernelCounters.of(node);
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
        final List<NodeStatus.Counter> now = KernelCounters.of(node);
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
