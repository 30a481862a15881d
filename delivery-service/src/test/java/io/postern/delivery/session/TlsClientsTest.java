package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.transport.TlsClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsClientsTest {
  private static final Identity IDENTITY = LabCa.create("Lab").issue(Issue.to("relay.example"));
  private static final TlsRequirement FORCED =
      TlsRequirement.newBuilder()
          .setLevel(TlsLevel.DOMAIN_VALIDATION)
          .setTlsDomain("fabrikam.example")
          .build();

  @TempDir private Path folder;

  private static SessionKey key(TlsRequirement requirement, HostDemand demand) {
    return new SessionKey(
        new Target("mx.example", new InetSocketAddress(InetAddress.getLoopbackAddress(), 25)),
        HopProtocol.SMTP,
        new ClientIdentity("relay.example", List.of(), ""),
        requirement,
        demand);
  }

  private static SessionKey key(TlsRequirement requirement) {
    return key(requirement, HostDemand.NONE);
  }

  private static TlsClient client(TlsClients clients, SessionKey key) throws Exception {
    try (TlsClients.Permit permit = clients.permit(key)) {
      return permit.client();
    }
  }

  /** Contexts were kept by the whole requirement, 256 of them: each round built all anew. */
  @Test
  void aThousandForcedPartnersShareOneContextAndNoSession() throws Exception {
    TlsClients clients = new TlsClients(Optional.empty());
    Set<TlsClient> contexts = new HashSet<>();
    Set<String> scopes = new HashSet<>();
    for (int round = 0; round < 2; round++) {
      for (int partner = 0; partner < 1_000; partner++) {
        SessionKey key = key(FORCED.toBuilder().setTlsDomain("p" + partner + ".example").build());
        contexts.add(client(clients, key));
        scopes.add(key.scope());
      }
    }
    assertThat(contexts).hasSize(1);
    assertThat(scopes).hasSize(1_000);
  }

  @Test
  void whateverIsDemandedOfAHostIsAScopeOfItsOwn() {
    Tlsa record = new Tlsa(3, 1, 1, "ab".repeat(32));
    Tlsa other = new Tlsa(3, 1, 1, "cd".repeat(32));
    List<SessionKey> different =
        List.of(
            key(FORCED),
            key(FORCED.toBuilder().setTlsDomain("contoso.example").build()),
            key(FORCED.toBuilder().setForwardSecrecy(true).build()),
            key(FORCED.toBuilder().setSni("mx").build()),
            key(FORCED, demand("mx.example", record)),
            key(FORCED, demand("mx.example", record, other)),
            key(FORCED, demand("mx2.example", record)));
    assertThat(different.stream().map(SessionKey::scope)).doesNotHaveDuplicates();
    assertThat(key(FORCED, demand("mx.example", record)).scope())
        .isEqualTo(key(FORCED, demand("mx.example", record)).scope());
  }

  private static HostDemand demand(String base, Tlsa... records) {
    return new HostDemand(new TlsaSet(base, List.of(records), List.of(base)), null);
  }

  @Test
  void strangersHostsAndEachClientCertificateHaveAContextOfTheirOwn() throws Exception {
    IDENTITY.write(folder.resolve("contoso"), "ours");
    IDENTITY.write(folder.resolve("contoso"), "theirs");
    TlsClients clients = new TlsClients(Optional.of(folder));
    Set<TlsClient> contexts = new HashSet<>();
    contexts.add(client(clients, key(FORCED)));
    contexts.add(client(clients, key(FORCED.toBuilder().setLevel(TlsLevel.OPPORTUNISTIC).build())));
    contexts.add(client(clients, key(presents("contoso/ours"))));
    contexts.add(client(clients, key(presents("contoso/theirs"))));
    assertThat(contexts).hasSize(4);
  }

  @Test
  void aRenewedClientCertificateHasANewContextAndTheOldOneServesItsUsers() throws Exception {
    IDENTITY.write(folder.resolve("contoso"), "ours");
    TlsClients clients = new TlsClients(Optional.of(folder));
    try (TlsClients.Permit before = clients.permit(key(presents("contoso/ours")))) {
      Files.setLastModifiedTime(
          folder.resolve("contoso/ours.pem"), FileTime.fromMillis(1_790_000_000_000L));
      assertThat(client(clients, key(presents("contoso/ours")))).isNotSameAs(before.client());
    }
  }

  private static TlsRequirement presents(String certificate) {
    return FORCED.toBuilder().setClientCertificate(certificate).build();
  }
}
