package io.postern.delivery.session;

import io.postern.contracts.Reasons;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.session.ScramExchange.ScramFault;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The AUTH command (RFC 4954) over a session that the gate has let through: SCRAM where the host
 * offers it, else PLAIN (RFC 4616), else LOGIN, which Exchange has instead. By the last two the
 * host reads the password: only where it is proven. A host to which only an MX record that may be
 * forged led gets none before it is proven. Nothing in plaintext. No text of a host's answer is
 * reported, since it may repeat what we said.
 *
 * <p>Owner: the delivery's thread, once. Bounded by {@code patience} for each answer.
 */
public final class Authentication {
  private static final String PLAIN = "PLAIN";
  private static final String LOGIN = "LOGIN"; // draft-murchison-sasl-login-00, no standard
  private static final int MAX_COMMAND = 510; // RFC 5321 §4.5.3.1.4, without CRLF

  private final Session session;
  private final Credentials credentials;
  private final boolean proven;
  private final Duration patience;

  /**
   * @param proven the host is who it claims to be, by its certificate and name or by DANE
   */
  public Authentication(
      Session session, Credentials credentials, boolean proven, Duration patience) {
    this.session = session;
    this.credentials = credentials;
    this.proven = proven;
    this.patience = patience;
  }

  /**
   * @throws DialogueException the host does not know us now; the session is of no more use
   */
  public void run() throws DialogueException {
    if (!(session.channel() instanceof TlsGate.Channel.Tls)) {
      throw notOffered("credentials are not sent in plaintext");
    }
    HostDemand demand = session.key.demand();
    if (!proven && demand.unproven()) {
      throw notOffered(
          "the MX record of %s is not secured by DNSSEC, and the host that it names does not prove this name, so that it gets no credentials: require the certificate, with tlsSettings: domainValidation and tlsDomain, or with certificateValidation if it has the smart host's name"
              .formatted(demand.name(session.target().host())));
    }
    List<String> offered =
        List.of(
            session
                .capabilities
                .keywords()
                .getOrDefault("AUTH", "")
                .toUpperCase(Locale.ROOT)
                .split(" +"));
    String scram = ScramExchange.choose(offered, proven);
    if (scram != null) {
      scram(scram);
    } else if (!offered.contains(PLAIN) && !offered.contains(LOGIN)) {
      throw notOffered(
          "the host offers no supported mechanism: SCRAM-SHA-256, SCRAM-SHA-512, PLAIN or LOGIN");
    } else if (!proven) {
      throw notOffered(
          "the host offers only mechanisms that would reveal the password to an impostor: require "
              + "its certificate, with tlsSettings: domainValidation and tlsDomain, or with "
              + "certificateValidation if the certificate has the smart host's name");
    } else if (!offered.contains(PLAIN) || !plain(offered.contains(LOGIN))) {
      login();
    }
    session.becomeAuthenticated();
  }

  /**
   * False: the host offers PLAIN and does not know it (RFC 4954 §4), so that {@link #login} is
   * tried. Any other refusal is one of the password, which a second try would repeat.
   */
  private boolean plain(boolean loginOffered) throws DialogueException {
    Reply reply = begin(PLAIN, "\0" + credentials.user() + "\0" + credentials.password());
    if (reply.code() == 504 && loginOffered) {
      return false;
    }
    accepted(PLAIN, reply);
    return true;
  }

  /** The host asks for the user, then for the password, in words of its own. */
  private void login() throws DialogueException {
    proceeds(LOGIN, say("AUTH " + LOGIN));
    proceeds(LOGIN, say(encoded(credentials.user())));
    accepted(LOGIN, say(encoded(credentials.password())));
  }

  private void scram(String mechanism) throws DialogueException {
    try {
      List<byte[]> chain = session.dialogue.peerChain();
      boolean binds = !chain.isEmpty() && (!proven || ScramExchange.isBound(mechanism));
      ScramExchange scram =
          new ScramExchange(mechanism, credentials, binds ? chain.getFirst() : null, null);
      String proof = scram.answer(challenge(mechanism, begin(mechanism, scram.first())));
      Reply last = say(encoded(proof));
      if (last.isCompletion()) {
        // RFC 4954 §4: its last message comes as a challenge, with which it proves itself.
        throw new ScramFault("the host did not prove that it knows the password");
      }
      scram.verify(challenge(mechanism, last));
      accepted(mechanism, say(""));
    } catch (ScramFault e) {
      cancel();
      throw failed(mechanism, null, String.valueOf(e.getMessage()));
    }
  }

  private void cancel() {
    try {
      say("*");
    } catch (DialogueException e) {
      return; // the host has ended the session, and with it the exchange
    }
  }

  /** The command with its first message, in a line of its own where both are too long for one. */
  private Reply begin(String mechanism, String message) throws DialogueException {
    String command = "AUTH " + mechanism;
    String line = command + " " + encoded(message);
    if (line.length() <= MAX_COMMAND) {
      return say(line);
    }
    Reply reply = say(command);
    return reply.code() == 334 ? say(encoded(message)) : reply;
  }

  /** The reply asks for our next message. */
  private static void proceeds(String mechanism, Reply reply) throws DialogueException {
    if (reply.code() != 334) {
      throw failed(mechanism, reply, "the host replied " + reply.code());
    }
  }

  /** The host's message in a reply that asks for our next one. */
  private String challenge(String mechanism, Reply reply) throws DialogueException {
    proceeds(mechanism, reply);
    try {
      return new String(Base64.getDecoder().decode(reply.text().strip()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw failed(mechanism, reply, "the host's message is not in base64");
    }
  }

  private static void accepted(String mechanism, Reply reply) throws DialogueException {
    if (reply.code() != 235) {
      throw failed(mechanism, reply, "the host replied " + reply.code());
    }
  }

  private Reply say(String line) throws DialogueException {
    try {
      return session.dialogue.command(Stage.AUTH, line, patience);
    } catch (DialogueException e) {
      throw new DialogueException(
          e.reason(),
          Stage.AUTH,
          withoutText(e.reply()),
          "the session ended during authentication (" + e.reason() + ")");
    }
  }

  private static String encoded(String message) {
    return Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
  }

  private static DialogueException notOffered(String detail) {
    return new DialogueException(Reasons.AUTH_NOT_OFFERED, Stage.AUTH, null, detail);
  }

  private static DialogueException failed(String mechanism, @Nullable Reply reply, String why) {
    return new DialogueException(
        Reasons.AUTH_FAILED,
        Stage.AUTH,
        withoutText(reply),
        "authentication by " + mechanism + " failed: " + why);
  }

  private static @Nullable Reply withoutText(@Nullable Reply reply) {
    return reply == null ? null : new Reply(reply.code(), reply.enhanced(), List.of(""));
  }
}
