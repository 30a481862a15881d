package io.postern.ingress.attribution;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts on the client's certificate in one mail transaction, asked for within the patience
 * that it has in all. An answer, unknown included, holds for the transaction's commands, so that a
 * silent certificate-service costs its patience once and not once a recipient. But a message may
 * take half an hour: a verdict that let it in may be too old by then. Owner: the session's thread.
 */
public final class TransactionVerdicts {
  private final VerdictSource verdicts;
  private final BackgroundVerdicts reports;
  private final Map<VerdictKey, CertificateVerdict> answers = new HashMap<>();
  private final Duration allPatience;
  private final Duration holds;
  private Duration patience;
  private boolean judged;
  private long judgedNanos; // the first verdict that counted

  /**
   * @param reports of connectors in report-only mode, which nothing waits for
   * @param patience for all verdicts of the transaction
   * @param holds how old a verdict may be at the end of a message
   */
  public TransactionVerdicts(
      VerdictSource verdicts, BackgroundVerdicts reports, Duration patience, Duration holds) {
    this.verdicts = verdicts;
    this.reports = reports;
    this.allPatience = patience;
    this.patience = patience;
    this.holds = holds;
  }

  /** A verdict that decided here is older than it may be at the end of a message. */
  boolean outdated() {
    return judged && System.nanoTime() - judgedNanos >= holds.toNanos();
  }

  /** Decisions from now on need new verdicts, with the whole patience again. */
  void askAgain() {
    answers.clear();
    judged = false;
    patience = allPatience;
  }

  /** For a decision; null: it must be asked for. */
  @Nullable CertificateVerdict known(VerdictQuestion question) {
    CertificateVerdict answer = answers.get(question.key());
    CertificateVerdict known = answer != null ? answer : verdicts.known(question);
    if (known != null && !judged) {
      judged = true;
      judgedNanos = System.nanoTime();
    }
    return known;
  }

  /** For a report; null: it is not there. */
  @Nullable CertificateVerdict knownAlready(VerdictQuestion question) {
    CertificateVerdict answer = answers.get(question.key());
    return answer != null ? answer : reports.known(question);
  }

  /** Blocks for what is left of the patience; {@link #known} has an answer then. */
  void ask(VerdictQuestion question) {
    long began = System.nanoTime();
    answers.put(question.key(), verdicts.verdict(question, patience));
    patience = patience.minusNanos(System.nanoTime() - began);
    if (patience.isNegative()) {
      patience = Duration.ZERO;
    }
  }

  /** For reports; nothing waits. */
  void askInBackground(VerdictQuestion question) {
    reports.ask(question);
  }
}
