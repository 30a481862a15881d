package io.postern.ingress.attribution;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Explanation;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.log.verdicts.VerdictSource;
import io.postern.rules.Directory;
import io.postern.rules.again.ReportedDecisions;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decision about each recipient of one mail transaction. The rules decide; where they need a
 * verdict on the client's certificate it is asked for, within the patience that one transaction has
 * in all. An answer, unknown included, holds for the transaction's commands, so that a silent
 * certificate-service costs its patience once and not once a recipient. But a message may take half
 * an hour: when a verdict that let it in is too old by then, it is decided anew. Owner: the
 * session's thread. Unknown is not good (G4): the rules refuse with 4xx.
 */
public final class Attribution {
  private static final int QUESTIONS_A_RECIPIENT = 16;

  private final VerdictSource verdicts;
  private final BackgroundVerdicts reports;
  private final MailSource source;
  private final Map<VerdictKey, CertificateVerdict> answers = new HashMap<>();
  private final Duration allPatience;
  private final Duration holds;
  private Duration patience;
  private boolean judged;
  private long judgedNanos; // the first verdict that counted

  /**
   * @param patience for all verdicts of the transaction
   * @param holds how old a verdict may be at the end of a message
   */
  public Attribution(
      VerdictSource verdicts,
      BackgroundVerdicts reports,
      InboundFacts facts,
      Duration patience,
      Duration holds) {
    this.verdicts = verdicts;
    this.reports = reports;
    this.allPatience = patience;
    this.patience = patience;
    this.holds = holds;
    this.source = new MailSource(this, facts);
  }

  /** A verdict that decided here is older than it may be at the end of a message. */
  public boolean outdated() {
    return judged && System.nanoTime() - judgedNanos >= holds.toNanos();
  }

  /** Decisions from now on need new verdicts, with the whole patience again. */
  public void askAgain() {
    answers.clear();
    judged = false;
    patience = allPatience;
  }

  /** Where the mail comes from. */
  public MailSource source() {
    return source;
  }

  /**
   * The decision at RCPT. Accept or Refuse; never VerdictNeeded.
   *
   * @param first no recipient was taken so far
   */
  public InboundDecision atRecipient(
      Directory directory, String recipient, String recipientDomain, boolean first) {
    return source.atRecipient(directory, recipient, recipientDomain, first);
  }

  /** About a recipient that was taken. Accept or Refuse; never VerdictNeeded. */
  public InboundDecision decide(Directory directory, String recipientDomain) {
    return decide(directory, source.facts(), recipientDomain);
  }

  /** The recipient's gateway; never a Question. */
  GatewayRules.Answer gateway(Directory directory, String recipientDomain) {
    for (int i = 0; i <= QUESTIONS_A_RECIPIENT; i++) {
      GatewayRules.Answer answer =
          GatewayRules.find(directory, source.client(), recipientDomain, this::known);
      if (!(answer instanceof GatewayRules.Answer.Question needed)) {
        return answer;
      }
      ask(needed.question());
    }
    return new GatewayRules.Answer.NotGood(tooManyQuestions());
  }

  InboundDecision decide(Directory directory, InboundFacts facts, String recipientDomain) {
    for (int i = 0; i <= QUESTIONS_A_RECIPIENT; i++) {
      InboundDecision decision =
          InboundRules.decide(directory, facts, recipientDomain, this::known);
      if (!(decision instanceof InboundDecision.VerdictNeeded needed)) {
        return withReport(directory, facts, recipientDomain, decision);
      }
      ask(needed.question());
    }
    return tooManyQuestions();
  }

  /** What connectors in report-only mode would have decided. It waits for nobody. */
  private InboundDecision withReport(
      Directory directory, InboundFacts facts, String recipientDomain, InboundDecision decision) {
    ReportedDecisions reported =
        ReportedDecisions.of(directory, facts, recipientDomain, decision, this::knownAlready);
    reported.questions().forEach(reports::ask);
    return switch (decision) {
      case InboundDecision.Accept accept -> accept.reporting(reported.own(), reported.incoming());
      case InboundDecision.Refuse refuse -> refuse.reporting(reported.own());
      case InboundDecision.VerdictNeeded needed -> needed;
    };
  }

  /**
   * The reports about an accepted recipient again, with the verdicts that have come meanwhile; none
   * where the decision itself would need a new one.
   */
  public ReportedDecisions reportedNow(Directory directory, String recipientDomain) {
    InboundDecision decision =
        InboundRules.decide(directory, source.facts(), recipientDomain, this::knownAlready);
    return ReportedDecisions.of(
        directory, source.facts(), recipientDomain, decision, this::knownAlready);
  }

  private @Nullable CertificateVerdict knownAlready(VerdictQuestion question) {
    CertificateVerdict answer = answers.get(question.key());
    return answer != null ? answer : reports.known(question);
  }

  private static InboundDecision.Refuse tooManyQuestions() {
    return new InboundDecision.Refuse(
        451,
        "4.7.5",
        "Your certificate could not be validated for this recipient, try again later",
        "verdict",
        "",
        "",
        "",
        Explanation.newBuilder()
            .setSummary(
                "More connectors than "
                    + QUESTIONS_A_RECIPIENT
                    + " need certificate checks of "
                    + "their own")
            .build());
  }

  private void ask(VerdictQuestion question) {
    long began = System.nanoTime();
    answers.put(question.key(), verdicts.verdict(question, patience));
    patience = patience.minusNanos(System.nanoTime() - began);
    if (patience.isNegative()) {
      patience = Duration.ZERO;
    }
  }

  private @Nullable CertificateVerdict known(VerdictQuestion question) {
    CertificateVerdict answer = answers.get(question.key());
    CertificateVerdict known = answer != null ? answer : verdicts.known(question);
    if (known != null && !judged) {
      judged = true;
      judgedNanos = System.nanoTime();
    }
    return known;
  }
}
