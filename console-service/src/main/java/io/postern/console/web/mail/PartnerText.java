package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.life.RefusalLife;
import io.postern.console.web.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Facts for a partner's postmaster as plain text: times, addresses, TLS, replies and reasons.
 * Connectors, routes to mailboxes and other partners' recipients are left out. One request.
 */
final class PartnerText {
  private final Frame f;
  private final MailText text;
  private final List<String> lines = new ArrayList<>();

  PartnerText(Frame frame) {
    this.f = frame;
    this.text = new MailText(frame);
  }

  /**
   * A message.
   *
   * @param addresses recipients that the partner may know of
   * @param fromPartner the partner's client brought it; else our own did, which is not shown
   */
  String of(Life life, Set<String> addresses, boolean fromPartner) {
    Life.Accepted accepted = life.accepted();
    line("copy.at", accepted.at());
    line("copy.from", "<" + accepted.from() + ">");
    addresses.forEach(address -> line("copy.to", "<" + address + ">"));
    line("copy.messageid", accepted.messageId());
    line("copy.queueid", life.queueId());
    if (fromPartner) {
      session(accepted.session());
      accepted.connectors().stream()
          .map(one -> text(one.verdict()))
          .filter(verdict -> !verdict.isEmpty())
          .distinct()
          .forEach(verdict -> line("copy.verdict", text.verdict(verdict)));
    } else {
      life.events().stream()
          .filter(event -> event.kind().equals("attempt"))
          .forEach(event -> attempt(event, addresses));
    }
    life.recipients().stream()
        .filter(one -> addresses.contains(one.address()))
        .filter(one -> !fromPartner || !one.state().equals("delivered"))
        .forEach(
            one ->
                line(
                    "copy.now",
                    "<"
                        + one.address()
                        + "> "
                        + f.word("state", one.state())
                        + (fromPartner || text(one.reason()).isEmpty()
                            ? ""
                            : ", " + text.reason(one.reason()))));
    return String.join("\n", lines);
  }

  private void attempt(Life.Event event, Set<String> addresses) {
    List<Life.Part> parts =
        event.recipients().stream().filter(part -> addresses.contains(part.address())).toList();
    Life.Attempt attempt = event.detail();
    if (parts.isEmpty() || attempt == null || text(attempt.host()).isEmpty()) {
      return;
    }
    lines.add("");
    line("copy.attempt", event.at());
    line("copy.host", text(attempt.host()) + " [" + text(attempt.address()) + "]");
    String token = text(attempt.token());
    if (!token.isEmpty()) {
      line("copy.result", text.token(token));
    }
    Life.Tls tls = attempt.tls();
    if (tls != null) {
      tls(tls);
    }
    if (!text(attempt.verdict()).isEmpty()) {
      line("copy.verdict", text.verdict(text(attempt.verdict())));
    }
    if (attempt.evidence() != null && attempt.evidence().path() != null) {
      attempt.evidence().path().stream()
          .map(one -> text(one.detail()))
          .filter(detail -> !detail.isEmpty())
          .forEach(detail -> line("copy.evidence", detail));
    }
    for (Life.Part part : parts) {
      line("copy.part", "<" + part.address() + "> " + f.word("state", text(part.state())));
      line("copy.reply", text(part.reply()));
      if (!text(part.reason()).isEmpty()) {
        line("copy.reason", text.reason(part.reason()));
      }
    }
  }

  /** A refusal: the first with this reference. */
  String of(RefusalLife refusal, List<String> missed) {
    line("copy.refused", refusal.at());
    line("copy.reference", refusal.reference());
    line("copy.from", "<" + refusal.from() + ">");
    line("copy.to", text(refusal.to()).isEmpty() ? "" : "<" + refusal.to() + ">");
    line("copy.command", text(refusal.command()));
    line(
        "copy.reply",
        refusal.code() + " " + text(refusal.enhancedCode()) + " " + text(refusal.text()));
    session(refusal.session());
    if (!text(refusal.verdict()).isEmpty()) {
      line("copy.verdict", text.verdict(text(refusal.verdict())));
    }
    line("copy.handshake", f.word("handshake", text(refusal.handshakeFailure())));
    String rule = text(refusal.rule());
    String why = f.word("copy.rule", rule);
    line("copy.reason", why.equals(rule) ? text.rule(rule) : why);
    missed.forEach(detail -> line("copy.found", detail));
    String cure = f.word("copy.cure", rule);
    line("copy.cure", cure.equals(rule) ? "" : cure);
    return String.join("\n", lines);
  }

  private void session(Life.Session session) {
    line("copy.client", text(session.clientIp()));
    line("copy.ehlo", text(session.greeting()));
    Life.Tls tls = session.tls();
    if (tls == null) {
      line("copy.tls", f.t("tls.none"));
    } else {
      tls(tls);
      if (text(tls.peerSubject()).isEmpty()) {
        line("copy.subject", f.t("explain.nocertificate"));
      }
    }
  }

  private void tls(Life.Tls tls) {
    line("copy.tls", tls.version() + ", " + tls.cipherSuite() + ", " + text(tls.group()));
    line("copy.subject", text(tls.peerSubject()));
    line("copy.names", tls.peerNames() == null ? "" : String.join(", ", tls.peerNames()));
    line("copy.chain", text(tls.chain()));
  }

  /** Strangers' texts stay on their line. */
  private void line(String key, String value) {
    String shown = value.replaceAll("\\p{Cntrl}+", " ").strip();
    if (!shown.isEmpty()) {
      lines.add(f.t(key) + ": " + shown);
    }
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
