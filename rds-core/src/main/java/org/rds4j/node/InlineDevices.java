package org.rds4j.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.crypto.offload.devx.DevxDevice;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.record.OffloadThreshold;
import org.rds4j.crypto.provider.AeadProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the verbs device that belongs to the NIC of a node. */
final class InlineDevices {
    private static final Logger LOG = LoggerFactory.getLogger(InlineDevices.class);
    /** Where the kernel says which PCI device a verbs device is. */
    private static final Path VERBS = Path.of("/sys/class/infiniband");

    private InlineDevices() {
    }

    /**
     * Opens the device.
     *
     * @param nic      the node's device string.
     * @param provider what software would seal with instead.
     * @return null when the NIC does not encrypt; the log says why.
     */
    static InlineTls open(final String nic, final AeadProvider provider) {
        final String pci = nic.split(",", 2)[0];
        final Optional<String> name = DevxDevice.names().stream().filter(verbs -> pci.equals(pciOf(verbs))).findFirst();
        if (name.isEmpty()) {
            LOG.warn("inline TLS: no such device: {} is none of the mlx5 devices {}, so all records are sealed in software",
                pci, DevxDevice.names());
            return null;
        }
        try {
            final int threshold = OffloadThreshold.measure(provider, SystemNanoClock.INSTANCE);
            final InlineTls inline = new InlineTls(DevxDevice.open(name.get()), OffloadPolicy.DEFAULT, threshold);
            LOG.info("inline TLS: {} encrypts records of {} octets and more", name.get(), threshold);
            return inline;
        } catch (final IllegalStateException e) {
            LOG.warn("inline TLS: {}, so all records are sealed in software", e.getMessage());
            return null;
        }
    }

    private static String pciOf(final String verbs) {
        try {
            return Files.readSymbolicLink(VERBS.resolve(verbs).resolve("device")).getFileName().toString();
        } catch (final IOException e) {
            return "";
        }
    }
}
