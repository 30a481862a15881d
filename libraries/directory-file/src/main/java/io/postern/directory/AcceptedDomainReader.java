package io.postern.directory;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.UnansweredRecipients;
import org.snakeyaml.engine.v2.nodes.Node;

/** The reader of an organization's accepted domains. One parse, one thread. */
final class AcceptedDomainReader {
  private final Problems problems;
  private final String organization;

  AcceptedDomainReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject read(Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    String domain = Domains.one(fields, "domain", fields.required("domain", "contoso.example"));
    String key = "accepted-domain/" + domain;
    fields.belongTo(key);
    AcceptedDomain.Builder accepted =
        AcceptedDomain.newBuilder()
            .setDomain(domain)
            .setOrganization(organization)
            .setDomainType(
                fields.word(
                    "domainType",
                    Words.DOMAIN_TYPE,
                    AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED))
            .setRecipientValidation(
                fields.word(
                    "recipientValidation",
                    Words.RECIPIENT_VALIDATION,
                    RecipientValidation.RECIPIENT_VALIDATION_UNSPECIFIED))
            .setUnansweredRecipients(
                fields.word(
                    "unansweredRecipients",
                    Words.UNANSWERED_RECIPIENTS,
                    UnansweredRecipients.UNANSWERED_RECIPIENTS_UNSPECIFIED))
            .setDisablePlusAddressInRecipients(
                fields.flag("disablePlusAddressInRecipients", false));
    Node route = fields.mapping("mailboxRoute");
    if (route == null) {
      // Its MX may point back to us (docs/design/connectors.md, "Mailbox routes").
      fields.problem(
          "mailboxRoute",
          "mailboxRoute is missing",
          "write mailboxRoute: { host: mailbox.contoso.example } to route its mail");
    } else {
      Fields own = Fields.of(route, problems, key, "mailboxRoute.");
      own.belongTo(key);
      own(mailboxRoute(own), accepted);
    }
    int i = 0;
    for (Node further : fields.mappings("furtherMailboxRoutes")) {
      Fields named = Fields.of(further, problems, key, "furtherMailboxRoutes[" + i++ + "].");
      named.belongTo(key);
      String name = named.required("name", "cloud");
      accepted.addFurtherMailboxRoutes(mailboxRoute(named).toBuilder().setName(name));
    }
    fields.done();
    return DirectoryObject.newBuilder().setAcceptedDomain(accepted).build();
  }

  private MailboxRoute mailboxRoute(Fields fields) {
    String text = fields.required("host", "mailbox.contoso.example");
    String host = Domains.isAddress(text) ? text : Domains.host(text);
    if (host.isEmpty() && !text.isEmpty()) {
      fields.problem(
          "host", "\"" + text + "\" is not a host", "write a name or an address, no port");
    }
    MailboxRoute route =
        MailboxRoute.newBuilder()
            .setHost(
                NextHopHost.newBuilder().setHost(host).setPort(fields.number("port", 0, 1, 65_535)))
            .setProtocol(fields.word("protocol", Words.PROTOCOL, HopProtocol.SMTP))
            // S4: never below TLS with forward secrecy.
            .setTls(fields.word("tlsSettings", Words.TLS_SETTINGS, TlsLevel.ENCRYPTION_ONLY))
            .setTlsDomain(ConnectorFields.domain(fields, "tlsDomain"))
            .setAnchors(ConnectorFields.anchors(fields, "trustAnchors", organization))
            .setRevocation(
                fields.word("revocation", Words.REVOCATION, RevocationMode.REVOCATION_REQUIRED))
            .build();
    fields.done();
    return route;
  }

  private static void own(MailboxRoute route, AcceptedDomain.Builder accepted) {
    accepted
        .setMailboxHost(route.getHost())
        .setMailboxProtocol(route.getProtocol())
        .setMailboxTls(route.getTls())
        .setMailboxTlsDomain(route.getTlsDomain())
        .setMailboxAnchors(route.getAnchors())
        .setMailboxRevocation(route.getRevocation());
  }
}
