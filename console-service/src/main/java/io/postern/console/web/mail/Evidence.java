package io.postern.console.web.mail;

import io.postern.api.ProblemException;
import io.postern.console.life.Life;
import io.postern.console.life.VerdictsResource;
import io.postern.console.web.frame.Frame;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a verdict about certificates rests on. One request. */
final class Evidence {
  private static final int SHOWN_DIGITS = 16;

  private final Frame f;
  private final VerdictsResource verdicts;

  Evidence(Frame frame, VerdictsResource verdicts) {
    this.f = frame;
    this.verdicts = verdicts;
  }

  List<Timeline.Certificate> path(@Nullable List<Life.PathCertificate> path) {
    return path == null ? List.of() : path.stream().map(this::certificate).toList();
  }

  private Timeline.Certificate certificate(Life.PathCertificate certificate) {
    String revocation = text(certificate.revocation());
    String source = text(certificate.source());
    String of =
        certificate.thisUpdate() == null
            ? ""
            : f.t("evidence.of", f.time(certificate.thisUpdate()));
    return new Timeline.Certificate(
        text(certificate.subject()).isEmpty()
            ? f.t("evidence.fingerprint", shortened(text(certificate.fingerprint())))
            : certificate.subject(),
        switch (revocation) {
          case "not-revoked" -> "good";
          case "is-revoked" -> "bad";
          case "unreachable", "stale" -> "wait";
          default -> "";
        },
        f.word("revoked", revocation),
        source.isEmpty() ? "" : f.word("source", source) + " " + text(certificate.url()),
        of,
        text(certificate.detail()));
  }

  /**
   * The verdict with this key that counted then.
   *
   * @param at RFC 3339
   */
  Optional<VerdictsResource.Given> at(@Nullable String key, String at) {
    if (key == null || key.isEmpty()) {
      return Optional.empty();
    }
    try {
      Instant then = Instant.parse(at);
      List<VerdictsResource.Given> given = verdicts.verdicts(key).verdicts();
      return given.stream()
          .filter(one -> !Instant.parse(one.judgedAt()).isAfter(then))
          .findFirst()
          .or(() -> given.stream().reduce((newer, older) -> older));
    } catch (ProblemException e) {
      if (e.problem().status() == 404) {
        return Optional.empty(); // older than the read model keeps
      }
      throw e;
    }
  }

  private static String shortened(String fingerprint) {
    return fingerprint.substring(0, Math.min(SHOWN_DIGITS, fingerprint.length()));
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
