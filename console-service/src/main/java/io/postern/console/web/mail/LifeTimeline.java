package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.life.VerdictsResource;
import io.postern.console.web.frame.Frame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A message's life in the order in which it happened. One request. */
final class LifeTimeline {
  private final Frame f;
  private final MailText text;
  private final Evidence evidence;
  private final List<Timeline.Entry> entries = new ArrayList<>();
  private final Set<List<Object>> decisions = new HashSet<>();

  LifeTimeline(Frame frame, MailText text, Evidence evidence) {
    this.f = frame;
    this.text = text;
    this.evidence = evidence;
  }

  List<Timeline.Entry> of(Life life) {
    accepted(life.accepted());
    life.accepted().connectors().forEach(one -> inbound(one, life.accepted().at()));
    life.events().forEach(this::event);
    return entries;
  }

  private void accepted(Life.Accepted accepted) {
    Life.Session session = accepted.session();
    boolean ours = text(session.clientIp()).isEmpty();
    Life.Tls tls = session.tls();
    String sentence =
        ours
            ? f.t("life.ours")
            : tls == null ? f.t("life.plaintext.in") : encrypted("life.encrypted.in", tls);
    Facts facts =
        new Facts(f)
            .text("from", accepted.from().isEmpty() ? "<>" : accepted.from())
            .text("messageid", accepted.messageId())
            .text("size", f.t("fact.octets", f.number(accepted.size())))
            .link(
                "about",
                accepted.causeQueueId(),
                "/messages/" + Frame.encoded(text(accepted.causeQueueId())))
            .text("cause", accepted.cause())
            .text("directory", Long.toString(accepted.directoryVersion()));
    if (!ours) {
      facts.session(session);
    }
    entries.add(
        new Timeline.Entry(
            accepted.at(),
            ours || tls != null ? "good" : "wait",
            f.t("life.accepted"),
            true,
            List.of(sentence),
            facts.list(),
            List.of(),
            List.of(),
            List.of()));
  }

  private void inbound(Life.Inbound decision, String at) {
    String connector = text(decision.connector());
    List<String> sentences = new ArrayList<>();
    if (decision.why() != null) {
      sentences.add(decision.why().summary());
    }
    if (decision.reported() != null) {
      sentences.add(reported(decision.reported()));
    }
    Optional<VerdictsResource.Given> verdict = evidence.at(decision.verdictKey(), at);
    String organization = text(decision.organization());
    Facts facts =
        new Facts(f)
            .link("connector", connector, MailText.connector(organization, true, connector))
            .text("organization", organization)
            .text("direction", f.word("direction", text(decision.direction())))
            .texts("recipients", decision.recipients())
            .text("byaddress", decision.byAddress())
            .text("verdict", verdict(decision.verdict()));
    verdict.ifPresent(
        one ->
            facts
                .time("judged", one.judgedAt())
                .text("anchor", one.anchorSubject())
                .text("anchorset", one.anchorSet())
                .link(
                    "evidence",
                    f.t("evidence.json"),
                    "/api/v1/verdicts/" + Frame.encoded(text(decision.verdictKey()))));
    entries.add(
        new Timeline.Entry(
            at,
            "good",
            connector.isEmpty() ? f.t("life.anonymous") : f.t("life.inbound", connector),
            false,
            sentences,
            facts.list(),
            checks(decision.why()),
            verdict.map(one -> evidence.path(one.evidence())).orElse(List.of()),
            List.of()));
  }

  /** How a connection was encrypted, and whose certificate the other side showed. */
  String encrypted(String key, Life.Tls tls) {
    String how =
        Stream.of(tls.version(), text(tls.cipherSuite()), text(tls.group()))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    String subject = text(tls.peerSubject());
    return f.t(key, how)
        + " "
        + (subject.isEmpty() ? f.t("life.nocertificate") : f.t("life.certificate", subject));
  }

  /** What a connector in report-only mode would have done. */
  String reported(Life.Reported reported) {
    return reported.accepted()
        ? f.t("life.reported.taken", text(reported.connector()))
        : f.t(
            "life.reported.refused", text(reported.connector()), text.rule(text(reported.rule())));
  }

  private void event(Life.Event event) {
    List<String> sentences = new ArrayList<>();
    if (!event.counts()) {
      sentences.add(f.t("life.nothing", f.word("worth", text(event.worth()))));
    }
    Life.Decision decision = event.decision();
    if (decision != null) {
      decision(event, decision, sentences);
    } else if (event.kind().equals("attempt")) {
      attempt(event, sentences);
    } else {
      other(event, sentences);
    }
  }

  private void decision(Life.Event event, Life.Decision decision, List<String> sentences) {
    Life.Requirement required = decision.requirement();
    String connector = text(decision.connector());
    sentences.add(text.requirement(required));
    if (decision.why() != null) {
      sentences.add(decision.why().summary());
    }
    // A message that waits for days has as many decisions as attempts, most of them alike.
    boolean again = !decisions.add(List.of(addresses(event), decision));
    if (again) {
      sentences.add(f.t("life.again"));
    }
    List<Timeline.Fact> facts =
        new Facts(f)
            .link(
                "connector",
                connector,
                MailText.connector(text(decision.organization()), false, connector))
            .texts("recipients", addresses(event))
            .code("route", decision.route())
            .text("mx", decision.mxDomain())
            .texts("hosts", decision.hosts())
            .code("level", required.level())
            .text("tlsdomain", required.tlsDomain())
            .code("revocation", required.revocation())
            .text("minimum", required.minimumVersion())
            .code("dane", required.dane())
            .code("mtasts", required.mtaSts())
            .text("anchorset", required.anchors())
            .text("clientcertificate", required.clientCertificate())
            .texts(
                "demands",
                required.demands().stream().map(demand -> f.word("demand", demand)).toList())
            .list();
    String number = number(event);
    entries.add(
        new Timeline.Entry(
            event.at(),
            "",
            connector.isEmpty()
                ? f.t("life.decision.none", number, text(decision.route()))
                : f.t("life.decision", number, connector),
            false,
            sentences,
            facts,
            again ? List.of() : checks(decision.why()),
            List.of(),
            List.of()));
  }

  private void attempt(Life.Event event, List<String> sentences) {
    Life.Attempt attempt = event.detail();
    Facts facts = new Facts(f);
    List<Timeline.Certificate> path = List.of();
    String host = "";
    if (attempt != null) {
      host = text(attempt.host());
      String token = text(attempt.token());
      if (!token.isEmpty()) {
        sentences.add(text.token(token));
      }
      if (token.contains(":none")) {
        sentences.add(f.t("life.plaintext.out"));
      }
      if (attempt.tls() != null) {
        sentences.add(encrypted("life.encrypted.out", attempt.tls()));
      }
      if (!text(attempt.reportedToken()).isEmpty()) {
        sentences.add(
            f.t(
                "life.reported.token",
                text(attempt.reportedConnector()),
                text.token(attempt.reportedToken())));
      }
      if (attempt.handedBack()) {
        sentences.add(f.t("life.handedback"));
      }
      String connector = text(attempt.connector());
      facts
          .code("token", token)
          .text("host", host)
          .text("address", attempt.address())
          .link(
              "connector",
              connector,
              MailText.connector(text(attempt.organization()), false, connector))
          .text("verdict", verdict(attempt.verdict()));
      Life.Evidence grounds = attempt.evidence();
      if (grounds != null) {
        facts
            .time("judged", grounds.judgedAt())
            .text("anchor", grounds.anchor())
            .text("anchorset", grounds.anchorSet());
        path = evidence.path(grounds.path());
      }
      if (!text(attempt.verdictKey()).isEmpty()) {
        facts.link(
            "evidence",
            f.t("evidence.json"),
            "/api/v1/verdicts/" + Frame.encoded(attempt.verdictKey()));
      }
      if (attempt.tls() != null) {
        facts.tls(attempt.tls());
      }
      published(facts, attempt);
      if (attempt.millis() != null) {
        facts.text("millis", f.t("fact.ms", f.number(attempt.millis())));
      }
    }
    entries.add(
        new Timeline.Entry(
            event.at(),
            tone(event),
            attemptTitle(number(event), host),
            false,
            sentences,
            facts.list(),
            List.of(),
            path,
            parts(event)));
  }

  /** Copying the content of held mail is recorded as an attempt that has no number. */
  private String attemptTitle(String number, String host) {
    if (number.isEmpty()) {
      return f.t("life.copied");
    }
    return host.isEmpty() ? f.t("life.attempt.none", number) : f.t("life.attempt", number, host);
  }

  /** What the recipient's domain has published. */
  private void published(Facts facts, Life.Attempt attempt) {
    Life.Dane dane = attempt.dane();
    if (dane != null) {
      facts
          .text("danebase", dane.base())
          .texts("danerecords", dane.records())
          .text("danematched", dane.matched())
          .text("daneunproven", dane.unproven());
    }
    Life.MtaSts sts = attempt.mtaSts();
    if (sts != null) {
      facts
          .text("stspolicy", (text(sts.domain()) + " " + text(sts.id())).strip())
          .text("stsmode", sts.mode())
          .texts("stsmx", sts.mx())
          .text("stsmet", f.t(sts.met() ? "word.yes" : "word.no"))
          .text("stsfailure", sts.failure());
    }
  }

  private void other(Life.Event event, List<String> sentences) {
    Life.Control control = event.control();
    String title =
        switch (event.kind()) {
          case "control" ->
              f.t("life.control", f.word("control", control == null ? "" : text(control.kind())));
          case "due" -> f.t("life.due", number(event));
          case "notice" -> f.t("life.notice", f.word("notice", text(event.cause())));
          case "state" -> f.t("life.state");
          case "left-out" -> f.t("life.leftout");
          default -> event.kind();
        };
    if (event.kind().equals("due") && !text(event.cause()).isEmpty()) {
      sentences.add(f.word("due", event.cause()));
    }
    Facts facts = new Facts(f);
    if (control != null) {
      facts
          .text("by", control.by())
          .code("control", control.controlId())
          .code("route", control.route());
    }
    boolean state = event.kind().equals("state");
    if (!state) {
      facts.texts("recipients", addresses(event));
    }
    entries.add(
        new Timeline.Entry(
            event.at(),
            state ? tone(event) : "",
            title,
            false,
            sentences,
            facts.list(),
            List.of(),
            List.of(),
            state ? parts(event) : List.of()));
  }

  private List<Timeline.Part> parts(Life.Event event) {
    return event.recipients().stream()
        .map(
            part ->
                new Timeline.Part(
                    text(part.address()),
                    f.word("state", text(part.state())),
                    text.stateTone(text(part.state())),
                    text(part.reason()),
                    text(part.reason()).isEmpty() ? "" : text.reason(part.reason()),
                    text(part.command()),
                    text(part.reply()),
                    text(part.explanation()),
                    part.late()
                        ? f.t("life.late")
                        : part.counts() ? "" : f.t("life.nothing", f.word("worth", "skipped"))))
        .toList();
  }

  List<Timeline.Check> checks(Life.@Nullable Why why) {
    return why == null
        ? List.of()
        : why.steps().stream()
            .map(
                step ->
                    new Timeline.Check(
                        step.matched(),
                        step.subject(),
                        step.condition(),
                        step.detail(),
                        MailText.subject(step.subject())))
            .toList();
  }

  private String verdict(@Nullable String verdict) {
    return text(verdict).isEmpty() ? "" : text.verdict(text(verdict));
  }

  /** The worst of its recipients. */
  private String tone(Life.Event event) {
    var tones =
        event.recipients().stream()
            .map(part -> text.stateTone(text(part.state())))
            .collect(Collectors.toSet());
    return tones.contains("bad")
        ? "bad"
        : tones.contains("wait") ? "wait" : tones.contains("good") ? "good" : "";
  }

  private static List<String> addresses(Life.Event event) {
    return event.recipients().stream().map(part -> text(part.address())).toList();
  }

  private String number(Life.Event event) {
    Integer attempt = event.attempt();
    return attempt == null ? "" : f.number(attempt);
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
