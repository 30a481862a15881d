package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.MtaStsEvidence;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Mail in states that are seldom seen, at a running example. Owner: one thread. */
final class RareMail {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Example example;
  private final Strangers strangers;

  RareMail(Example example, Strangers strangers) {
    this.example = example;
    this.strangers = strangers;
  }

  /** Connectors in report-only mode, by which mail to and from strangers would not go. */
  void connectors() throws Exception {
    put(
        "inbound",
        "From Northwind",
        """
        {"connectorType":"partner","mode":"reportOnly","senderDomains":["northwind.example"],
         "requireTls":true,"tlsSenderCertificateName":"mail.northwind.example",
         "restrictDomainsToCertificate":true}
        """);
    put(
        "outbound",
        "To a stranger",
        """
        {"connectorType":"partner","mode":"reportOnly","recipientDomains":["stranger.example"],
         "tlsSettings":"domainValidation","tlsDomain":"mx.stranger.example"}
        """);
  }

  private void put(String direction, String name, String connector) throws Exception {
    assertThat(
            example
                .call(
                    example.policy(),
                    "PUT",
                    "/api/v1/organizations/contoso/"
                        + direction
                        + "-connectors/"
                        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"),
                    connector)
                .statusCode())
        .isIn(200, 201);
  }

  /** Mail that a connector in report-only mode would have refused. */
  QueueId reportedOnly() throws Exception {
    return strangers.sends(null, "news@northwind.example", "<1@northwind.example>");
  }

  void control(String action, QueueId id) throws Exception {
    assertThat(
            example
                .call(
                    example.policy(),
                    "POST",
                    "/api/v1/queue/" + id + "/" + action,
                    "{\"recipients\":[]}")
                .statusCode())
        .isEqualTo(202);
  }

  void awaitState(QueueId id, String state) {
    Awaitility.await(id + " is " + state)
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode recipients = example.get("/api/v1/messages/" + id).path("recipients");
              assertThat(recipients).isNotEmpty();
              for (JsonNode recipient : recipients) {
                assertThat(recipient.path("state").asText()).isEqualTo(state);
              }
            });
  }

  /** An attempt at a host for which DANE and MTA-STS count. */
  void published(QueueId id) throws Exception {
    TlsRequirement.Builder requirement =
        TlsRequirement.newBuilder().setLevel(TlsLevel.OPPORTUNISTIC);
    strangers.put(
        Topics.MAIL_OUTCOMES,
        id.partition(),
        id.value(),
        OutcomeRecorded.newBuilder()
            .setQueueId(id.value())
            .setAttempt(1)
            .setOrganization("contoso")
            .setHost("mx1.fabrikam.example")
            .setAddress("192.0.2.25:25")
            .setRequirement(requirement)
            .setToken("opportunistic:domain-validation+dane")
            .setTlsFacts(
                TlsFacts.newBuilder()
                    .setVersion(TlsVersion.TLS_1_3)
                    .setCipherSuite("TLS_AES_256_GCM_SHA384")
                    .setGroup("X25519MLKEM768")
                    .setForwardSecrecy(true)
                    .setPeerSubject("CN=mx1.fabrikam.example")
                    .addPeerNames("mx1.fabrikam.example"))
            .setDane(
                DaneEvidence.newBuilder()
                    .setBase("_25._tcp.mx1.fabrikam.example")
                    .addRecords("3 1 1 " + "ab".repeat(32))
                    .addRecords("2 0 1 " + "cd".repeat(32))
                    .setMatched("3 1 1 " + "ab".repeat(32)))
            .setMtaSts(
                MtaStsEvidence.newBuilder()
                    .setDomain("fabrikam.example")
                    .setId("20261101T000000")
                    .setMode("enforce")
                    .addMx("*.fabrikam.example")
                    .addMx("backup.fabrikam.example")
                    .setMet(true))
            .addRecipients(
                RecipientOutcome.newBuilder().setRecipient(0).setKind(OutcomeKind.DELIVERED))
            .build());
  }

  /** A refusal that came again and again. Its reference. */
  String counted() throws Exception {
    String reference = "0Z7K-31QX";
    MessageRefused.Builder refused =
        MessageRefused.newBuilder()
            .setReference(reference)
            .setCommand("RCPT")
            .setReversePath("info@fabrikam.example")
            .setRecipient("anna@contoso.example")
            .setCode(550)
            .setEnhancedCode("5.7.1")
            .setText("the client's certificate does not have the name that this domain demands")
            .setRule("restrictDomainsToCertificate")
            .setOrganization("contoso")
            .setConnector("From Fabrikam")
            .setSession(
                SessionFacts.newBuilder()
                    .setClientIp("2001:db8::25")
                    .setGreeting("mail.fabrikam.example")
                    .setProtocol("ESMTP"));
    strangers.put(Topics.MAIL_REFUSALS, 0, "2001:db8::25", refused.build());
    refused
        .setCount(1_200)
        .addVariants(variant("fabrikam.example", true, 1_000))
        .addVariants(variant("fabrikam.example", false, 150).setClientIp("2001:db8::26"))
        .addVariants(variant("", false, 50));
    strangers.put(Topics.MAIL_REFUSALS, 0, "2001:db8::25", refused.build());
    Awaitility.await("the count")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        example
                            .get("/api/v1/messages?kind=refusals&reference=" + reference)
                            .path("found"))
                    .hasSize(2));
    return reference;
  }

  private static RefusedVariant.Builder variant(String sender, boolean tls, long count) {
    return RefusedVariant.newBuilder()
        .setSenderDomain(sender)
        .setRecipientDomain("contoso.example")
        .setTls(tls)
        .setCount(count);
  }
}
