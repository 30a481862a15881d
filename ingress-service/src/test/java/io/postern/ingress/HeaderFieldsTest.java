package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/reference/message-changes.md at intake, over real sockets and into a real log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeaderFieldsTest {
  private static final Identity OWN_SERVER =
      TestServer.CA.issue(Issue.to(TestDirectory.ON_PREMISES_CERTIFICATE));
  private static final Identity PARTNER =
      TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE));
  private static final String BODY = "\r\nX-MS-Exchange-Organization-AuthAs: in the body\r\n";
  private static final String SMUGGLED =
      "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
          + "From: a@contoso.example\r\n"
          + "x-ms-exchange-crosspremises-authas :\r\n Internal\r\n";

  private final AtomicReference<Directory> directory =
      new AtomicReference<>(TestDirectory.snapshot());
  private TestServer server;
  private AcceptedLog log;

  @BeforeAll
  void start() throws Exception {
    KafkaBroker broker = SharedBroker.empty();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server =
        TestServer.on(
            broker.bootstrap(), s -> s.directory = () -> Optional.ofNullable(directory.get()));
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    log.close();
  }

  private void ownServer(Consumer<InboundConnector.Builder> change) {
    List<DirectoryObject> objects =
        TestDirectory.objects().stream()
            .map(
                object -> {
                  DirectoryObject.Builder changed = object.toBuilder();
                  if (object.getInboundConnector().getName().equals("From our own server")) {
                    change.accept(changed.getInboundConnectorBuilder());
                  }
                  return changed.build();
                })
            .toList();
    directory.set(Directory.of(objects, 9, Map.of("contoso", 9L, "fabrikam", 3L)));
  }

  private MessageAccepted sent(@Nullable Identity identity, String from, String message)
      throws Exception {
    try (RawClient client = server.greeted()) {
      client.startTls(identity).command("EHLO client.example", "250");
      MessageAccepted accepted = log.of(client.send(from, "b@contoso.example", message));
      assertThat(log.content(accepted)).hasSize((int) accepted.getSize());
      return accepted;
    }
  }

  private String content(MessageAccepted message) throws Exception {
    return new String(log.content(message), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stranger", "partner", "own server without a switch"})
  void whatAnybodySendsAsInternalIsRemovedAndCounted(String who) throws Exception {
    ownServer(connector -> {});
    MessageAccepted message =
        sent(
            who.equals("stranger") ? null : who.equals("partner") ? PARTNER : OWN_SERVER,
            who.equals("own server without a switch") ? "a@contoso.example" : "a@partner.example.x",
            SMUGGLED + BODY);
    assertThat(content(message)).endsWith("\r\nFrom: a@contoso.example\r\n" + BODY + "\r\n");
    assertThat(content(message)).startsWith("Received: ");
    assertThat(message.getHeaderBlock().toStringUtf8())
        .isEqualTo("From: a@contoso.example\r\n\r\n");
    assertThat(message.getInternal()).isFalse();
    assertThat(message.getHeaderFirewall().getRemoved()).isEqualTo(2);
    assertThat(message.getHeaderFirewall().getOrganization()).isZero();
  }

  @Test
  void theHybridServersFieldsArePromotedAndSayWhichMailIsInternal() throws Exception {
    ownServer(connector -> connector.setCloudServicesMailEnabled(true));
    MessageAccepted message = sent(OWN_SERVER, "a@elsewhere.example", SMUGGLED + BODY);
    String promoted = "X-MS-Exchange-Organization-authas :\r\n Internal\r\n";
    assertThat(content(message))
        .endsWith("\r\nFrom: a@contoso.example\r\n" + promoted + BODY + "\r\n");
    assertThat(message.getHeaderFirewall().getRemoved()).isEqualTo(1);
    assertThat(message.getHeaderFirewall().getOrganization()).isEqualTo(1);
    assertThat(message.getHeaderFirewall().getOrganizationBytes()).isEqualTo(promoted.length());
    assertThat(message.getInternal()).as("a name with a space is not believed").isFalse();

    String field = "X-MS-Exchange-CrossPremises-AuthAs: ";
    assertThat(sent(OWN_SERVER, "", field + "Internal\r\n" + BODY).getInternal()).isTrue();
    assertThat(sent(OWN_SERVER, "", field + "Anonymous\r\n" + BODY).getInternal()).isFalse();
    assertThat(sent(OWN_SERVER, "", BODY).getInternal()).isFalse();
    assertThat(sent(PARTNER, "", field + "Internal\r\n" + BODY).getInternal()).isFalse();
  }

  @Test
  void treatMessagesAsInternalStampsTheMailOfOwnDomainsAlone() throws Exception {
    ownServer(connector -> connector.setTreatMessagesAsInternal(true));
    MessageAccepted message = sent(OWN_SERVER, "a@contoso.example", SMUGGLED + BODY);
    String stamp =
        "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
            + "X-MS-Exchange-Organization-AuthSource: mx.postern.example\r\n";
    assertThat(content(message))
        .startsWith(stamp + "Received: ")
        .endsWith("\r\nFrom: a@contoso.example\r\n" + BODY + "\r\n");
    assertThat(message.getInternal()).isTrue();
    assertThat(message.getHeaderFirewall().getOrganization()).isEqualTo(2);
    assertThat(message.getHeaderFirewall().getOrganizationBytes()).isEqualTo(stamp.length());

    MessageAccepted foreign = sent(OWN_SERVER, "a@elsewhere.example", "From: x\r\n" + BODY);
    assertThat(foreign.getInternal()).isFalse();
    assertThat(foreign.hasHeaderFirewall()).isFalse();
    assertThat(content(foreign)).startsWith("Received: ");
  }

  @Test
  void aSwitchThatIsTurnedOffMeanwhileIsNotBelievedAnyMore() throws Exception {
    ownServer(connector -> connector.setCloudServicesMailEnabled(true));
    try (RawClient client = server.greeted()) {
      client.startTls(OWN_SERVER).command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@contoso.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      List<DirectoryObject> now = TestDirectory.objects();
      directory.set(Directory.of(now, 10, Map.of("contoso", 10L, "fabrikam", 3L)));
      client.raw("X-MS-Exchange-CrossPremises-AuthAs: Internal\r\n\r\n.\r\n");
      client.expect("451 4.3.0");
    }
  }
}
