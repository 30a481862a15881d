package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.trace.MailTrace;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * An organization of a test: domain {@code ID.example}, a mailbox server with a good certificate,
 * and its own server that may relay by certificate. Connectors are added as lines of the directory
 * file.
 */
final class TestOrganization implements AutoCloseable {
  private static final Pattern QUEUED = Pattern.compile("Queued as (\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  // A domain's records and its policy are asked for anew after a minute or two.
  private static final Duration RETRY_PATIENCE = Duration.ofSeconds(150);

  private final TestStack stack;
  private final String id;
  private final Identity server;
  private final List<String> inbound = new ArrayList<>();
  private final List<String> outbound = new ArrayList<>();
  private final List<ScriptedPeer> peers = new ArrayList<>();
  private ScriptedPeer mailbox;
  private String mailboxTls = "tlsSettings: encryptionOnly";
  private String recipientValidation = "";
  private String anchors = "";
  private String rewriting = "";
  private String domainFields = "";
  private boolean applied;

  TestOrganization(TestStack stack, String id) {
    this.stack = stack;
    this.id = id;
    this.server = stack.ca().issue(Issue.to("mail." + domain()));
    this.mailbox =
        peer(ScriptedPeer.named("mailbox." + domain()).identity(identity("mailbox." + domain())));
    inbound(
        "name: Own server, connectorType: onPremises, tlsSenderCertificateName: mail." + domain());
  }

  String id() {
    return id;
  }

  String domain() {
    return id + ".example";
  }

  ScriptedPeer mailbox() {
    return mailbox;
  }

  /** Another mailbox server instead of the good one. */
  void mailbox(ScriptedPeer other) {
    mailbox = other;
  }

  /**
   * The mailbox route validates the host's name by an authority that this organization alone
   * trusts.
   */
  TestOrganization ownMailboxAuthority(LabCa authority) throws CertificateEncodingException {
    String host = "own-mailbox." + domain();
    mailbox = peer(ScriptedPeer.named(host).identity(authority.issue(Issue.to(host))));
    mailboxTls = "tlsSettings: domainValidation, tlsDomain: " + host + ", trustAnchors: own";
    anchors =
        "    trustAnchors:\n      - name: own\n        pem: |\n"
            + ("-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(authority.root().getEncoded())
                    + "\n-----END CERTIFICATE-----\n")
                .indent(10);
    return this;
  }

  /**
   * From the next {@link #apply} on the mailbox route is asked whether recipients exist.
   *
   * @param unanswered accept or defer
   */
  TestOrganization asksMailboxRoute(String unanswered) {
    recipientValidation =
        "        recipientValidation: mailboxRoute\n        unansweredRecipients: "
            + unanswered
            + "\n";
    return this;
  }

  Identity identity(String... names) {
    return stack.ca().issue(Issue.to(names));
  }

  /** Starts a peer that ends with the organization, and publishes its name. */
  ScriptedPeer peer(ScriptedPeer.Builder builder) {
    ScriptedPeer peer = builder.start();
    peers.add(peer);
    stack.dns().a(peer.hostName(), "127.0.0.1");
    return peer;
  }

  /** Further fields of the accepted domain, each a line of the directory file. */
  TestOrganization domainFields(String... lines) {
    domainFields = String.join("\n", lines).indent(8);
    return this;
  }

  /** Fields of a connector, as they stand between braces in the directory file. */
  TestOrganization inbound(String fields) {
    inbound.add(fields);
    return this;
  }

  TestOrganization outbound(String fields) {
    outbound.add(fields);
    return this;
  }

  /** Connectors may rewrite foreign senders, to addresses of its domain. */
  TestOrganization rewritesSenders() {
    rewriting = "    senderRewritingDomain: " + domain() + "\n";
    return this;
  }

  /** Without outbound connectors from the next {@link #apply} on. */
  TestOrganization clearOutbound() {
    outbound.clear();
    return this;
  }

  /** A partner connector to one peer for one domain, with further fields. */
  TestOrganization outboundTo(ScriptedPeer peer, String domain, String fields) {
    return outbound(
        "name: To %d, connectorType: partner, recipientDomains: [%s], useMXRecord: false, smartHosts: [\"%s:%d\"]%s"
            .formatted(
                outbound.size() + 1,
                domain,
                peer.hostName(),
                peer.port(),
                fields.isEmpty() ? "" : ", " + fields));
  }

  String yaml() {
    StringBuilder yaml = new StringBuilder();
    yaml.append("organizations:\n");
    yaml.append("  - id: ").append(id).append("\n    displayName: Test ").append(id).append("\n");
    yaml.append(rewriting).append("    acceptedDomains:\n");
    yaml.append("      - domain: ").append(domain()).append("\n");
    yaml.append("        mailboxRoute: { host: ")
        .append(mailbox.hostName())
        .append(", port: ")
        .append(mailbox.port());
    yaml.append(", protocol: smtp, ").append(mailboxTls).append(" }\n");
    yaml.append(recipientValidation).append(domainFields).append(anchors);
    connectors(yaml, "inboundConnectors", inbound);
    connectors(yaml, "outboundConnectors", outbound);
    return yaml.toString();
  }

  private static void connectors(StringBuilder yaml, String section, List<String> connectors) {
    if (!connectors.isEmpty()) {
      yaml.append("    ").append(section).append(":\n");
      connectors.forEach(fields -> yaml.append("      - { ").append(fields).append(" }\n"));
    }
  }

  /** Puts the organization into the directory. */
  TestOrganization apply() throws Exception {
    DirectoryClient.Answer answer = stack.directory().apply(yaml(), false);
    assertThat(answer.problems()).isEmpty();
    applied = true;
    stack.processes().awaitDirectory(answer.version(), PATIENCE);
    return this;
  }

  /** A session at ingress. */
  SmtpClient connect() throws Exception {
    return SmtpClient.connect("127.0.0.1", stack.smtpPort());
  }

  /** A session over TLS, with a client certificate or none. */
  SmtpClient connectTls(@Nullable Identity certificate) throws Exception {
    SmtpClient client = connect();
    client.ehlo("client.example");
    assertThat(client.startTls(certificate).code()).isEqualTo(220);
    client.ehlo("client.example");
    return client;
  }

  /** Sends as the organization's own server. */
  Reply relay(List<String> to, byte[] content) throws Exception {
    try (SmtpClient client = connectTls(server)) {
      return client.send("sender@" + domain(), to, content);
    }
  }

  /** Sends as the organization's own server; it must be accepted. */
  QueueId relayed(List<String> to, byte[] content) throws Exception {
    return queueId(relay(to, content));
  }

  Identity ownServer() {
    return server;
  }

  static QueueId queueId(Reply reply) {
    Matcher queued = QUEUED.matcher(reply.text());
    assertThat(reply.code()).as(reply.text()).isEqualTo(250);
    assertThat(queued.find()).as(reply.text()).isTrue();
    return QueueId.parse(queued.group(1));
  }

  /** The way of a message, once each recipient has an outcome. */
  MailTrace settled(QueueId queueId) throws Exception {
    MailTrace trace = MailTrace.await(stack.kafka(), queueId, PATIENCE);
    assertThat(trace.settled()).as("each recipient has an outcome: " + trace).isTrue();
    return trace;
  }

  /** A recipient's last state in words, such as "delivered encryption-only:encryption-only". */
  String outcome(QueueId queueId, String recipient) throws Exception {
    MailTrace.LastOutcome last = settled(queueId).lastOutcomes().get(recipient);
    assertThat(last).as("an outcome for " + recipient).isNotNull();
    return last.text();
  }

  /** Until a recipient's last state is this one, whatever was before. */
  void awaitOutcome(QueueId queueId, String recipient, String words) {
    Awaitility.await()
        .atMost(RETRY_PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> outcome(queueId, recipient).equals(words));
  }

  /** Until opportunistic mail was deferred twice, both times for this reason. */
  void awaitDeferredTwice(QueueId queueId, String reason) throws Exception {
    Awaitility.await()
        .atMost(RETRY_PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> stack.trace(queueId).outcomes().size() >= 2);
    assertThat(stack.trace(queueId).outcomes())
        .extracting(OutcomeRecorded::getToken)
        .containsOnly("opportunistic/" + reason);
  }

  /** In a stack that goes on for others it has no connectors and domains any more. */
  @Override
  public void close() {
    try {
      if (applied && stack.isShared()) {
        retire();
      }
    } finally {
      peers.forEach(ScriptedPeer::close);
    }
  }

  /** What is tried again later would reach whoever has a closed peer's port by then. */
  private void retire() {
    String bare = "organizations:\n  - id: " + id + "\n    displayName: Was " + id + "\n";
    try {
      DirectoryClient.Answer answer = stack.directory().apply(bare, false);
      assertThat(answer.problems()).isEmpty();
      stack.processes().awaitDirectory(answer.version(), PATIENCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
