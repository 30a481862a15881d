package io.postern.e2e.kills;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerManner;
import io.postern.lab.PeerWitness;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.api.DirectoryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a run and the organization whose connectors lead to them. Closing ends the peers;
 * the organization stays in the directory.
 */
final class Peers implements AutoCloseable {
  private static final Duration DIRECTORY = Duration.ofSeconds(60);

  private final World world;
  private final String organization;
  private final List<ScriptedPeer> peers = new ArrayList<>();

  /**
   * @param plan what each peer does
   */
  Peers(World world, String organization, PeerWitness witness, Plan plan) throws Exception {
    this.world = world;
    this.organization = organization;
    for (Destination destination : Destination.ALL) {
      peers.add(peer(destination, witness, plan.manner(destination)));
    }
    for (Plan.Sender sender : Plan.Sender.values()) {
      if (sender != Plan.Sender.OWN_SERVER) {
        String domain = Plan.senderDomain(sender, organization);
        world.dns().remove(domain);
        world.stranger(domain);
      }
    }
    world.strangersWitness(witness);
    DirectoryClient.Answer answer = world.apply(yaml());
    if (!answer.accepted()) {
      throw new IllegalStateException("the directory was not applied: " + answer.problems());
    }
    world.stack().awaitDirectory(answer.version(), DIRECTORY);
  }

  private ScriptedPeer peer(Destination destination, PeerWitness witness, PeerManner manner) {
    String host = destination.hostName(organization);
    world.dns().a(host, "127.0.0.1");
    ScriptedPeer.Builder peer =
        ScriptedPeer.named(host)
            .identity(identity(destination, host))
            .askClientCertificate(false)
            .witness(witness)
            .manner(manner);
    return switch (destination.host()) {
      case FAILED_HANDSHAKE, FORBIDDEN_HANDSHAKE -> peer.failHandshake().start();
      default -> peer.start();
    };
  }

  private @Nullable Identity identity(Destination destination, String host) {
    LabCa ca = world.ca();
    return switch (destination.host()) {
      case GOOD, FAULTY -> ca.issue(Issue.to(host));
      case NO_STARTTLS, FORBIDDEN_NO_STARTTLS, FAILED_HANDSHAKE, FORBIDDEN_HANDSHAKE -> null;
      case FORBIDDEN_WRONG_NAME -> ca.issue(Issue.to("other.example"));
      case FORBIDDEN_SELF_SIGNED -> LabCa.selfSigned(Issue.to(host));
      case FORBIDDEN_REVOKED -> {
        Identity identity = ca.issue(Issue.to(host).withCrl(world.freshList()));
        ca.revoke(identity.leaf());
        yield identity;
      }
    };
  }

  /** From now on one peer does so. */
  void manner(Destination destination, PeerManner manner) {
    peers.get(destination.number()).manner(manner);
  }

  int port(Destination destination) {
    return peers.get(destination.number()).port();
  }

  /** From now on no peer misbehaves. */
  void becomeGood() {
    peers.forEach(ScriptedPeer::asUsual);
  }

  private String yaml() {
    StringBuilder yaml = new StringBuilder();
    ScriptedPeer mailbox = peers.get(Destination.MAILBOX);
    yaml.append("organizations:\n  - id: ").append(organization);
    yaml.append("\n    displayName: Kills ").append(organization);
    yaml.append("\n    acceptedDomains:\n      - domain: ")
        .append(organization)
        .append(".example\n");
    yaml.append("        mailboxRoute: { host: ").append(mailbox.hostName());
    yaml.append(", port: ").append(mailbox.port());
    yaml.append(", protocol: smtp, tlsSettings: encryptionOnly }\n");
    yaml.append("    inboundConnectors:\n");
    yaml.append(
        "      - { name: Own server, connectorType: onPremises, tlsSenderCertificateName: ");
    yaml.append(ownServerName()).append(" }\n    outboundConnectors:\n");
    for (Destination destination : Destination.ALL) {
      if (destination.number() != Destination.MAILBOX) {
        yaml.append(connector(destination));
      }
    }
    return yaml.toString();
  }

  private String connector(Destination destination) {
    ScriptedPeer peer = peers.get(destination.number());
    String level =
        switch (destination.level()) {
          case Destination.OPPORTUNISTIC -> "";
          case Destination.ENCRYPTION -> ", tlsSettings: encryptionOnly";
          case Destination.CERTIFICATE -> ", tlsSettings: certificateValidation";
          default -> ", tlsSettings: domainValidation, tlsDomain: " + peer.hostName();
        };
    return "      - { name: To %d, connectorType: partner, recipientDomains: [%s], useMXRecord: false, smartHosts: [\"%s:%d\"]%s }%n"
        .formatted(
            destination.number(),
            destination.domain(organization),
            peer.hostName(),
            peer.port(),
            level);
  }

  private String ownServerName() {
    return "mail." + organization + ".example";
  }

  Identity ownServer() {
    return world.ca().issue(Issue.to(ownServerName()));
  }

  @Override
  public void close() {
    peers.forEach(ScriptedPeer::close);
  }
}
