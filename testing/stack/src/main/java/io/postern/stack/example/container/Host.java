package io.postern.stack.example.container;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The mail hosts, each with one certificate, which it presents as server and as client. All are of
 * one authority, which the first host makes in the folder that they share.
 */
enum Host {
  /** Of two partners: Fabrikam, with connectors in the example, and Tailspin, without. */
  PARTNER("info@fabrikam.example", "mail.fabrikam.example", "mail.tailspin.example"),
  /** Contoso's mailboxes, and Contoso's own server, which sends. */
  MAILBOX("anna@contoso.example", "mailbox.contoso.example", "mail.contoso.example");

  /** Where the partner serves the authority's revocation lists. */
  static final URI REVOCATION_LISTS = URI.create("http://mail.fabrikam.example:8000/");

  private static final String AUTHORITY = "Postern Example";

  final String sender;
  final List<String> names;

  Host(String sender, String... names) {
    this.sender = sender;
    this.names = List.of(names);
  }

  String hostName() {
    return names.getFirst();
  }

  static LabCa authority(Path shared) {
    return LabCa.open(shared.resolve("authority"), AUTHORITY, REVOCATION_LISTS);
  }

  /** With a new certificate, for 90 days. */
  Identity renewed(Path shared) {
    Identity identity = authority(shared).issue(Issue.to(names.toArray(String[]::new)));
    identity.write(shared, name());
    return identity;
  }

  Identity identity(Path shared) {
    if (!Files.exists(shared.resolve(name() + ".pem"))) {
      throw new IllegalStateException(hostName() + " has not started yet: start it first");
    }
    return Identity.load(shared, name());
  }
}
