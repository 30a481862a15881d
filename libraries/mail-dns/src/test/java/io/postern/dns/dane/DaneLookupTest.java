package io.postern.dns.dane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.dns.DnsFailureException;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.lab.LabDns;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 7672 §2.2: to which hosts DANE applies, and at which name. */
class DaneLookupTest {
  private static final byte[] DIGEST = new byte[32];

  @TempDir Path folder;
  private final LabZones zones =
      new LabZones()
          .signed("example")
          .signed("signed.example")
          .signed("hoster.example")
          .insecure("plain.example");
  private final LabDns dns = LabDns.start().signedBy(zones);
  private DaneLookup lookup;

  @BeforeEach
  void start() throws Exception {
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    lookup =
        new DaneLookup(
            new MailResolver(
                new DnsSettings(
                    List.of(dns.address()),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20),
                    1 << 20,
                    Dnssec.VALIDATE,
                    Optional.of(anchors)),
                InstantSource.system()));
  }

  @AfterEach
  void end() {
    dns.close();
  }

  private LabDns tlsa(String host) {
    return dns.tlsa(host, 25, 3, 1, 1, DIGEST);
  }

  private @Nullable TlsaSet of(String host) throws DnsFailureException {
    return lookup.of(host, 25, "signed.example");
  }

  private TlsaSet found(String host) throws DnsFailureException {
    return Objects.requireNonNull(of(host));
  }

  @Test
  void recordsOfASignedHost() throws Exception {
    tlsa("mx.signed.example").a("mx.signed.example", "127.0.0.1");
    TlsaSet set = found("mx.signed.example");
    assertThat(set.base()).isEqualTo("mx.signed.example");
    assertThat(set.records()).containsExactly(new Tlsa(3, 1, 1, "00".repeat(32)));
    assertThat(set.names()).containsExactly("mx.signed.example", "signed.example");
  }

  @Test
  void aHostWithAddressesOfOneFamily() throws Exception {
    tlsa("mx.signed.example").aaaa("mx.signed.example", "::1");
    assertThat(of("mx.signed.example")).isNotNull();
  }

  @Test
  void noRecordsAreADenialThatIsProven() throws Exception {
    dns.a("mx.signed.example", "127.0.0.1");
    assertThat(of("mx.signed.example")).isNull();
  }

  @Test
  void aHostOfAnUnsignedZoneIsNotAskedForRecords() throws Exception {
    tlsa("mx.plain.example").a("mx.plain.example", "127.0.0.1");
    assertThat(of("mx.plain.example")).isNull();
    assertThat(dns.queries()).doesNotContain("TLSA _25._tcp.mx.plain.example");
  }

  @Test
  void anAliasWhoseEndIsProvenHasTheRecordsOfItsEnd() throws Exception {
    dns.cname("mx.signed.example", "real.hoster.example").a("real.hoster.example", "127.0.0.1");
    tlsa("real.hoster.example");
    tlsa("mx.signed.example");
    TlsaSet set = found("mx.signed.example");
    assertThat(set.base()).isEqualTo("real.hoster.example");
    assertThat(set.names())
        .containsExactly("real.hoster.example", "mx.signed.example", "signed.example");
  }

  @Test
  void anAliasWhoseEndHasNoRecordsHasItsOwn() throws Exception {
    dns.cname("mx.signed.example", "real.hoster.example").a("real.hoster.example", "127.0.0.1");
    tlsa("mx.signed.example");
    assertThat(found("mx.signed.example").base()).isEqualTo("mx.signed.example");
  }

  @Test
  void anAliasWhoseEndIsUnsignedHasItsOwn() throws Exception {
    dns.cname("mx.signed.example", "mx.plain.example").a("mx.plain.example", "127.0.0.1");
    tlsa("mx.signed.example");
    tlsa("mx.plain.example");
    assertThat(found("mx.signed.example").base()).isEqualTo("mx.signed.example");
  }

  @Test
  void recordsThatAreBogusOrNotToBeHadKeepTheHostFromUse() throws Exception {
    tlsa("mx.signed.example").a("mx.signed.example", "127.0.0.1");
    dns.servfail("_25._tcp.mx.signed.example");
    assertThatThrownBy(() -> of("mx.signed.example")).isInstanceOf(DnsFailureException.class);
    zones.signing("hoster.example", Signing.EXPIRED);
    tlsa("mx.hoster.example").a("mx.hoster.example", "127.0.0.1");
    assertThatThrownBy(() -> of("mx.hoster.example")).isInstanceOf(DnsFailureException.class);
  }
}
