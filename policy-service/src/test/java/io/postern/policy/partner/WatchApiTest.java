package io.postern.policy.partner;

import static io.postern.policy.partner.ApiLab.admin;
import static io.postern.policy.partner.ApiLab.json;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import com.google.protobuf.ByteString;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ChainKeeping;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Watches and sessions by hand over HTTP; the test writes sessions as ingress-service would. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class WatchApiTest {
  private static final String FILE =
      """
      organizations:
      - id: watching
        acceptedDomains:
        - { domain: watching.example, mailboxRoute: { host: mailbox.watching.example } }
        inboundConnectors:
        - { name: From Fabrikam, connectorType: partner, senderDomains: [fabrikam.example],
            tlsSenderCertificateName: mail.fabrikam.example, restrictDomainsToCertificate: true }
        - { name: From everybody, connectorType: partner, senderDomains: ["*"], requireTls: false }
      - id: stranger
        acceptedDomains:
        - { domain: stranger.example, mailboxRoute: { host: mailbox.stranger.example } }
      """;
  private static final String CONNECTOR =
      "/api/v1/organizations/watching/inbound-connectors/From Fabrikam/watches";

  @BeforeEach
  void start() throws Exception {
    ApiLab.awaitReady();
    ApiLab.apply(FILE);
  }

  private static SessionFacts.Builder session(String name) {
    return SessionFacts.newBuilder()
        .setClientIp("192.0.2.7")
        .setTls(true)
        .setTlsFacts(
            TlsFacts.newBuilder()
                .setVersion(TlsVersion.TLS_1_3)
                .setCipherSuite("TLS_AES_128_GCM_SHA256")
                .addPeerNames(name));
  }

  private static Explanation explanation(String organization, String detail) {
    return Explanation.newBuilder()
        .setSummary("Refused")
        .setOrganization(organization)
        .addSteps(
            ExplanationStep.newBuilder()
                .setSubject("inbound connector " + organization + "/From Fabrikam")
                .setCondition("restrictDomainsToCertificate")
                .setDetail(detail))
        .build();
  }

  private static void refused(MessageRefused.Builder refused) throws Exception {
    ApiLab.write(Topics.MAIL_REFUSALS, "192.0.2.7", refused.build().toByteArray());
  }

  @Test
  void theSessionsOfAPartnerAreShownAndNobodyElsesAre() throws Exception {
    String place = json("").post(CONNECTOR).then().statusCode(201).extract().header("Location");
    place = place.substring(place.indexOf("/api"));

    // Refused at RCPT, by the connector.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("other.example"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setText("not met")
            .setRule("restrictDomainsToCertificate")
            .setOrganization("watching")
            .setConnector("From Fabrikam")
            .setReference("0Z7K-31QF")
            .setExplanation(explanation("watching", "mail.fabrikam.example is required")));
    // The same sender, to another organization: nothing of it is the watcher's.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("mail.fabrikam.example"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("eve@stranger.example")
            .setCode(550)
            .setOrganization("stranger")
            .setExplanation(explanation("stranger", "secret")));
    // Neither by sender, nor by certificate.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("other.example"))
            .setReversePath("bob@elsewhere.example")
            .setRecipient("ann@watching.example")
            .setCode(550));
    ApiLab.write(
        Topics.MAIL_ACCEPTED,
        "1",
        MessageAccepted.newBuilder()
            .setQueueId("Q1")
            .setSession(session("mail.fabrikam.example"))
            .setEnvelope(
                Envelope.newBuilder()
                    .setReversePath("")
                    .addRecipients(
                        EnvelopeRecipient.newBuilder().setAddress("ann@watching.example"))
                    .addRecipients(
                        EnvelopeRecipient.newBuilder().setAddress("eve@stranger.example")))
            .addGroups(
                RecipientGroup.newBuilder()
                    .addRecipients(0)
                    .setOrganization("watching")
                    .setConnector("From Fabrikam")
                    .setVerdict("good"))
            .addGroups(RecipientGroup.newBuilder().addRecipients(1).setOrganization("stranger"))
            .build()
            .toByteArray());
    String here = place;
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> admin().get(here).then().body("sessions", hasSize(2)));
    admin()
        .get(here)
        .then()
        .statusCode(200)
        .body("state", equalTo("watching"))
        .body("sessions.result", containsInAnyOrder("refused", "accepted"))
        .body(
            "sessions.find{it.result=='refused'}.claims",
            equalTo(java.util.List.of("senderDomains")))
        .body("sessions.find{it.result=='refused'}.reference", equalTo("0Z7K-31QF"))
        .body(
            "sessions.find{it.result=='refused'}.conditions"
                + ".find{it.parameter=='restrictDomainsToCertificate'}",
            allOf(
                hasEntry("connector", (Object) "From Fabrikam"),
                hasEntry("state", (Object) "not-met"),
                hasEntry("expected", (Object) "mail.fabrikam.example"),
                hasEntry("actual", (Object) "none")))
        .body(
            "sessions.find{it.result=='accepted'}.claims",
            equalTo(java.util.List.of("tlsSenderCertificateName")))
        .body(
            "sessions.find{it.result=='accepted'}.recipientDomains",
            equalTo(java.util.List.of("watching.example")));
    admin().get(here.replace("watching/watches", "stranger/watches")).then().statusCode(404);
    admin().delete(here).then().statusCode(204);
    admin()
        .get(here)
        .then()
        .body("state", equalTo("ended"))
        .body("sessions", hasSize(2))
        .body(not(containsString("stranger")));
  }

  /** Behind a balancer another replica may be asked. */
  @Test
  void anIdNamesTheReplicaThatHasTheWatch() throws Exception {
    String watches = "/api/v1/organizations/watching/watches/";
    String id = json("").post(CONNECTOR).then().statusCode(201).extract().path("id");
    String uuid = id.substring(id.lastIndexOf('.') + 1);
    admin().get(watches + id).then().statusCode(200);
    admin()
        .get(watches + "policy-2.example:9000." + uuid)
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body(
            "detail",
            allOf(
                containsString("was started at replica policy-2.example:9000"),
                containsString("this is " + id.substring(0, id.lastIndexOf('.')))));
    String gone = id.replace(uuid, java.util.UUID.randomUUID().toString());
    admin()
        .get(watches + gone)
        .then()
        .statusCode(404)
        .body("detail", equalTo("No such watch " + gone + "."));
    admin().delete(watches + id).then().statusCode(204);
  }

  /** Before a sender is known the address alone says whose handshake failed. */
  @Test
  void aFailedHandshakeIsFoundByAddress() throws Exception {
    String place =
        json("{\"domains\":[\"fabrikam.example\"],\"addresses\":[\"192.0.2.0/28\"]}")
            .post("/api/v1/organizations/watching/watches")
            .then()
            .statusCode(201)
            .extract()
            .header("Location");
    String here = place.substring(place.indexOf("/api"));
    refused(
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.9"))
            .setCommand("STARTTLS")
            .setRule("handshake")
            .setHandshakeFailure(HandshakeFailure.HANDSHAKE_UNKNOWN_CA)
            .setText("the client does not know our authority")
            .setCount(3));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> admin().get(here).then().body("sessions", hasSize(1)));
    admin()
        .get(here)
        .then()
        .body("sessions[0].result", equalTo("handshake-failed"))
        .body("sessions[0].count", equalTo(3))
        .body("sessions[0].rule", equalTo("unknown-ca"));
    admin().delete(here).then().statusCode(204);
  }

  /** By a wide block the failed handshakes of others' partners would be seen. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 201",
    "192.0.2.0/23, 400",
    "0.0.0.0/0, 400",
    "2001:db8::/64, 201",
    "2001:db8::/63, 400",
    "::/0, 400",
    "192.0.2.0/x, 400",
    "mail.fabrikam.example, 400",
  })
  void aWatchTakesNoWiderBlockThanAConnector(String block, int status) throws Exception {
    Response response =
        json("{\"domains\":[\"fabrikam.example\"],\"addresses\":[\"" + block + "\"]}")
            .post("/api/v1/organizations/watching/watches");
    response.then().statusCode(status);
    if (status == 201) {
      String place = response.header("Location");
      admin().delete(place.substring(place.indexOf("/api"))).then().statusCode(204);
    } else {
      response.then().body("detail", containsString(block));
    }
  }

  /** A refusal has a chain's fingerprint alone, and further ones of a kind are counted. */
  @Test
  void aCertificatesNamesAndCountsAreFound() throws Exception {
    ByteString fingerprint = ByteString.copyFromUtf8("fingerprint of the watched chain");
    byte[] leaf = LabCa.create("Lab").issue(Issue.to("mail.fabrikam.example")).leaf().getEncoded();
    ApiLab.write(
        Topics.CERTIFICATE_PRESENTED,
        "key",
        PresentedChain.newBuilder()
            .setFingerprint(fingerprint)
            .addCertificates(ByteString.copyFrom(leaf))
            .build()
            .toByteArray());
    String place = json("").post(CONNECTOR).then().statusCode(201).extract().header("Location");
    String here = place.substring(place.indexOf("/api"));
    refused(
        MessageRefused.newBuilder()
            .setSession(
                SessionFacts.newBuilder()
                    .setClientIp("192.0.2.7")
                    .setTls(true)
                    .setChain(ChainKeeping.CHAIN_KEPT)
                    .setTlsFacts(TlsFacts.newBuilder().setPeerChainFingerprint(fingerprint)))
            .setReversePath("")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setOrganization("watching"));
    refused(
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.7"))
            .setCode(550)
            .setOrganization("watching")
            .setCount(9)
            .addVariants(
                RefusedVariant.newBuilder()
                    .setSenderDomain("fabrikam.example")
                    .setRecipientDomain("watching.example")
                    .setCount(7))
            .addVariants(
                RefusedVariant.newBuilder()
                    .setSenderDomain("other.example")
                    .setRecipientDomain("watching.example")
                    .setCount(2)));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> admin().get(here).then().body("sessions", hasSize(2)));
    admin()
        .get(here)
        .then()
        .body("sessions.count", containsInAnyOrder(1, 7))
        .body(
            "sessions.find{it.count==1}.certificateNames",
            equalTo(java.util.List.of("mail.fabrikam.example")))
        .body(
            "sessions.find{it.count==1}.claims",
            equalTo(java.util.List.of("tlsSenderCertificateName")));
    admin().delete(here).then().statusCode(204);
  }

  @Test
  void aConnectorForEverybodyIsNoPartner() throws Exception {
    json("")
        .post("/api/v1/organizations/watching/inbound-connectors/From everybody/watches")
        .then()
        .statusCode(400)
        .body("detail", containsString("nothing identifies the sessions"));
    json("{\"addresses\":[\"x\"]}")
        .post("/api/v1/organizations/watching/watches")
        .then()
        .statusCode(400);
  }

  @Test
  void anOrganizationHasFiveWatches() throws Exception {
    java.util.List<String> places = new java.util.ArrayList<>();
    for (int i = 0; i < Watches.MOST_OF_ORGANIZATION; i++) {
      places.add(
          json("{\"domains\":[\"stranger.example\"]}")
              .post("/api/v1/organizations/stranger/watches")
              .then()
              .statusCode(201)
              .extract()
              .header("Location"));
    }
    json("{\"domains\":[\"stranger.example\"]}")
        .post("/api/v1/organizations/stranger/watches")
        .then()
        .statusCode(429);
    for (String place : places) {
      admin().delete(place.substring(place.indexOf("/api"))).then().statusCode(204);
    }
  }
}
