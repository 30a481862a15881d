package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.delivery.gate.Judge.Judgement;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.position.Ownership;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.transport.CertificateRequest;
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
    NEXT_HOST
  }

  private final Attempt attempt;
  private final Ownership ownership;
  private final HopTools tools;
  private final Session session;
  private boolean reached;
  private boolean through;
  private boolean broken;
  private @Nullable Failure failure;

  SessionUse(Attempt attempt, Ownership ownership, HopTools tools, Session session) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.session = session;
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

  /** Never {@link Step#AGAIN}. */
  Step run() {
    ConnectionReport connection = null;
    Step step = Step.AGAIN;
    while (step == Step.AGAIN) {
      Judgement judgement = judge();
      if (connection == null) {
        connection = ConnectionReport.judged(session, judgement);
      }
      step =
          switch (judgement.ruling()) {
            case TlsGate.Ruling.Refusal(String reason, String detail) ->
                leave(new Failure(reason, detail, connection));
            case TlsGate.Ruling.Pass(String achieved) -> passed(connection, achieved);
          };
    }
    return step;
  }

  /** The host is there, and gets nothing of the envelope. */
  Step leave(Failure why) {
    reached = true;
    ownership.connection(null);
    tools.connections().quit(session);
    failure = why;
    return Step.NEXT_HOST;
  }

  private Judgement judge() {
    return tools
        .judge()
        .judge(
            attempt.requirement(),
            session.key.demand(),
            session.channel(),
            session.target().host(),
            session.capabilities.has("REQUIRETLS"),
            session.question(attempt.request().getOrganization()));
  }

  private Step passed(ConnectionReport connection, String achieved) {
    publishHandshake();
    if (!mayBegin()) {
      reached = true;
      release();
      return Step.DONE;
    }
    attempt.passed(connection, achieved);
    return transact(connection);
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
  private boolean mayBegin() {
    if (!ownership.held()) {
      attempt.giveUp();
      return false;
    }
    String changed = tools.routing().changed(attempt.request());
    if (changed == null) {
      return true;
    }
    attempt.leaveRest(Reasons.ROUTING_CHANGED, changed);
    return false;
  }

  /** {@link Step#AGAIN}: some recipients are left, and the session is as it was. */
  private Step transact(ConnectionReport connection) {
    boolean healthy = false;
    try {
      if (MailCommand.possible(attempt, session.capabilities)) {
        int before = attempt.openCount();
        try (ContentStream content = tools.contents().open(attempt.request().getContentList())) {
          new MailTransaction(attempt, ownership, session, tools.timeouts(), content)
              .run(attempt.open(MAX_RECIPIENTS));
        }
        if (attempt.openCount() == before) {
          throw new IllegalStateException("a transaction decided about nobody");
        }
        through = true;
      }
      healthy = true;
      reached = true;
      return attempt.done() ? Step.DONE : Step.AGAIN;
    } catch (NoDotException e) {
      reached = true;
      if (ownership.held()) {
        // Still ours as far as we know, but the log did not say so in time: it comes again.
        attempt.leaveRest(
            Reasons.OWNERSHIP_UNPROVEN,
            "before the final dot the log did not confirm in time that this replica still owns the"
                + " delivery; the host has not taken the message");
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
    } catch (RuntimeException e) {
      if (attempt.untouched()) {
        throw e;
      }
      // The host keeps the mail that it has taken: "deferred" for all would send it twice.
      LOG.errorf(e, "delivery %s failed", attempt.request().getDeliveryId());
      attempt.deferRest(
          new Failure(
              Reasons.INTERNAL_ERROR,
              "an error in the delivery service: " + e.getClass().getSimpleName()));
      return Step.DONE;
    } catch (ContentException e) {
      LOG.errorf(e, "content of %s cannot be read (%s)", attempt.request().getQueueId(), e.kind());
      reached = true;
      attempt.deferRest(
          new Failure(
              Reasons.CONTENT_UNREADABLE,
              "the content could not be read from the log: " + e.getMessage()));
      return Step.DONE;
    } finally {
      if (!healthy) {
        // Without the final dot, so that the host takes nothing for the whole message.
        session.abort();
      } else if (attempt.done()) {
        release();
      }
    }
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
