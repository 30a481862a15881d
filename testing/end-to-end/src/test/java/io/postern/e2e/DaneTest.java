package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.trace.MailTrace;
import io.postern.operator.trace.TracePrinter;
import io.postern.programs.FreePorts;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * DANE (RFC 7672) from a message that ingress takes to a mail host whose domain signs its zone:
 * what goes, what waits, and that it goes once the records are right. The hosts' transcripts are
 * the witnesses. A stack of its own, whose delivery-service validates from the lab's root on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DaneTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WITH_DANE = "delivered opportunistic:encryption-only+dane";
  // Of no authority that this installation trusts: the records are all that counts.
  private static final LabCa CA = LabCa.create("Dane");

  private final int mxPort = FreePorts.next();
  private final LabZones zones = new LabZones().signed("example");
  private TestStack stack;
  private TestOrganization organization;
  private Path anchors;

  @BeforeAll
  void ownStack() throws Exception {
    anchors = Files.writeString(Files.createTempFile("root", ".ds"), zones.rootAnchor() + "\n");
    stack =
        TestStack.start(
            Processes.of(Size.SMALL)
                .settings(
                    Service.DELIVERY,
                    Map.of(
                        "postern.dns.dnssec",
                        "validate",
                        "postern.dns.root-anchors",
                        anchors.toString(),
                        "postern.dns.timeout",
                        "5s", // each server is asked twice
                        "postern.delivery.mx-port",
                        Integer.toString(mxPort)))
                .settings(
                    Service.POLICY,
                    Map.of(
                        "postern.schedule.intervals", "1s,2s",
                        "postern.schedule.dane-intervals", "1s,2s")));
    stack.dns().signedBy(zones);
    organization = stack.organization("dane").apply();
  }

  @AfterAll
  void accountAndEnd() throws Exception {
    try {
      stack.assertAuditClean();
    } finally {
      organization.close();
      stack.close();
      Files.deleteIfExists(anchors);
    }
  }

  /** A domain with a signed zone, one mail host, and no TLSA record. */
  private final class Domain {
    final String name;
    final String host;
    private List<String> published = List.of();

    Domain(String label) {
      name = label + ".example";
      host = "mx." + name;
      zones.signed(name);
      stack.dns().mailDomain(name, host);
    }

    /** Its host, until it is closed; of several domains' hosts one runs at a time. */
    ScriptedPeer starts(Identity identity) {
      return ScriptedPeer.named(host).identity(identity).port(mxPort).start();
    }

    /** The owner of its TLSA records. */
    String records() {
      return "_" + mxPort + "._tcp." + host;
    }

    /** Its TLSA records from now on. */
    void publishes(Identity... identities) {
      stack.dns().remove(records());
      for (Identity identity : identities) {
        stack.dns().tlsa(host, mxPort, 3, 1, 1, keyHash(identity));
      }
      published = Stream.of(identities).map(DaneTest::record).toList();
    }

    String recipient() {
      return "office@" + name;
    }

    QueueId send(String subject) throws Exception {
      return organization.relayed(List.of(recipient()), Messages.small(subject));
    }

    /** Sent, and gone at its first attempt with a record that named the host's key. */
    MailTrace goes(String subject) throws Exception {
      QueueId queueId = send(subject);
      assertThat(organization.outcome(queueId, recipient())).isEqualTo(WITH_DANE);
      MailTrace trace = stack.trace(queueId);
      assertThat(trace.outcomes()).as("nothing is deferred").hasSize(1);
      return trace;
    }

    /** Mail goes until delivery-service has seen the records: those before them are forgotten. */
    void goesUntilSeen() {
      Awaitility.await("the records are seen")
          .atMost(PATIENCE)
          .until(
              () ->
                  Set.copyOf(goes("seen").outcomes().getFirst().getDane().getRecordsList())
                      .equals(Set.copyOf(published)));
    }
  }

  /** Matching type 1 of selector 1 (RFC 6698 §2.1): SHA-256 of the SubjectPublicKeyInfo. */
  private static byte[] keyHash(Identity identity) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(identity.leaf().getPublicKey().getEncoded());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String record(Identity identity) {
    return "3 1 1 " + HexFormat.of().formatHex(keyHash(identity));
  }

  private static Identity key(Domain domain) {
    return CA.issue(Issue.to(domain.host));
  }

  @Test
  void mailGoesToTheHostWhoseKeyItsDomainPublishesAndItsTraceShowsTheRecord() throws Exception {
    Domain domain = new Domain("published");
    Identity key = key(domain);
    domain.publishes(key);
    try (ScriptedPeer host = domain.starts(key)) {
      MailTrace trace = domain.goes("published");
      assertThat(String.join("\n", new TracePrinter(false).lines(trace)))
          .contains("opportunistic:encryption-only+dane")
          .contains("DANE " + domain.host + ": " + record(key));
      assertThat(host.messages()).hasSize(1);
      assertThat(host.messages().getFirst().session().serverName()).isEqualTo(domain.host);
    }
  }

  @Test
  void nothingWaitsWhileAHostChangesItsKeyInTheRightOrder() throws Exception {
    Domain domain = new Domain("rollover");
    Identity current = key(domain);
    Identity coming = key(domain);
    domain.publishes(current);
    try (ScriptedPeer host = domain.starts(current)) {
      domain.goesUntilSeen();
      domain.publishes(current, coming);
      domain.goesUntilSeen();
      assertThat(host.messages()).allMatch(message -> encrypted(message.session()));
    }
    try (ScriptedPeer host = domain.starts(coming)) {
      MailTrace switched = domain.goes("with the coming key");
      assertThat(switched.outcomes().getFirst().getDane().getMatched()).isEqualTo(record(coming));
      domain.publishes(coming);
      domain.goesUntilSeen();
      assertThat(host.messages()).allMatch(message -> encrypted(message.session()));
    }
  }

  private static boolean encrypted(PeerTranscript session) {
    return session.plaintextCommands().stream()
        .noneMatch(c -> c.startsWith("MAIL") || c.startsWith("RCPT") || c.startsWith("DATA"));
  }

  @Test
  void mailWaitsForTheRecordOfAHostThatChangedItsKeyFirst() throws Exception {
    Domain domain = new Domain("early");
    Identity current = key(domain);
    Identity coming = key(domain);
    domain.publishes(current);
    try (ScriptedPeer host = domain.starts(coming)) {
      QueueId queueId = domain.send("ahead of its record");
      organization.awaitDeferredTwice(queueId, "dane-tlsa-invalid");
      assertThat(host.sessions()).as("the host was asked").isNotEmpty();
      assertThat(host.envelopeSeen()).as("nothing of an envelope: " + host.sessions()).isFalse();
      domain.publishes(current, coming);
      organization.awaitOutcome(queueId, domain.recipient(), WITH_DANE);
      assertThat(host.messages()).hasSize(1);
    }
  }

  @Test
  void aForgedAnswerLeadsNowhereUntilTheRightOneIsBack() throws Exception {
    Domain domain = new Domain("forged");
    Identity key = key(domain);
    domain.publishes(key);
    zones.signing(domain.name, Signing.WRONG_KEY);
    try (ScriptedPeer host = domain.starts(key)) {
      QueueId queueId = domain.send("forged");
      organization.awaitDeferredTwice(queueId, "dnssec-invalid");
      assertThat(host.sessions()).as("nobody is dialled").isEmpty();
      zones.signing(domain.name, Signing.RIGHT);
      organization.awaitOutcome(queueId, domain.recipient(), WITH_DANE);
      assertThat(host.messages()).hasSize(1);
    }
  }

  @Test
  void anAnswerThatDoesNotComeKeepsItsOwnMailAlone() throws Exception {
    Domain stalled = new Domain("stalled");
    Domain fair = new Domain("fair");
    Identity key = key(fair);
    fair.publishes(key);
    stack.dns().silent(stalled.records());
    try (ScriptedPeer host = fair.starts(key)) { // at the address of the other one's host too
      QueueId waiting = stalled.send("stalled");
      Awaitility.await("the records are asked for")
          .atMost(PATIENCE)
          .until(() -> stack.dns().queries().contains("TLSA " + stalled.records()));
      List<QueueId> beside = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        beside.add(fair.send("beside it " + i));
      }
      List<OutcomeRecorded> others = new ArrayList<>();
      for (QueueId queueId : beside) {
        others.add(organization.settled(queueId).outcomes().getFirst());
      }
      assertThat(others)
          .extracting(OutcomeRecorded::getToken)
          .containsOnly("opportunistic:encryption-only+dane");
      OutcomeRecorded failed = organization.settled(waiting).outcomes().getFirst();
      assertThat(failed.getRecipients(0).getReason()).isEqualTo("dane-dns-failure");
      assertThat(others)
          .as("gone while the answer was waited for")
          .allSatisfy(o -> assertThat(o.getAtMillis()).isLessThan(failed.getAtMillis()));
      assertThat(host.sessions()).noneMatch(session -> session.mentions(stalled.name));
      stalled.publishes(key); // and there are answers again
      organization.awaitOutcome(waiting, stalled.recipient(), WITH_DANE);
    }
  }
}
