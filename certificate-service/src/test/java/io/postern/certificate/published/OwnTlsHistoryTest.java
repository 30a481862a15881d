package io.postern.certificate.published;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
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
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
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
  void anIntermediateThatIsAddedLaterIsShown() {
    OwnCertificate without = presented(OLD).toBuilder().clearChain().build();
    told("a", 0, without.toBuilder().addChain(presented(OLD).getChain(0)).build());
    assertThat(all(0).getFirst().issuers()).isEmpty();
    assertThat(all(0).getFirst().pemText().split("BEGIN", -1)).hasSize(2);
    told("a", 1, presented(OLD));
    assertThat(states(1)).containsExactly("current old");
    assertThat(all(1).getFirst().issuers()).hasSize(OLD.der().size() - 1);
    assertThat(all(1).getFirst().pemText().split("BEGIN", -1)).hasSize(OLD.der().size() + 1);
    assertThat(all(1).getFirst().since()).isEqualTo(START);
  }

  @Test
  void aRecordWithoutChainsMeansThoseThatWereToldBefore() {
    OwnCertificate known =
        presented(OLD).toBuilder()
            .setChainFingerprint(ByteString.copyFrom(Fingerprints.chain(OLD.der())))
            .build();
    told("a", 0, known);
    told("a", 6, known.toBuilder().clearChain().build());
    told("a", 12, known.toBuilder().clearChain().build());
    assertThat(states(20)).containsExactly("current old");
  }

  @Test
  void aFarewellEndsOnlyWhatItsOwnStartHasTold() {
    take(0, own("a", presented(OLD)).setStartMillis(1).build());
    take(1, own("a", presented(OLD)).setStartMillis(2).build());
    take(2, own("a").setStartMillis(1).build());
    assertThat(states(3)).containsExactly("current old");
    take(3, own("a").setStartMillis(2).build());
    assertThat(states(3)).containsExactly("deprecated old");
  }

  @Test
  void whatIsComingHasItsPlannedTime() {
    Instant planned = START.plus(Duration.ofDays(7));
    told(
        "a",
        0,
        presented(OLD),
        coming(NEW).toBuilder().setPlannedMillis(planned.toEpochMilli()).build());
    assertThat(all(0).getLast().since()).isEqualTo(planned);
  }

  @Test
  void capabilitiesOfAllReplicasAreShownOnce() {
    told("a", 0, presented(OLD));
    told("b", 0, presented(OLD));
    assertThat(history.capabilities(START)).hasSize(1);
  }

  private void told(String replica, int hour, OwnCertificate... certificates) {
    take(hour, own(replica, certificates).build());
  }

  private static OwnTls.Builder own(String replica, OwnCertificate... certificates) {
    return OwnTls.newBuilder()
        .setService("ingress")
        .setReplica(replica)
        .addAllCertificates(List.of(certificates))
        .addCapabilities(TlsCapabilities.newBuilder().setRole(CertificateRole.ROLE_SERVER));
  }

  /** The hour is the log's; a writer's clock says nothing. */
  private void take(int hour, OwnTls own) {
    byte[] value = own.toBuilder().setAtMillis(12345).build().toByteArray();
    history.take(
        new ConsumerRecord<>(
            Topics.CERTIFICATE_OWN,
            0,
            offset++,
            START.plus(Duration.ofHours(hour)).toEpochMilli(),
            TimestampType.LOG_APPEND_TIME,
            0,
            value.length,
            "ingress/" + own.getReplica(),
            value,
            new RecordHeaders(),
            Optional.empty()));
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
