package io.postern.delivery.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.recipients.MailboxQuestion.Answer;
import io.postern.delivery.relay.RelayLab;
import io.postern.delivery.session.Connections;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions about recipients over real sockets. */
class RecipientTransactionTest {
  private static final TlsRequirement ENCRYPTED = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);
  private static final LabCa CA = LabCa.create("Questions");
  private static final RecipientExistence EXISTS = RecipientExistence.RECIPIENT_EXISTS;
  private static final RecipientExistence MISSING = RecipientExistence.RECIPIENT_MISSING;
  private static final RecipientExistence UNKNOWN = RecipientExistence.RECIPIENT_UNKNOWN;
  private static final Reply NONE = Reply.of(550, "5.1.1", "User unknown");
  private static final Reply BARE = Reply.of(550, "", "no");

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer =
      ScriptedPeer.named("mailbox.contoso.com")
          .identity(CA.issue(Issue.to("mailbox.contoso.com")))
          .start();
  private final Connections connections =
      new Connections(10, 100, Duration.ofMinutes(5), Duration.ofSeconds(5));
  private final Destinations routes =
      DestinationsLab.destinations(
          DestinationsLab.one(1, Duration.ofSeconds(5)), () -> false, lab.clock::get);
  private final MailboxQuestion asking = lab.asking(routes, connections);

  @AfterEach
  void stop() {
    connections.close();
    peer.close();
    lab.close();
  }

  private static NextHop hop(HopProtocol protocol, int port) {
    return NextHop.newBuilder()
        .setProtocol(protocol)
        .setRoute("mailbox")
        .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(port))
        .build();
  }

  private Map<String, Answer> ask(NextHop hop, TlsRequirement requirement, String... addresses)
      throws Exception {
    return asking.ask("contoso", hop, requirement, List.of(addresses), () -> true);
  }

  private Map<String, Answer> ask(String... addresses) throws Exception {
    return ask(hop(HopProtocol.SMTP, peer.port()), ENCRYPTED, addresses);
  }

  private static Answer about(String address, Map<String, Answer> answers) {
    Answer answer = answers.get(address);
    assertThat(answer).as(address).isNotNull();
    return answer;
  }

  private static RemoteReply reply(Answer answer) {
    RemoteReply reply = answer.reply();
    assertThat(reply).isNotNull();
    return reply;
  }

  private Answer askOne(String address) throws Exception {
    return about(address, ask(address));
  }

  private static void assertAnswers(Map<String, Answer> answers, Object... addressesAndExistences) {
    for (int i = 0; i < addressesAndExistences.length; i += 2) {
      assertThat(about(addressesAndExistences[i].toString(), answers).existence())
          .as("%s", addressesAndExistences[i])
          .isEqualTo(addressesAndExistences[i + 1]);
    }
    assertThat(answers).hasSize(addressesAndExistences.length / 2);
  }

  @Test
  void nothingIsSentAndOneConnectionServesManyQuestions() throws Exception {
    peer.recipient("nobody@contoso.com", NONE);
    assertAnswers(
        ask("ann@contoso.com", "nobody@contoso.com"),
        "ann@contoso.com",
        EXISTS,
        "nobody@contoso.com",
        MISSING);
    assertThat(askOne("ben@contoso.com").existence()).isEqualTo(EXISTS);
    assertThat(peer.sessions()).hasSize(1);
    PeerTranscript session = peer.sessions().getFirst();
    assertThat(session.commands())
        .filteredOn(line -> !line.startsWith("EHLO") && !line.equals("STARTTLS"))
        .containsExactly(
            "MAIL FROM:<>",
            "RCPT TO:<ann@contoso.com>",
            "RCPT TO:<nobody@contoso.com>",
            "RSET",
            "MAIL FROM:<>",
            "RCPT TO:<ben@contoso.com>",
            "RSET");
    assertThat(session.plaintextCommands()).noneMatch(line -> line.contains("contoso.com"));
    assertThat(peer.messages()).isEmpty();
  }

  @Test
  void moreThanOneTransactionHoldsAreAllAnswered() throws Exception {
    String[] addresses =
        IntStream.range(0, 230).mapToObj(i -> "u" + i + "@contoso.com").toArray(String[]::new);
    for (int i = 0; i < 230; i += 3) {
      peer.recipient("u" + i + "@contoso.com", NONE);
    }
    Map<String, Answer> answers = ask(addresses);
    for (int i = 0; i < 230; i++) {
      assertThat(about(addresses[i], answers).existence()).isEqualTo(i % 3 == 0 ? MISSING : EXISTS);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // refusal of all, what postmaster gets, and the meaning
    "550, '', 250, RECIPIENT_MISSING",
    "550, '', 550, RECIPIENT_UNKNOWN",
    "550, '', 450, RECIPIENT_UNKNOWN",
    "553, '', 250, RECIPIENT_MISSING",
    "550, 5.1.0, 550, RECIPIENT_UNKNOWN",
    "550, 5.4.1, 550, RECIPIENT_UNKNOWN",
    "550, 5.4.1, 250, RECIPIENT_MISSING",
    "550, 5.1.1, 550, RECIPIENT_MISSING", // these words leave nothing open
    "550, 5.7.1, 250, RECIPIENT_UNKNOWN",
    "450, '', 250, RECIPIENT_UNKNOWN",
  })
  void aRefusalThatMayBeOfUsCountsWherePostmasterIsTaken(
      int code, String enhanced, int postmaster, RecipientExistence existence) throws Exception {
    peer.recipient("ann@contoso.com", Reply.of(code, enhanced, "no"));
    peer.recipient("postmaster@contoso.com", Reply.of(postmaster, "", "because"));
    Answer answer = askOne("ann@contoso.com");
    assertThat(answer.existence()).isEqualTo(existence);
    assertThat(reply(answer).getCode()).isEqualTo(code);
    assertThat(reply(answer).getCommand()).isEqualTo("RCPT");
  }

  @Test
  void aHostThatHasTakenSomebodyIsNotAskedForPostmaster() throws Exception {
    peer.recipient("nobody@contoso.com", BARE);
    assertAnswers(
        ask("ann@contoso.com", "nobody@contoso.com"),
        "ann@contoso.com",
        EXISTS,
        "nobody@contoso.com",
        MISSING);
    assertThat(peer.sessions().getFirst().mentions("postmaster")).isFalse();
  }

  @Test
  void aHostThatRefusesTheNullReversePathHasSaidNothing() throws Exception {
    peer.on(PeerStage.MAIL, PeerStep.answer(550, "5.7.1", "no null senders"));
    Answer answer = askOne("ann@contoso.com");
    assertThat(answer.existence()).isEqualTo(UNKNOWN);
    assertThat(reply(answer).getCommand()).isEqualTo("MAIL");
  }

  @Test
  void noAddressLeavesBelowTheRoutesLevel() throws Exception {
    try (ScriptedPeer plain = ScriptedPeer.named("plain.contoso.com").start()) {
      assertAnswers(
          ask(hop(HopProtocol.SMTP, plain.port()), ENCRYPTED, "ann@contoso.com"),
          "ann@contoso.com",
          UNKNOWN);
      assertThat(plain.envelopeSeen()).isFalse();
    }
    TlsRequirement named = RelayLab.level(TlsLevel.DOMAIN_VALIDATION); // another name
    assertAnswers(
        ask(hop(HopProtocol.SMTP, peer.port()), named, "ann@contoso.com"),
        "ann@contoso.com",
        UNKNOWN);
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void lmtpRoutesAreAskedToo() throws Exception {
    peer.recipient("nobody@contoso.com", NONE);
    assertAnswers(
        ask(hop(HopProtocol.LMTP, peer.port()), ENCRYPTED, "ann@contoso.com", "nobody@contoso.com"),
        "ann@contoso.com",
        EXISTS,
        "nobody@contoso.com",
        MISSING);
    assertThat(peer.sessions().getFirst().commands()).anyMatch(line -> line.startsWith("LHLO"));
  }

  @Test
  void anInternationalizedAddressIsAskedForWhereTheHostTakesSuch() throws Exception {
    assertAnswers(
        ask("jürgen@contoso.com", "ann@contoso.com"),
        "jürgen@contoso.com",
        EXISTS,
        "ann@contoso.com",
        EXISTS);
    assertThat(peer.sessions().getFirst().commands()).contains("MAIL FROM:<> SMTPUTF8");
    try (ScriptedPeer ascii =
        ScriptedPeer.named("mailbox.contoso.com")
            .identity(CA.issue(Issue.to("mailbox.contoso.com")))
            .capabilities("PIPELINING")
            .start()) {
      assertAnswers(
          ask(
              hop(HopProtocol.SMTP, ascii.port()),
              ENCRYPTED,
              "jürgen@contoso.com",
              "ann@contoso.com"),
          "jürgen@contoso.com",
          UNKNOWN,
          "ann@contoso.com",
          EXISTS);
    }
  }

  @Test
  void aDeadRouteIsNotDialledAtEachQuestion() throws Exception {
    peer.on(PeerStage.BANNER, PeerStep.drop());
    for (int i = 0; i < 5; i++) {
      assertThat(askOne("u" + i + "@contoso.com").existence()).isEqualTo(UNKNOWN);
    }
    assertThat(peer.sessions()).hasSize(1);
    peer.asUsual();
    lab.clock.addAndGet(Duration.ofSeconds(11).toNanos()); // its pause is over
    assertThat(askOne("ann@contoso.com").existence()).isEqualTo(EXISTS);
  }

  @Test
  void deliveriesHaveTheirOwnSlotsAndConnections() throws Exception {
    peer.next(PeerStage.BANNER, PeerStep.drop());
    assertThat(askOne("ann@contoso.com").existence()).isEqualTo(UNKNOWN);
    assertThat(lab.deliver(RelayLab.request(ENCRYPTED, peer)).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.connections.idle()).isEqualTo(1);
    assertThat(connections.idle()).isZero();
  }

  @Test
  void aHostThatHangsIsLeftInBoundedTime() throws Exception {
    peer.on(PeerStage.RCPT, PeerStep.hang());
    MailboxQuestion impatient = lab.askingImpatiently(routes, connections);
    long began = System.nanoTime();
    Answer answer =
        about(
            "ann@contoso.com",
            impatient.ask(
                "contoso",
                hop(HopProtocol.SMTP, peer.port()),
                ENCRYPTED,
                List.of("ann@contoso.com"),
                () -> true));
    assertThat(answer.detail()).startsWith("timeout: ");
    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(15).toNanos());
  }

  @Test
  void aHostThatTakesFewRecipientsASessionIsAskedInSeveral() throws Exception {
    try (ScriptedPeer few =
        ScriptedPeer.named("mailbox.contoso.com")
            .identity(CA.issue(Issue.to("mailbox.contoso.com")))
            .capabilities("PIPELINING", "LIMITS MAILMAX=1 RCPTMAX=2")
            .start()) {
      String[] five = {"a@x.com", "b@x.com", "c@x.com", "d@x.com", "e@x.com"};
      assertThat(ask(hop(HopProtocol.SMTP, few.port()), ENCRYPTED, five).values())
          .hasSize(5)
          .allMatch(answer -> answer.existence() == EXISTS);
      assertThat(few.sessions()).hasSize(3);
    }
  }

  @Test
  void aKeptSessionThatHasEndedIsFollowedByANewOne() throws Exception {
    assertThat(askOne("ann@contoso.com").existence()).isEqualTo(EXISTS);
    peer.dropConnections();
    assertThat(askOne("ben@contoso.com").existence()).isEqualTo(EXISTS);
    assertThat(peer.sessions()).hasSize(2);
  }
}
