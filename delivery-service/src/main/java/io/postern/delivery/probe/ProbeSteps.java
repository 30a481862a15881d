package io.postern.delivery.probe;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The steps of a {@link HopProbe} on their way to whoever shows them: each with the place it was
 * made at, its time and bounded texts, since hosts choose many of them. Owner: the probe's thread.
 */
final class ProbeSteps {
  private static final int MOST_TEXT = 500;

  private final String route;
  private final Consumer<ProbeStep> shown;
  private String host = "";
  private String address = "";
  private long since = System.nanoTime();

  ProbeSteps(String route, Consumer<ProbeStep> shown) {
    this.route = route;
    this.shown = shown;
  }

  /** The steps from here on are of a host; empty: of the whole hop. */
  void at(String newHost, String newAddress) {
    host = newHost;
    address = newAddress;
    begin();
  }

  /** The next step begins now. */
  void begin() {
    since = System.nanoTime();
  }

  /** A step that took the time since {@link #begin} or the last one. */
  void step(String name, ProbeState state, UnaryOperator<ProbeStep.Builder> said) {
    step(name, state, (int) ((System.nanoTime() - since) / 1_000_000), said);
  }

  void step(String name, ProbeState state, int millis, UnaryOperator<ProbeStep.Builder> said) {
    ProbeStep.Builder step =
        said.apply(
            ProbeStep.newBuilder()
                .setStep(name)
                .setRoute(cut(route))
                .setHost(cut(host))
                .setAddress(address)
                .setState(state)
                .setMillis(millis)
                .setAtMillis(System.currentTimeMillis()));
    shown.accept(
        step.setDetail(cut(step.getDetail()))
            .setExpected(cut(step.getExpected()))
            .setActual(cut(step.getActual()))
            .build());
    begin();
  }

  void failed(String name, String reason, String detail) {
    step(name, ProbeState.PROBE_FAILED, step -> step.setReason(reason).setDetail(detail));
  }

  void skipped(String name, String detail) {
    step(name, ProbeState.PROBE_SKIPPED, step -> step.setDetail(detail));
  }

  static String cut(String text) {
    return Texts.shortened(text.replaceAll("\\p{Cntrl}", " "), MOST_TEXT - 3);
  }
}
