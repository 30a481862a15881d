package io.postern.certificate.published;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnTlsHistoryTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final LabCa CA = LabCa.create("Published");
  private static final Identity OLD = CA.issue(Issue.to("gate.contoso.example"));
  private static final Identity NEW = CA.issue(Issue.to("gate.contoso.example"));

  private final OwnTlsHistory history = new OwnTlsHistory();
  private long offset;

  @BeforeEach
  void begin() {
    history.begin();
    history.complete();
  }

  @Test
  void nothingIsSaidBeforeTheHistoryIsRead() {
    history.begin();
    assertThat(history.certificates(START)).isEmpty();
    history.complete();
    assertThat(history.certificates(START)).hasValue(List.of());
  }

  @Test
  void aCertificateComesIsCurrentAndIsDeprecatedWithItsDates() {
    told("a", 0, presented(OLD), coming(NEW));
    assertThat(states(1)).containsExactly("current old", "coming new");

    told("a", 24, presented(NEW));
    assertThat(states(25)).containsExactly("current new", "deprecated old");
    PublishedCertificate old = all(25).getLast();
    assertThat(old.since()).isEqualTo(START);
    // Silent from the 13th hour on: until then it was surely presented.
    assertThat(old.until()).isEqualTo(START.plus(Duration.ofHours(13)));
    assertThat(all(25).getFirst().since()).isEqualTo(START.plus(Duration.ofHours(24)));
    assertThat(all(25).getFirst().until()).isNull();
  }

  @Test
  void itIsCurrentAsLongAsOneReplicaPresentsIt() {
    told("a", 0, presented(OLD));
    told("b", 0, presented(OLD));
    told("a", 1, presented(NEW));
    assertThat(states(2)).containsExactlyInAnyOrder("current old", "current new");
    told("b", 3, presented(NEW));
    assertThat(states(4)).containsExactly("current new", "deprecated old");
    assertThat(all(4).getLast().until()).isEqualTo(START.plus(Duration.ofHours(3)));
    told("a", 5, presented(OLD));
    assertThat(states(6)).contains("current old");
  }

  @Test
  void aReplicaThatHasStoppedOrIsSilentPresentsNothing() {
    told("a", 0, presented(OLD));
    told("b", 0, presented(NEW));
    told("a", 1);
    assertThat(states(2)).containsExactly("current new", "deprecated old");
    assertThat(states(14)).containsExactlyInAnyOrder("deprecated new", "deprecated old");
  }

  @Test
  void whatWasAnnouncedAndNeverPresentedIsForgotten() {
    told("a", 0, presented(OLD), coming(NEW));
    told("a", 1, presented(OLD));
    assertThat(states(2)).containsExactly("current old");
  }

  @Test
  void capabilitiesOfAllReplicasAreShownOnce() {
    told("a", 0, presented(OLD));
    told("b", 0, presented(OLD));
    assertThat(history.capabilities(START)).hasSize(1);
  }

  private void told(String replica, int hour, OwnCertificate... certificates) {
    OwnTls own =
        OwnTls.newBuilder()
            .setService("ingress")
            .setReplica(replica)
            .setAtMillis(START.plus(Duration.ofHours(hour)).toEpochMilli())
            .addAllCertificates(List.of(certificates))
            .addCapabilities(TlsCapabilities.newBuilder().setRole(CertificateRole.ROLE_SERVER))
            .build();
    history.take(
        new ConsumerRecord<>(
            Topics.CERTIFICATE_OWN, 0, offset++, "ingress/" + replica, own.toByteArray()));
  }

  private static OwnCertificate presented(Identity identity) {
    return own(identity, OwnCertificateState.PRESENTED);
  }

  private static OwnCertificate coming(Identity identity) {
    return own(identity, OwnCertificateState.COMING);
  }

  private static OwnCertificate own(Identity identity, OwnCertificateState state) {
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder().setRole(CertificateRole.ROLE_SERVER).setState(state);
    identity.der().forEach(der -> own.addChain(ByteString.copyFrom(der)));
    return own.build();
  }

  private List<PublishedCertificate> all(int hour) {
    return history.certificates(START.plus(Duration.ofHours(hour))).orElseThrow();
  }

  private List<String> states(int hour) {
    return all(hour).stream()
        .map(
            published ->
                published.state()
                    + (Arrays.equals(published.chain().getFirst().der(), OLD.der().getFirst())
                        ? " old"
                        : " new"))
        .toList();
  }
}
