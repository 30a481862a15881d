package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabZones;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * G3 over real sockets, for random demands of connector, domain and sender against random mail
 * hosts: a host sees something of an envelope only in a session that meets every demand, and it
 * gets the message where it meets them all. The host's transcript is the witness.
 */
class RelayRequirementTest {
  private static final int TRIED = 100_000;
  private static final String HOST = "mx.random.example";
  private static final LabCa TRUSTED = DowngradeMode.TRUSTED;
  private static final Identity GOOD = TRUSTED.issue(Issue.to(HOST).withRsaKey());
  private static final Identity OTHER_NAME = TRUSTED.issue(Issue.to("other.example").withRsaKey());
  private static final Identity UNTRUSTED =
      LabCa.create("Nobody").issue(Issue.to(HOST).withRsaKey());

  /** The sessions that a host has. */
  private enum Tls {
    NONE,
    BROKEN,
    TLS_1_2_WITHOUT_FORWARD_SECRECY,
    TLS_1_2,
    TLS_1_3
  }

  /** The TLSA records of the host. */
  private enum Records {
    NONE,
    MATCHING,
    OF_ANOTHER_KEY,
    /** Usage 1, which cannot authenticate a mail host (RFC 7672 §3.1.3). */
    UNUSABLE
  }

  /**
   * The recipient's domain and its mail host.
   *
   * @param signed its zone
   * @param requireTls the host announces REQUIRETLS
   */
  private record Receiver(
      boolean signed, Records records, Tls tls, Identity identity, boolean requireTls) {
    static Receiver random(Random random) {
      return new Receiver(
          random.nextInt(3) > 0,
          Records.values()[random.nextInt(4)],
          Tls.values()[random.nextInt(5)],
          List.of(GOOD, GOOD, OTHER_NAME, UNTRUSTED).get(random.nextInt(4)),
          random.nextBoolean());
    }

    ScriptedPeer start() {
      ScriptedPeer.Builder peer =
          ScriptedPeer.named(HOST)
              .identity(identity)
              .capabilities(requireTls ? "REQUIRETLS" : "8BITMIME", "8BITMIME");
      return switch (tls) {
        case NONE -> peer.offerStartTls(false).start();
        case BROKEN -> peer.failHandshake().start();
        case TLS_1_2_WITHOUT_FORWARD_SECRECY -> peer.tls12RsaOnly().start();
        case TLS_1_2 -> peer.protocols("TLSv1.2").start();
        case TLS_1_3 -> peer.protocols("TLSv1.3").start();
      };
    }

    boolean encrypts() {
      return tls != Tls.NONE && tls != Tls.BROKEN;
    }

    boolean trusted() {
      return identity != UNTRUSTED;
    }

    /** Of the certificate. */
    String name() {
      return identity == OTHER_NAME ? "other.example" : HOST;
    }

    @Override
    public String toString() {
      return "signed %s, records %s, %s, name %s, trusted %s, REQUIRETLS %s"
          .formatted(signed, records, tls, name(), trusted(), requireTls);
    }
  }

  private static TlsRequirement requirement(Random random) {
    return TlsRequirement.newBuilder()
        .setLevelValue(random.nextInt(1, 5))
        .setTlsDomain(random.nextInt(3) > 0 ? HOST : "other.example")
        .setForwardSecrecy(random.nextInt(4) == 0)
        .setMinimumVersion(random.nextInt(4) == 0 ? TlsVersion.TLS_1_3 : TlsVersion.TLS_1_2)
        .setDaneValue(random.nextInt(1, 4))
        .setRequireTlsValue(random.nextInt(3) == 0 ? random.nextInt(1, 3) : 0)
        .build();
  }

  /** The demands, and whether the receiver meets them; said otherwise than by the gate. */
  private static Map<String, Boolean> demands(TlsRequirement requirement, Receiver receiver) {
    boolean requireTls = requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES;
    boolean setAside = requirement.getRequireTls() == RequireTls.TLS_REQUIRED_NO;
    boolean mandatory = requirement.getDane() == DaneMode.DANE_MANDATORY;
    boolean dane = mandatory || requirement.getDane() == DaneMode.DANE_OPPORTUNISTIC && !setAside;
    boolean published = dane && receiver.signed() && receiver.records() != Records.NONE;
    boolean usable = published && receiver.records() != Records.UNUSABLE;
    TlsLevel level = requirement.getLevel();
    boolean tls = receiver.encrypts();
    Map<String, Boolean> demands = new LinkedHashMap<>();
    demands.put("TLS by the level", tls || level == TlsLevel.OPPORTUNISTIC);
    demands.put("TLS for REQUIRETLS", tls || !requireTls);
    demands.put("TLS by the domain", tls || !published);
    demands.put(
        "forward secrecy",
        !requirement.getForwardSecrecy()
            || receiver.tls() == Tls.TLS_1_2
            || receiver.tls() == Tls.TLS_1_3);
    demands.put(
        "the version",
        requirement.getMinimumVersion() != TlsVersion.TLS_1_3 || receiver.tls() == Tls.TLS_1_3);
    demands.put(
        "a good chain",
        level.getNumber() < TlsLevel.CERTIFICATE_VALIDATION_VALUE && !requireTls
            || receiver.trusted());
    demands.put(
        "the connector's name",
        level != TlsLevel.DOMAIN_VALIDATION || requirement.getTlsDomain().equals(receiver.name()));
    demands.put("the host's name", !requireTls || receiver.name().equals(HOST));
    demands.put("REQUIRETLS offered", !requireTls || receiver.requireTls());
    demands.put("the MX record proven", !requireTls || receiver.signed());
    demands.put("a record that matches", !usable || receiver.records() == Records.MATCHING);
    demands.put("mandatory DANE", !mandatory || usable);
    return demands;
  }

  private static List<String> shortOf(TlsRequirement requirement, Receiver receiver) {
    return demands(requirement, receiver).entrySet().stream()
        .filter(demand -> !demand.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The cases delivered of those in which the same demands are missed. */
  private static int most(int missed) {
    return switch (missed) {
      case 0 -> 60;
      case 1 -> 10;
      case 2 -> 1;
      default -> 0;
    };
  }

  @Test
  void G3_noHostSeesAnEnvelopeBelowWhatConnectorDomainAndSenderDemand(@TempDir Path folder)
      throws Exception {
    Random random = new Random(8689);
    Map<List<String>, Integer> seen = new HashMap<>();
    Set<String> names = Set.of();
    for (int i = 0; i < TRIED; i++) {
      TlsRequirement requirement = requirement(random);
      Receiver receiver = Receiver.random(random);
      names = demands(requirement, receiver).keySet();
      List<String> missing = shortOf(requirement, receiver);
      if (seen.merge(missing, 1, Integer::sum) <= most(missing.size())) {
        deliver(requirement, receiver, missing, folder);
      }
    }
    assertThat(seen).as("delivered").containsKey(List.of());
    assertThat(names)
        .as("each demand was the only one that a host missed")
        .allSatisfy(name -> assertThat(seen).containsKey(List.of(name)));
  }

  private static void deliver(
      TlsRequirement requirement, Receiver receiver, List<String> missing, Path folder)
      throws Exception {
    LabZones zones = new LabZones().signed("example");
    String domain = "random.example";
    if (receiver.signed()) {
      zones.signed(domain);
    } else {
      zones.insecure(domain);
    }
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    try (ScriptedPeer peer = receiver.start();
        RelayLab lab = RelayLab.validating(peer.port(), anchors)) {
      lab.judgedBy(DowngradeTest::judged);
      lab.dns.signedBy(zones).mailDomain(domain, HOST);
      publish(lab, peer.port(), receiver);
      NextHop hop =
          NextHop.newBuilder()
              .setProtocol(HopProtocol.SMTP)
              .setRoute("mx:" + domain)
              .setMxDomain(domain)
              .build();
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(requirement, hop, "ann@" + domain));
      boolean arrived = outcome.getRecipients(0).getKind() == OutcomeKind.DELIVERED;
      String all = "%s, %s: %s, %s".formatted(requirement, receiver, missing, outcome.getToken());
      assertThat(peer.sessions().stream().anyMatch(PeerTranscript::envelopeSeen))
          .as(all)
          .isEqualTo(missing.isEmpty());
      assertThat(arrived).as(all).isEqualTo(missing.isEmpty());
      assertThat(peer.messages()).as(all).hasSize(arrived ? 1 : 0);
      assertThat(peer.messages())
          .as(all)
          .allSatisfy(
              message ->
                  assertThat(message.session().tlsVersion().isEmpty())
                      .isEqualTo(!receiver.encrypts()));
    }
  }

  private static void publish(RelayLab lab, int port, Receiver receiver) {
    Tlsa record =
        switch (receiver.records()) {
          case NONE -> null;
          case MATCHING -> Tlsa.of(3, 1, 1, receiver.identity().der().getFirst());
          case OF_ANOTHER_KEY -> Tlsa.of(3, 1, 1, DowngradeMode.HOST.der().getFirst());
          case UNUSABLE -> Tlsa.of(1, 1, 1, receiver.identity().der().getFirst());
        };
    if (record != null) {
      byte[] data = HexFormat.of().parseHex(record.data());
      lab.dns.tlsa(HOST, port, record.usage(), record.selector(), record.matchingType(), data);
    }
  }
}
