package io.postern.delivery.relay;

import io.postern.contracts.Reasons;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.ConnectionReport;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.attempt.Recipient;
import io.postern.delivery.gate.Judge.Judgement;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.session.Authentication;
import io.postern.delivery.session.Credentials;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.Session;
import io.postern.delivery.transaction.MailTransaction;
import io.postern.delivery.transaction.NeededExtensions;
import io.postern.delivery.transaction.OwnershipUnprovenException;
import io.postern.delivery.transaction.SentContent;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.transport.CertificateRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The use of one session by a delivery: as many transactions as its recipients need, each behind
 * the gate, since minutes may lie between two, and the verdict may have fallen meanwhile (G3). The
 * session of a host that the gate refuses gets QUIT before MAIL FROM. Owner: the delivery's thread,
 * once.
 */
final class SessionUse {
  private static final int MAX_RECIPIENTS =
      100; // RFC 5321 §4.5.3.1.8: every host takes so many at once
  private static final Logger LOG = Logger.getLogger(SessionUse.class);

  /** The delivery's next step. */
  enum Step {
    DONE,
    /** One more transaction over the same session. */
    AGAIN,
    /** One more transaction, and the host takes no further one over this session. */
    NEW_SESSION,
    NEXT_HOST
  }

  private final Attempt attempt;
  private final Ownership ownership;
  private final RelayTools tools;
  private final Session session;
  private final @Nullable Credentials credentials;
  private boolean reached;
  private boolean through;
  private boolean broken;
  private boolean checked; // that the host has the extensions
  private @Nullable Failure failure;
  private @Nullable Judgement first;

  /**
   * @param credentials of the session's identity; null: it has none
   */
  SessionUse(
      Attempt attempt,
      Ownership ownership,
      RelayTools tools,
      Session session,
      @Nullable Credentials credentials) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.session = session;
    this.credentials = credentials;
    ownership.connection(session::cut);
  }

  /** The host answered. */
  boolean reached() {
    return reached;
  }

  /** A transaction went to its end. */
  boolean through() {
    return through;
  }

  /** The session broke in a transaction. */
  boolean broken() {
    return broken;
  }

  /** Of the host; null: none. */
  @Nullable Failure failure() {
    return failure;
  }

  /** The first one; null: nobody was asked. */
  @Nullable Judgement judgement() {
    return first;
  }

  /**
   * Never {@link Step#AGAIN}. Every transaction decides about a recipient or puts it off, so a host
   * makes us begin at most as many sessions as there are recipients, with whatever limits.
   */
  Step run() {
    boolean ended = false;
    try {
      Step step = decided();
      ended = true;
      return step;
    } finally {
      if (!ended) {
        session.abort();
      }
    }
  }

  private Step decided() {
    ConnectionReport connection = null;
    Step step = Step.AGAIN;
    while (step == Step.AGAIN) {
      Judgement judgement = judge();
      if (connection == null) {
        connection =
            ConnectionReport.judged(session, judgement, attempt.reported(this::reportedToken));
        first = judgement;
      }
      step =
          switch (judgement.ruling()) {
            case TlsGate.Ruling.Refusal(String reason, String detail) ->
                leave(new Failure(reason, detail, connection));
            case TlsGate.Ruling.Pass(String achieved) ->
                passed(connection, achieved, session.proven(judgement));
          };
    }
    return step;
  }

  /** The host is there, and gets nothing of the envelope. */
  Step leave(Failure why) {
    reached = true;
    return quit(why);
  }

  private Step quit(Failure why) {
    ownership.connection(null);
    tools.connections().quit(session);
    failure = why;
    return Step.NEXT_HOST;
  }

  private Judgement judge() {
    return session.judged(
        tools.hop().judge(),
        attempt.requirement(),
        attempt.request().getOrganization(),
        needsNoPromise());
  }

  /** Of the requirement that connectors in report-only mode would set, for this host; or empty. */
  private String reportedToken() {
    ReportedRequirement reported = attempt.request().getReported();
    if (!reported.hasRequirement()
        || !reported.getRoute().equals(attempt.request().getNextHop().getRoute())) {
      return "";
    }
    return tools
        .hop()
        .judge()
        .reported(
            reported.getRequirement(),
            session.key.demand(),
            session.channel(),
            session.target().host(),
            session.capabilities.requireTls() || needsNoPromise(),
            session.question(reported.getRequirement(), attempt.request().getOrganization()));
  }

  // RFC 8689 §5: a DSN is not lost where the next hop does not offer REQUIRETLS. TLS and the
  // certificate are demanded of it all the same.
  private boolean needsNoPromise() {
    return attempt.request().getEnvelope().getReversePath().isEmpty();
  }

  private Step passed(ConnectionReport connection, String achieved, boolean proven) {
    publishHandshake();
    if (credentials != null && !session.authenticated()) {
      attempt.clock().begin(Phase.OPEN);
      try {
        new Authentication(session, credentials, proven, tools.hop().timeouts().command()).run();
      } catch (DialogueException e) {
        if (!ownership.held()) {
          session.abort();
          attempt.giveUp(); // we ended it ourselves
          return Step.DONE;
        }
        // Not "reached": all mail by these credentials would fare the same, and shall not try them
        // without end.
        return quit(new Failure(e, connection));
      } finally {
        attempt.clock().end();
      }
    }
    ConnectionReport through =
        connection.passed(TlsToken.achieved(attempt.requirement().getLevel(), achieved));
    if (!mayBegin(through)) {
      reached = true;
      release();
      return Step.DONE;
    }
    return transact(through);
  }

  /** A kept session too: it may have been another connector's. */
  private void publishHandshake() {
    if (session.channel() instanceof TlsGate.Channel.Tls tls) {
      String host = session.target().host();
      CertificateRequest asked = session.dialogue.certificateRequest();
      tools.handshakes().publish(attempt.request(), host, tls.facts(), asked);
    }
  }

  /**
   * Asked before each MAIL FROM, also of a further transaction: is the delivery still ours, and the
   * decision still that of the directory (G3)? False: it ends here.
   */
  private boolean mayBegin(ConnectionReport through) {
    if (!ownership.held()) {
      attempt.giveUp();
      return false;
    }
    String changed = tools.routing().changed(attempt.request());
    if (changed != null) {
      attempt.leaveRest(Reasons.ROUTING_CHANGED, changed);
      return false;
    }
    if (!attempt.passed(through)) {
      attempt.leaveRest(
          Reasons.DESTINATION_BUSY,
          "the recipients before were decided about over "
              + Attempt.MOST_CONNECTIONS
              + " connections whose TLS differs: the rest come in another attempt");
      return false;
    }
    return true;
  }

  /** {@link Step#AGAIN}: some recipients are left, and the session is as it was. */
  private Step transact(ConnectionReport connection) {
    boolean healthy = false;
    try {
      if (!checked) {
        new NeededExtensions(attempt, connection, session.capabilities, tools.contents()).check();
        checked = true;
      }
      if (!attempt.doneHere()) {
        int before = attempt.openCount();
        transaction(batch());
        if (attempt.openCount() == before) {
          throw new IllegalStateException("a transaction decided about no recipient");
        }
        through = true;
      }
      healthy = true;
      reached = true;
      if (attempt.doneHere()) {
        return attempt.done() ? Step.DONE : Step.NEXT_HOST;
      }
      return session.exhausted() ? Step.NEW_SESSION : Step.AGAIN;
    } catch (OwnershipUnprovenException e) {
      reached = true;
      if (ownership.held()) {
        // Still ours as far as we know, but the log did not say so in time: it comes again.
        attempt.leaveRest(
            Reasons.OWNERSHIP_UNPROVEN,
            "Kafka did not confirm in time before the final dot that this replica still owns the "
                + "delivery; the host has not accepted the message");
      } else {
        attempt.giveUp();
      }
      return Step.DONE;
    } catch (DialogueException e) {
      if (!attempt.done() && !ownership.held()) {
        attempt.giveUp();
        return Step.DONE;
      }
      broken = true;
      failure = new Failure(e, connection);
      return attempt.done() ? Step.DONE : Step.NEXT_HOST;
    } catch (ContentException e) {
      LOG.errorf(e, "content of %s cannot be read (%s)", attempt.request().getQueueId(), e.kind());
      reached = true;
      attempt.deferHere(
          Reasons.CONTENT_UNREADABLE,
          "the content could not be read from Kafka: " + e.getMessage());
      return Step.DONE;
    } finally {
      if (!healthy) {
        // Without the final dot, so that the host takes nothing for the whole message.
        session.abort();
      } else if (attempt.doneHere() || session.exhausted()) {
        release();
      }
    }
  }

  private void transaction(List<Recipient> batch)
      throws DialogueException, ContentException, OwnershipUnprovenException {
    try (ContentStream content = SentContent.open(tools.contents(), attempt.request())) {
      new MailTransaction(attempt, ownership, session, tools.hop().timeouts(), content).run(batch);
    }
  }

  /** The recipients of the next transaction: as many as the host takes (RFC 9422). */
  private List<Recipient> batch() {
    int most = Math.min(MAX_RECIPIENTS, session.limits.recipients());
    if (session.limits.recipientDomains() >= most) {
      return attempt.open(most);
    }
    List<Recipient> batch = new ArrayList<>();
    Set<String> domains = new HashSet<>();
    for (Recipient recipient : attempt.open(attempt.openCount())) {
      String address = recipient.envelope.getAddress();
      String domain = address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
      if (batch.size() < most
          && (domains.contains(domain) || domains.size() < session.limits.recipientDomains())) {
        domains.add(domain);
        batch.add(recipient);
      }
    }
    return batch;
  }

  private void release() {
    ownership.connection(null);
    if (session.reusable() && ownership.held()) {
      tools
          .connections()
          .keep(session, attempt.request().getNextHop().getMaxMessagesPerConnection());
    } else {
      tools.connections().quit(session);
    }
  }
}
