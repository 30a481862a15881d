package io.postern.e2e.attacks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Compares windows with an attack with the mean of those without. Owner: one thread. Mail that was
 * accepted in a window counts there whenever it was delivered, so the last word is said when all
 * has come.
 */
final class Judgement {
  private static final double WORSE = 1.10;
  private static final double HALF = 0.5;
  private static final double MOST = 0.99;
  private static final double OTHERS_PERCENT = 20;

  /** What is compared, and what a larger value of it means. */
  private record Figure(String name, boolean moreIsBetter, ToDoubleFunction<Window> of) {}

  private static final List<Figure> FIGURES =
      List.of(
          new Figure("rate", true, Window::rate),
          new Figure("accept p50", false, window -> window.accept(HALF)),
          new Figure("delivery p50", false, window -> window.delivery(HALF)),
          new Figure("GET p50", false, window -> window.read(HALF)),
          new Figure("PUT p50", false, window -> window.changed(HALF)));

  private final List<Window> quiet = new ArrayList<>();
  private final List<Window> attacked = new ArrayList<>();
  private final List<Window> all = new ArrayList<>();

  void quiet(Window window) {
    quiet.add(window);
    all.add(window);
  }

  void attacked(Window window) {
    attacked.add(window);
    all.add(window);
  }

  /** In the table, and not compared. */
  void shown(Window window) {
    all.add(window);
  }

  static String figures(Window window) {
    return "%-19s %6.1f/s, %d missed; accept p50 %6.1f p99 %7.1f ms; delivery p50 %6.1f p99 %7.1f ms; GET p50 %6.1f, PUT p50 %6.1f ms; errors %s"
        .formatted(
            window.name(),
            window.rate(),
            window.missed(),
            window.accept(HALF),
            window.accept(MOST),
            window.delivery(HALF),
            window.delivery(MOST),
            window.read(HALF),
            window.changed(HALF),
            window.errors());
  }

  /** Whether nothing was found. */
  boolean print(FairMail mail) {
    List<String> findings = new ArrayList<>();
    AttacksMain.say("all fair mail has come, or has not:");
    for (Window window : all) {
      AttacksMain.say(figures(window));
      if (!window.errors().isEmpty()) {
        findings.add(window.name() + ": fair senders saw " + window.errors());
      }
    }
    for (Figure figure : FIGURES) {
      compare(figure, findings);
    }
    AttacksMain.say(
        "fair mail: %d accepted, %d received, %d not received, %d received twice or unread 250"
            .formatted(mail.accepted(), mail.received(), mail.owed(), mail.doubled()));
    if (all.stream().anyMatch(window -> window.others() > OTHERS_PERCENT)) {
      AttacksMain.say("others used this machine meanwhile: its rates and times compare badly");
    }
    if (mail.owed() > 0) {
      findings.add(mail.owed() + " fair mails are lost, such as number " + mail.example());
    }
    findings.forEach(finding -> System.out.println("FINDING " + finding));
    return findings.isEmpty();
  }

  private void compare(Figure figure, List<String> findings) {
    double mean = quiet.stream().mapToDouble(figure.of()).average().orElse(Double.NaN);
    double least = quiet.stream().mapToDouble(figure.of()).min().orElse(Double.NaN);
    double most = quiet.stream().mapToDouble(figure.of()).max().orElse(Double.NaN);
    AttacksMain.say(
        "%s without attack: mean %.1f, from %.1f to %.1f"
            .formatted(figure.name(), mean, least, most));
    for (Window window : attacked) {
      double value = figure.of().applyAsDouble(window);
      double worse = figure.moreIsBetter() ? mean / value : value / mean;
      if (!(worse <= WORSE)) { // not a number is no good figure
        findings.add(
            "%s: %s is %.1f, without attack %.1f"
                .formatted(window.name(), figure.name(), value, mean));
      }
    }
  }
}
