package io.postern.delivery.probe;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.TlsFacts;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.OpeningSteps;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Reply;
import java.util.Map;
import java.util.stream.Collectors;

/** The steps of one opening as a {@link HopProbe} shows them. Owner: the probe's thread. */
final class ProbedOpening implements OpeningSteps {
  private static final int MOST_CAPABILITIES = 30;

  private final ProbeSteps steps;
  private String next = "connect"; // the step that is under way
  private boolean encrypted;

  ProbedOpening(ProbeSteps steps) {
    this.steps = steps;
  }

  @Override
  public void connected(int millis) {
    if (!next.equals("connect")) {
      steps.failed(
          "handshake",
          Reasons.HANDSHAKE_FAILED,
          "The handshake failed; it is tried again without the hybrid group.");
    }
    passed("connect", millis, "The host accepts connections.", "");
    next = "greeting";
  }

  @Override
  public void greeted(Reply greeting, int millis) {
    passed("greeting", millis, "The host greets.", greeting.toString());
    next = "EHLO";
  }

  @Override
  public void hello(Capabilities capabilities, int millis) {
    String offered =
        capabilities.keywords().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .limit(MOST_CAPABILITIES)
            .map(each -> (each.getKey() + " " + each.getValue()).strip())
            .collect(Collectors.joining(", "));
    passed(
        "EHLO",
        millis,
        encrypted ? "The host offers over TLS:" : "The host offers in plaintext:",
        offered.isEmpty() ? "no extension" : offered);
    next = "STARTTLS";
  }

  @Override
  public void startTls(Reply answer, int millis) {
    passed("STARTTLS", millis, "The host starts TLS.", answer.toString());
    next = "handshake";
  }

  @Override
  public void handshake(TlsFacts facts, int millis) {
    encrypted = true;
    passed(
        "handshake",
        millis,
        "The TLS handshake succeeded.",
        Spelling.of(facts.getVersion())
            + " "
            + facts.getCipherSuite()
            + (facts.getGroup().isEmpty() ? "" : ", group " + facts.getGroup()));
    next = "EHLO";
  }

  /** The step under way failed, and the host is of no use. */
  void failed(DialogueException e) {
    steps.failed(next, e.reason(), e.detail());
  }

  void failed(String reason, String detail) {
    steps.failed(next, reason, detail);
  }

  private void passed(String step, int millis, String detail, String actual) {
    steps.step(
        step, ProbeState.PROBE_PASSED, millis, shown -> shown.setDetail(detail).setActual(actual));
  }
}
