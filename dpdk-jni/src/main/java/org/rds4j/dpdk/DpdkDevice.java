package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.BufferUtil;
import org.rds4j.dpdk.internal.Native;
import org.rds4j.tcp.link.LinkCapabilities;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Ethernet device of DPDK: plugged in, configured and started when it is opened, stopped and removed when it, or the last of
 * its queues, is closed. Each of its queues is a {@link DpdkPort} for a thread of its own.
 * <p>
 * Methods here are for a control thread while the queues run, except {@link #mtu(int)} and {@link #close()}, which want them
 * quiet.
 */
public final class DpdkDevice implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DpdkDevice.class);
    private static final int MAX_BURST = 32;
    private static final int ENOTSUP = 95;
    private static final int LIMITS = 5;
    private static final int MAX_KEY_LENGTH = 256;
    /** Mbufs of a super-segment: as many as a full one has segments at the smallest usual MTU, with room to spare. */
    private static final int MAX_CHAIN = 64;

    private final DpdkEnvironment environment;
    private final DpdkDeviceConfig config;
    private final Runnable onClosed;
    private final int portId;
    private final DpdkPort[] ports;
    private DeviceTotals totals;
    private long macAddress;
    private int offloads;
    private int maxChain;
    private TransmitReport transmitReport;
    private int transmitDescriptors;
    private int openPorts;
    private boolean open = true;

    private DpdkDevice(
        final DpdkEnvironment environment, final DpdkDeviceConfig config, final int portId, final Runnable onClosed) {
        this.environment = environment;
        this.config = config;
        this.portId = portId;
        this.onClosed = onClosed;
        this.ports = new DpdkPort[config.queues()];
    }

    /**
     * Opens a device.
     *
     * @param environment running.
     * @param config      of the device; not to be changed afterwards.
     * @return the device, started.
     * @throws DpdkException when the configuration is wrong, the device cannot be found or attached, or is open already.
     */
    public static DpdkDevice open(final DpdkEnvironment environment, final DpdkDeviceConfig config) {
        config.validate();
        environment.claim(resource(config));
        final int portId = Native.plug(config.device(), config.deviceName());
        if (portId < 0) {
            environment.unclaim(resource(config));
            throw DpdkException.of("cannot attach device " + config.device(), portId);
        }
        return adopt(environment, config, portId, () -> { });
    }

    /** Takes over a port that exists; its name is claimed already. Removes the port when it cannot be started. */
    static DpdkDevice adopt(
        final DpdkEnvironment environment, final DpdkDeviceConfig config, final int portId, final Runnable onClosed) {
        final DpdkDevice device = new DpdkDevice(environment, config, portId, onClosed);
        try {
            device.start();
        } catch (final DpdkException ex) {
            device.shutDown();
            throw ex;
        }
        environment.logNative();
        return device;
    }

    private void start() {
        checkLimits();
        final int mtuAtPlug = Native.mtu(portId);
        offloads = check("cannot configure", Native.configure(
            portId, config.queues(), config.mtu(), config.segmentation(),
            transmitReport != TransmitReport.NONE, config.rssKey()));
        setMacAddress();
        for (int i = 0; i < ports.length; i++) {
            transmitDescriptors = check("cannot set up queue " + i + " of", Native.setupQueue(
                portId, i, config.receiveDescriptors(), config.transmitDescriptors(),
                transmitReport == TransmitReport.BY_PLACE, config.mempool(i).address()));
        }
        if (config.mtu() != mtuAtPlug) {
            checkSupported("cannot set the MTU of", Native.mtu(portId, config.mtu()));
        }
        check("cannot start", Native.startPort(portId));
        if (config.promiscuous() && !checkSupported("cannot make promiscuous", Native.promiscuous(portId))) {
            LOGGER.warn("{} cannot be made promiscuous", config.device());
        }
        totals = new DeviceTotals(portId);
        openPorts();
    }

    private void checkLimits() {
        final ByteBuffer limits = ByteBuffer.allocateDirect(LIMITS * Long.BYTES).order(ByteOrder.nativeOrder());
        check("cannot ask the limits of", Native.limits(portId, BufferUtil.address(limits)));
        if (config.mtu() < limits.getLong(0) || config.mtu() > limits.getLong(8)) {
            throw new DpdkException(config.device() + ": MTU " + config.mtu() + " is outside " + limits.getLong(0) + ".."
                + limits.getLong(8) + " that the driver supports");
        }
        maxChain = (int) Math.min(MAX_CHAIN, limits.getLong(24));
        transmitReport = TransmitReport.of(Native.driver(portId), limits.getLong(32) != 0);
        if (config.queues() > limits.getLong(16)) {
            throw new DpdkException(config.device() + ": " + config.queues() + " queues are more than the " + limits.getLong(16)
                + " the driver supports");
        }
    }

    private void setMacAddress() {
        macAddress = config.macAddress();
        if (macAddress == 0) {
            macAddress = Native.macAddress(portId);
        } else {
            checkSupported("cannot set the MAC address of", Native.macAddress(portId, macAddress));
        }
    }

    private void openPorts() {
        final LinkCapabilities capabilities = capabilities(config.mtu());
        for (int i = 0; i < ports.length; i++) {
            ports[i] = new DpdkPort(this, i, config.mempool(i), config.countersOf(i));
            ports[i].capabilities(capabilities);
        }
        openPorts = ports.length;
    }

    private LinkCapabilities capabilities(final int mtu) {
        return new LinkCapabilities(mtu, MAX_BURST,
            uses(Native.USES_RECEIVE_CHECKSUM), uses(Native.USES_TRANSMIT_CHECKSUM),
            uses(Native.USES_TSO) ? maxChain : 0,
            uses(Native.USES_VLAN_STRIP), uses(Native.USES_VLAN_INSERT), uses(Native.USES_RSS));
    }

    private boolean uses(final int bit) {
        return (offloads & bit) != 0;
    }

    private int check(final String attempt, final int result) {
        if (result < 0) {
            throw DpdkException.of(attempt + " device " + config.device(), result);
        }
        return result;
    }

    /** Like check, but takes a driver's lack of the function as an answer: false. */
    private boolean checkSupported(final String attempt, final int result) {
        return result != -ENOTSUP && check(attempt, result) >= 0;
    }

    /**
     * The device string.
     *
     * @return as configured.
     */
    public String name() {
        return config.device();
    }

    /**
     * DPDK's number of the port.
     *
     * @return the port id.
     */
    public int portId() {
        return portId;
    }

    /**
     * The number of queue pairs.
     *
     * @return as configured.
     */
    public int queues() {
        return ports.length;
    }

    /**
     * A queue pair.
     *
     * @param index of the queue.
     * @return the port, always the same for an index.
     */
    public DpdkPort queue(final int index) {
        return ports[index];
    }

    /**
     * The device's unicast address.
     *
     * @return 48 bits, first octet most significant.
     */
    public long macAddress() {
        return macAddress;
    }

    /**
     * Whether the driver reports a link; does not block.
     *
     * @return true when it does; false once the device is closed.
     */
    public boolean isUp() {
        return open && Native.isUp(portId);
    }

    /**
     * Whether the device cuts TCP super-segments.
     *
     * @return true when the driver can and the configuration lets it.
     */
    public boolean hasSegmentation() {
        return uses(Native.USES_TSO);
    }

    /**
     * Whether no more than two milliseconds' worth of frames is left to the device, by its reports of those it has sent.
     * Otherwise its transmit descriptors are the bound.
     *
     * @return true when the driver is known to report.
     */
    public boolean isBoundByReports() {
        return transmitReport != TransmitReport.NONE;
    }

    TransmitReport transmitReport() {
        return transmitReport;
    }

    int transmitDescriptors() {
        return transmitDescriptors;
    }

    /**
     * The MTU.
     *
     * @return in octets.
     */
    public int mtu() {
        return ports[0].capabilities().mtu();
    }

    /**
     * Changes the MTU, in the driver where that can be told, and in what the queues allow. The queues must be quiet.
     *
     * @param octets new MTU.
     * @throws DpdkException when the mempool's frames or the driver cannot carry it; the old one holds then.
     */
    public void mtu(final int octets) {
        config.validateMtu(octets);
        requireOpen();
        checkSupported("cannot set MTU " + octets + " on", Native.mtu(portId, octets));
        final LinkCapabilities capabilities = capabilities(octets);
        for (final DpdkPort port : ports) {
            port.capabilities(capabilities);
        }
    }

    /**
     * The device's indirection table, which spreads hashes over queues.
     *
     * @return queue of each bucket; empty when the device has no table.
     */
    public int[] indirectionTable() {
        requireOpen();
        final int[] table = new int[check("cannot ask the indirection table of", Native.rssTableSize(portId))];
        if (table.length > 0 && !checkSupported("cannot read the indirection table of", Native.rssTable(portId, table, false))) {
            return new int[0];
        }
        return table;
    }

    /**
     * Rewrites the indirection table while the device runs.
     *
     * @param table queue of each bucket, as many as there are.
     * @throws DpdkException when the device has no such table.
     */
    public void indirectionTable(final int[] table) {
        requireOpen();
        check("cannot write the indirection table of", Native.rssTable(portId, table.clone(), true));
    }

    /**
     * The hash key in use, for the mirror of the device's hash in software.
     *
     * @return its octets; empty when the device does not tell.
     */
    public byte[] rssKey() {
        requireOpen();
        final byte[] key = new byte[MAX_KEY_LENGTH];
        final int length = Native.rssKey(portId, key);
        return checkSupported("cannot read the hash key of", length) ? Arrays.copyOf(key, length) : new byte[0];
    }

    /**
     * Everything the driver counts, by its own names.
     *
     * @return a fresh map in the driver's order.
     */
    public Map<String, Long> extendedStatistics() {
        requireOpen();
        final String[] names = Native.extendedNames(portId);
        final long[] values = new long[names.length];
        check("cannot read the statistics of", Native.extendedValues(portId, values));
        final Map<String, Long> statistics = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            statistics.put(names[i], values[i]);
        }
        return statistics;
    }

    DeviceTotals totals() {
        if (open) {
            totals.refresh();
        }
        return totals;
    }

    private void requireOpen() {
        if (!open) {
            throw new DpdkException("device " + config.device() + " is closed");
        }
    }

    /** Queues may be closed by the threads that used them. */
    synchronized void onPortClosed() {
        openPorts--;
        if (openPorts == 0) {
            totals.refresh();
            shutDown();
        }
    }

    private void shutDown() {
        open = false;
        final int result = Native.unplug(portId);
        environment.unclaim(resource(config));
        onClosed.run();
        if (result < 0) {
            LOGGER.warn("{}", DpdkException.of("device " + config.device() + " was closed but not removed", result).getMessage());
        }
        environment.logNative();
    }

    /** Closes every queue, then stops and removes the device. Idempotent. */
    @Override
    public void close() {
        for (final DpdkPort port : ports) {
            port.close();
        }
    }

    static String resource(final DpdkDeviceConfig config) {
        return "device " + config.deviceName();
    }
}
