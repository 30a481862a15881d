package io.postern.rules.checks;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.OutboundEntry;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import io.postern.rules.inbound.OriginatingConnector;
import io.postern.rules.outbound.OutboundChoice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Stored connectors by which mail is decided otherwise since connectors mean what Exchange's mean
 * (docs/decisions/0078, 0083): for the operator, before a version with these rules is in force.
 * Pure.
 */
public final class ChangedMeaning {
  /** What becomes of mail that was decided otherwise before. */
  public enum Effect {
    /** More mail is accepted, relayed or delivered. */
    LOOSER,
    /** More mail is refused or stays in the queue. */
    STRICTER,
    /** Mail takes another way. */
    OTHER_WAY
  }

  /**
   * A connector and one rule that changed for it.
   *
   * @param object key of the object, as in DirectoryKeys
   * @param field the parameter that means something else
   * @param change a sentence
   * @param cure how to have it as before; empty: it cannot be had
   */
  public record Change(String object, String field, Effect effect, String change, String cure) {}

  private final Directory directory;
  private final List<Change> changes = new ArrayList<>();

  private ChangedMeaning(Directory directory) {
    this.directory = directory;
  }

  /** Of all enabled connectors: the looser ones first, then by object. */
  public static List<Change> of(Directory directory) {
    ChangedMeaning all = new ChangedMeaning(directory);
    for (DirectoryObject object : directory.objects()) {
      if (!object.hasOrganization()) {
        continue;
      }
      OrganizationIndex index = directory.index(object.getOrganization().getId());
      index.inbound.stream().filter(e -> e.connector.getEnabled()).forEach(all::inbound);
      index.outbound.stream().filter(e -> e.connector.getEnabled()).forEach(all::outbound);
    }
    return all.changes.stream()
        .sorted(Comparator.comparing(Change::effect).thenComparing(Change::object))
        .toList();
  }

  private void inbound(InboundEntry entry) {
    String object = "inbound-connector/" + entry.organization() + "/" + entry.name();
    boolean own = entry.connector.getConnectorType() == ConnectorType.ON_PREMISES;
    String name = entry.certificateName;
    if (entry.isWildcard() && (own || entry.demandsCertificate())) {
      add(
          object,
          "tlsSenderCertificateName",
          Effect.LOOSER,
          name + " also fits " + name.substring(2) + " and names more than one label below it",
          "write a connector for each host name");
    }
    if (own && name.isEmpty()) {
      add(
          object,
          "senderIPAddresses",
          Effect.LOOSER,
          "its servers send to the organization's recipients from any MAIL FROM, without the"
              + " restrictions of partner connectors; with a valid certificate of an accepted domain"
              + " they relay for any MAIL FROM",
          "");
    }
    if (own && !name.isEmpty() && !OriginatingConnector.canCount(directory, entry)) {
      add(
          object,
          "tlsSenderCertificateName",
          Effect.LOOSER,
          "a client whose valid certificate has this name, which is in no accepted domain, relays for"
              + " MAIL FROM addresses of the organization, and may send from them to its recipients",
          "disable or remove the connector");
    }
    if (!own && !name.isEmpty() && !entry.demandsCertificate()) {
      add(
          object,
          "tlsSenderCertificateName",
          Effect.LOOSER,
          "without requireTls the name does not restrict",
          "set requireTls: true");
    }
    if (!own && entry.demandsCertificate() && !entry.restricting()) {
      add(
          object,
          "tlsSenderCertificateName",
          Effect.STRICTER,
          "mail of its senderDomains without the certificate is refused, not left to the next"
              + " connector",
          "remove tlsSenderCertificateName, or set requireTls: false");
    }
  }

  private void outbound(OutboundEntry entry) {
    OutboundConnector connector = entry.connector;
    String object = "outbound-connector/" + connector.getOrganization() + "/" + connector.getName();
    if (connector.getTlsDomain().startsWith("*.")) {
      add(
          object,
          "tlsDomain",
          Effect.LOOSER,
          connector.getTlsDomain()
              + " also fits "
              + connector.getTlsDomain().substring(2)
              + " and names more than one label below it",
          "write the host's name");
    }
    if (connector.getAllAcceptedDomains()) {
      directory.acceptedDomains(connector.getOrganization()).stream()
          .map(domain -> domain.getDomain())
          .filter(
              domain -> {
                OutboundEntry chosen =
                    OutboundChoice.own(directory.index(connector.getOrganization()), domain)
                        .entry();
                return chosen != null
                    && chosen != entry
                    && chosen.recipientDomains.stream()
                        .anyMatch(
                            p -> p.kind() == DomainPattern.Kind.WILDCARD && p.matches(domain));
              })
          .findFirst()
          .ifPresent(
              domain ->
                  add(
                      object,
                      "allAcceptedDomains",
                      Effect.OTHER_WAY,
                      "mail to " + domain + " uses the connector whose wildcard fits it",
                      "write " + domain + " in recipientDomains of this connector"));
    }
    if (!connector.getUseMxRecord()
        && connector.getSmartHostsList().stream()
            .anyMatch(host -> IpAddress.parse(host.getHost()) == null)) {
      add(
          object,
          "smartHosts",
          Effect.OTHER_WAY,
          "the MX records of a host's name are used, and its address only without them",
          "write the host's addresses");
      if (connector.getSmtpDaneMode() == DaneMode.DANE_MODE_UNSPECIFIED
          || connector.getMtaStsMode() == MtaStsMode.MTA_STS_MODE_UNSPECIFIED) {
        add(
            object,
            "smtpDaneMode",
            Effect.STRICTER,
            "DANE and MTA-STS of the smart host's name are checked where it has them",
            "set smtpDaneMode: none and mtaStsMode: none");
      }
    }
  }

  private void add(String object, String field, Effect effect, String change, String cure) {
    changes.add(new Change(object, field, effect, change, cure));
  }
}
