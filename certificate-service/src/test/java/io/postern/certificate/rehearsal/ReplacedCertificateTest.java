package io.postern.certificate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.published.PublishedCertificate.State;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which certificate is meant where only the new one was given. */
class ReplacedCertificateTest {
  private static final LabCa CA = LabCa.create("Replaced");
  private static final Issue NAME = Issue.to("gate.contoso.example");

  private final Identity ours = CA.issue(NAME);
  private final Identity older = CA.issue(NAME);
  private final Identity newer = CA.issue(NAME);
  private final Identity replacement = CA.issue(NAME);

  @Test
  void oursComesBeforeWhateverElseWasSeenWithItsName() throws Exception {
    ReplacedCertificate replaced =
        find("", List.of(published(State.CURRENT, ours)), seen(older), seen(newer));
    assertThat(replaced.chain()).isEqualTo(parsed(ours));
    assertThat(replaced.ours()).hasSize(1);
    // Those of the others are not ours to be judged by.
    assertThat(replaced.role()).isEmpty();
  }

  @Test
  void oursHasTheRoleInWhichItWasSeenItself() throws Exception {
    ReplacedCertificate replaced =
        find("", List.of(published(State.CURRENT, ours)), seen(ours), seen(newer));
    assertThat(replaced.role()).contains(CertificateRole.ROLE_CLIENT);
  }

  @Test
  void ofOthersTheOneThatWasUsedLastIsMeant() throws Exception {
    ReplacedCertificate replaced =
        find("", List.of(published(State.COMING, replacement)), seen(older), seen(newer));
    assertThat(replaced.chain()).isEqualTo(parsed(newer));
    assertThat(replaced.ours()).isEmpty();
    assertThat(replaced.role()).contains(CertificateRole.ROLE_CLIENT);
  }

  @Test
  void theOneThatIsNamedIsMeantWhateverIsNewer() throws Exception {
    String sha256 = CertificateFacts.of(parsed(older).getFirst()).sha256();
    ReplacedCertificate replaced =
        find(sha256, List.of(published(State.CURRENT, ours)), seen(older), seen(newer));
    assertThat(replaced.chain()).isEqualTo(parsed(older));
  }

  private ReplacedCertificate find(
      String sha256, List<PublishedCertificate> published, CertificateChain... seen)
      throws Exception {
    return ReplacedCertificate.find(
        parsed(replacement).getFirst(), sha256, published, List.of(seen));
  }

  private static CertificateChain seen(Identity identity) {
    CertificateChain.Builder chain =
        CertificateChain.newBuilder().setRole(CertificateRole.ROLE_CLIENT);
    identity.der().forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
    return chain.build();
  }

  private static PublishedCertificate published(State state, Identity identity) throws Exception {
    List<ParsedCertificate> chain = parsed(identity);
    return new PublishedCertificate(
        state,
        "server",
        "",
        "Replaced Root",
        CertificateFacts.of(chain.getFirst()),
        Instant.EPOCH,
        null,
        List.of(),
        "",
        chain);
  }

  private static List<ParsedCertificate> parsed(Identity identity) throws Exception {
    List<ParsedCertificate> chain = new ArrayList<>();
    for (byte[] der : identity.der()) {
      chain.add(ParsedCertificate.parse(der));
    }
    return chain;
  }
}
