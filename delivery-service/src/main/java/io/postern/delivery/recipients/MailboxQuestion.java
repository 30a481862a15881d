package io.postern.delivery.recipients;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.ConnectionReport;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Findings;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.Candidates;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.NextHopRules;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.session.Authentication;
import io.postern.delivery.session.ClientCertificateException;
import io.postern.delivery.session.Connections;
import io.postern.delivery.session.Credentials;
import io.postern.delivery.session.CredentialsException;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.HopTools;
import io.postern.delivery.session.OpeningSteps;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.SessionOpener;
import io.postern.delivery.session.Stage;
import io.postern.smtp.Reply;
import io.postern.transport.SourceAddressException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The question to the hosts of a mailbox route whether mailboxes exist. It goes over sessions that
 * pass the gate of the route's requirement, as the mail itself does, and to no host in plaintext
 * whose handshake has failed. Any thread, which it blocks; bounded by the time-outs and by {@code
 * maxAddresses} of the tools.
 */
public final class MailboxQuestion {
  private static final int MOST_AT_ONCE = 100; // RFC 5321 §4.5.3.1.8

  /** The hosts of mailbox routes, by {@link #ask}. */
  @FunctionalInterface
  public interface Hosts {
    Map<String, Answer> ask(
        String organization,
        NextHop hop,
        TlsRequirement requirement,
        List<String> addresses,
        Ownership ownership)
        throws InterruptedException;
  }

  /**
   * What is known of one address.
   *
   * @param reply null: no host has said anything about it
   * @param detail a sentence for the administrator, behind the reason; empty: the reply says it
   */
  public record Answer(RecipientExistence existence, @Nullable RemoteReply reply, String detail) {
    static Answer unknown(String reason, String detail) {
      return new Answer(RecipientExistence.RECIPIENT_UNKNOWN, null, reason + ": " + detail);
    }

    static Answer said(RecipientExistence existence, Reply reply) {
      return new Answer(existence, Attempt.remote(Stage.RCPT, reply), "");
    }
  }

  private final Destinations routes;
  private final HopTools tools;
  private final Connections connections;

  /**
   * @param routes slots apart from those of deliveries
   * @param connections apart from those of deliveries
   */
  public MailboxQuestion(Destinations routes, HopTools tools, Connections connections) {
    this.routes = routes;
    this.tools = tools;
    this.connections = connections;
  }

  /**
   * @param organization whose route it is
   * @return an answer for each address
   */
  public Map<String, Answer> ask(
      String organization,
      NextHop hop,
      TlsRequirement requirement,
      List<String> addresses,
      Ownership ownership)
      throws InterruptedException {
    Run run =
        new Run(organization, hop, NextHopRules.complete(requirement, hop), addresses, ownership);
    Failure failure =
        switch (routes.acquire(NextHopRules.slot(hop, organization, ""), false, ownership)) {
          case Admission.Loss loss -> run.stopping();
          case Admission.HandBack busy -> new Failure(Reasons.DESTINATION_BUSY, busy.detail());
          case Admission.Grant(Slot slot) -> run.walk(slot);
        };
    run.left().forEach(a -> run.answers.put(a, Answer.unknown(failure.reason(), failure.detail())));
    return run.answers;
  }

  /** One question. Owner: its thread. */
  private final class Run implements Candidates.LookUps {
    private final String organization;
    private final NextHop hop;
    private final TlsRequirement requirement;
    private final List<String> addresses;
    private final Ownership ownership;
    private final Findings findings = new Findings();
    private final Map<String, Answer> answers = new HashMap<>();

    Run(
        String organization,
        NextHop hop,
        TlsRequirement requirement,
        List<String> addresses,
        Ownership ownership) {
      this.organization = organization;
      this.hop = hop;
      this.requirement = requirement;
      this.addresses = addresses;
      this.ownership = ownership;
    }

    List<String> left() {
      return addresses.stream().filter(address -> !answers.containsKey(address)).toList();
    }

    Failure stopping() {
      return new Failure(Reasons.DISCONNECTED, "delivery-service is stopping");
    }

    /** Why some have no answer. */
    Failure walk(Slot slot) {
      try {
        TlsGate.Ruling.Refusal refusal = NextHopRules.refusal(requirement, hop);
        if (refusal != null) {
          return new Failure(refusal.reason(), refusal.detail());
        }
        walk(tools.identity().of(hop));
        return ownership.held() ? findings.mostTelling() : stopping();
      } catch (CredentialsException e) {
        return new Failure(Reasons.CREDENTIALS_MISSING, String.valueOf(e.getMessage()));
      } finally {
        routes.release(slot, findings.feedback(), findings.lastError());
      }
    }

    private void walk(ClientIdentity identity) throws CredentialsException {
      Credentials credentials = tools.credentials().of(identity);
      Candidates candidates = tools.candidates(hop, requirement, identity, ownership, this);
      int dialled = 0;
      SessionKey key = candidates.next();
      while (key != null && dialled++ < tools.maxAddresses()) {
        Session session = connections.take(key, hop.getMaxMessagesPerConnection());
        boolean fresh = session == null;
        if (session == null) {
          session = open(key);
        }
        while (session != null && !left().isEmpty()) {
          boolean goOn = use(session, credentials, fresh);
          session = goOn && !left().isEmpty() ? open(key) : null;
          fresh = true;
        }
        if (left().isEmpty()) {
          return;
        }
        key = candidates.next();
      }
    }

    @Override
    public void failed(String reason, String detail) {
      findings.failed(new Failure(reason, detail));
    }

    private @Nullable Session open(SessionKey key) {
      try {
        return switch (tools
            .opener()
            .open(key, null, null, ownership, () -> findings.encrypted = true, OpeningSteps.NONE)) {
          case SessionOpener.Opening.Success(Session session) -> session;
          case SessionOpener.Opening.NoTls noTls -> {
            findings.failed(Failure.of(key, noTls));
            yield null;
          }
        };
      } catch (ClientCertificateException e) {
        findings.failed(
            new Failure(Reasons.CLIENT_CERTIFICATE_MISSING, String.valueOf(e.getMessage())));
      } catch (SourceAddressException | DialogueException e) {
        findings.failed(Failure.of(key, e));
      } finally {
        ownership.connection(null);
      }
      return null;
    }

    /** As many transactions as the host takes over it. True: a new session may have more. */
    private boolean use(Session session, @Nullable Credentials credentials, boolean fresh) {
      ConnectionReport connection = ConnectionReport.dialled(session.key);
      boolean inOrder = false;
      ownership.connection(session::cut);
      try {
        Judge.Judgement judgement = session.judged(tools.judge(), requirement, organization, true);
        if (judgement.ruling() instanceof TlsGate.Ruling.Refusal(String reason, String detail)) {
          inOrder = true;
          return refused(session, new Failure(reason, detail, connection), fresh);
        }
        if (session.channel() instanceof TlsGate.Channel.Tls) {
          findings.encrypted = true;
        } else if (findings.encrypted) {
          inOrder = true;
          String why = "nothing is asked in plaintext after a TLS session was established";
          return refused(session, new Failure(Reasons.NOT_OFFERED, why, connection), fresh);
        }
        if (credentials != null && !session.authenticated()) {
          new Authentication(
                  session, credentials, session.proven(judgement), tools.timeouts().command())
              .run();
        }
        for (List<String> batch = batch(session);
            !batch.isEmpty() && !session.exhausted() && ownership.held();
            batch = batch(session)) {
          new RecipientTransaction(session, tools.timeouts(), answers).run(batch);
          findings.reached = true;
          findings.through = true;
        }
        inOrder = true;
        if (ownership.held() && session.reusable()) {
          connections.keep(session, hop.getMaxMessagesPerConnection());
        } else {
          connections.quit(session);
        }
        return ownership.held();
      } catch (DialogueException e) {
        findings.through = false;
        if (fresh) { // a kept one may have ended meanwhile, which proves nothing about the host
          findings.failed(new Failure(e, connection));
        }
        return !fresh;
      } finally {
        ownership.connection(null);
        if (!inOrder) {
          session.abort();
        }
      }
    }

    /** A kept one is followed by a new one: the host's certificate may have been renewed. */
    private boolean refused(Session session, Failure why, boolean fresh) {
      findings.reached = true;
      findings.failed(why);
      connections.quit(session);
      return !fresh;
    }

    private List<String> batch(Session session) {
      List<String> left = new ArrayList<>(left());
      int most = Math.min(MOST_AT_ONCE, session.limits.recipients());
      return left.subList(0, Math.min(left.size(), most));
    }
  }
}
