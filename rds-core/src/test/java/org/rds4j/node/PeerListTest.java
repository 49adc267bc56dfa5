package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsConfigurationException;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.SpiffeId;

class PeerListTest {
    private static final PeerList LIST = PeerList.parse("""
        peers:
          - identity: spiffe://cluster.example/node/a
            addresses: [10.0.0.1]
          - identity: spiffe://cluster.example/node/a
            addresses: [192.168.0.0/16, 'fd00:7::/32']
            levels: [1, 4-5, 14-15]
          - identity: spiffe://cluster.example/rack/*/node-*
            addresses: [10.1.0.0/20]
          - identity: spiffe://partner.example/**
            levels: [0]
        revoked: ['3f:a2:09', '0x77']
        """);

    private static PeerRefusal judge(final PeerList list, final String name, final String host, final int levels) {
        final RdsAddress address = RdsAddress.parse(host);
        final PeerIdentity peer = new PeerIdentity(SpiffeId.parse(name), BigInteger.ONE, Instant.EPOCH);
        return list.judge(peer, address.high(), address.low(), levels);
    }

    @ParameterizedTest
    @CsvSource({
        "spiffe://cluster.example/node/a, 10.0.0.1, 0x01,",
        "spiffe://cluster.example/node/a, 10.0.0.2, 0x01, ADDRESS",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x02,",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x30,",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x0c, LEVEL",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x06,",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x8000,",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x3f00, LEVEL",
        "spiffe://cluster.example/node/a, 192.168.7.7, 0x00, LEVEL",
        "spiffe://cluster.example/node/a, fd00:7::1, 0x10,",
        "spiffe://cluster.example/node/a, fd00:8::1, 0x10, ADDRESS",
        "spiffe://cluster.example/node/a, 193.168.7.7, 0x02, ADDRESS",
        "spiffe://cluster.example/node/aa, 10.0.0.1, 0x01, NOT_LISTED",
        "spiffe://cluster.example/node/a/b, 10.0.0.1, 0x01, NOT_LISTED",
        "spiffe://cluster.example/rack/7/node-3, 10.1.15.255, 0x80,",
        "spiffe://cluster.example/rack/7/node-3, 10.1.16.0, 0x80, ADDRESS",
        "spiffe://cluster.example/rack/7/8/node-3, 10.1.0.1, 0x80, NOT_LISTED",
        "spiffe://cluster.example/rack/7/xnode-3, 10.1.0.1, 0x80, NOT_LISTED",
        "spiffe://partner.example/any/thing, 8.8.8.8, 0x09,",
        "spiffe://partner.example/any/thing, 8.8.8.8, 0x08, LEVEL",
        "spiffe://partner.exampleX/any, 8.8.8.8, 0x01, NOT_LISTED",
        "spiffe://partnerXexample/any, 8.8.8.8, 0x01, NOT_LISTED"})
    void shouldDecideByNameAddressAndLevel(
        final String name, final String host, final String levels, final PeerRefusal expected) {
        if (name.contains("X")) {
            assertThrows(IllegalArgumentException.class, () -> SpiffeId.parse(name));
        } else {
            assertEquals(expected, judge(LIST, name, host, Integer.decode(levels)));
        }
    }

    @Test
    void shouldNotTakeADotForAnyCharacter() {
        assertEquals(PeerRefusal.NOT_LISTED, judge(LIST, "spiffe://partner-example/any", "8.8.8.8", 1));
    }

    @Test
    void shouldRefuseSerialNumbersThatAreWithdrawn() {
        for (final long serial : new long[] {0x3fa209, 0x77}) {
            final PeerIdentity peer =
                new PeerIdentity(SpiffeId.parse("spiffe://partner.example/x"), BigInteger.valueOf(serial), Instant.EPOCH);
            assertEquals(PeerRefusal.REVOKED, LIST.judge(peer, 0, 0, 1));
        }
    }

    @Test
    void shouldLetNobodyInWithoutEntries() {
        assertEquals(PeerRefusal.NOT_LISTED, judge(PeerList.parse("{peers: []}"), "spiffe://d/a", "10.0.0.1", 0xff));
        assertEquals(PeerRefusal.NOT_LISTED, judge(PeerList.parse("{revoked: []}"), "spiffe://d/a", "10.0.0.1", 0xff));
    }

    @Test
    void shouldLetAWholeDomainInAndNoOther() {
        final PeerList domain = PeerList.ofDomain("cluster.example");
        assertNull(judge(domain, "spiffe://cluster.example/a", "10.0.0.1", 1));
        assertNull(judge(domain, "spiffe://cluster.example/a/b/c", "fd00::1", 0x80));
        assertEquals(PeerRefusal.NOT_LISTED, judge(domain, "spiffe://other.example/a", "10.0.0.1", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "peers", "{peer: []}", "{peers: {}}", "peers: [a]", "peers: [{}]", "peers: [{identity: x}]",
        "peers: [{identity: 'spiffe://*/a'}]", "peers: [{identity: 'spiffe://a*/b'}]", "peers: [{identity: 'spiffe://d/a//b'}]",
        "peers: [{identity: 'spiffe://d/a', address: []}]", "peers: [{identity: 'spiffe://d/a', addresses: []}]",
        "peers: [{identity: 'spiffe://d/a', addresses: [10.0.0.0/33]}]",
        "peers: [{identity: 'spiffe://d/a', addresses: ['10.0.0.1:4000']}]",
        "peers: [{identity: 'spiffe://d/a', addresses: [everywhere]}]", "peers: [{identity: 'spiffe://d/a', levels: [16]}]",
        "peers: [{identity: 'spiffe://d/a', levels: []}]", "peers: [{identity: 'spiffe://d/a', levels: ['5-4']}]",
        "peers: [{identity: 'spiffe://d/a', levels: 3}]", "revoked: [77]", "revoked: ['x']", "peers: ["})
    void shouldRefuseWhatIsNoList(final String yaml) {
        assertThrows(RdsConfigurationException.class, () -> PeerList.parse(yaml));
    }

    @Test
    void shouldNameTheFile() {
        final String message =
            assertThrows(RdsConfigurationException.class, () -> PeerList.load(Path.of("/does/not/exist"))).getMessage();
        assertTrue(message.contains("/does/not/exist"), message);
    }
}
