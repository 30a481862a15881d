package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.web.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects facts, each with its label; empty ones are left out. One request. */
final class Facts {
  private final Frame f;
  private final List<Timeline.Fact> facts = new ArrayList<>();

  Facts(Frame frame) {
    this.f = frame;
  }

  /**
   * @param key of the label, behind "fact."
   */
  Facts text(String key, @Nullable String text) {
    return add(key, text, "", false, false);
  }

  Facts code(String key, @Nullable String text) {
    return add(key, text, "", false, true);
  }

  Facts link(String key, @Nullable String text, String link) {
    return add(key, text, link, false, false);
  }

  Facts time(String key, @Nullable String time) {
    return add(key, time, "", true, false);
  }

  Facts texts(String key, @Nullable List<String> texts) {
    return text(key, texts == null ? "" : String.join(", ", texts));
  }

  /** Of the session or attempt; null: plaintext, which is said and not left out. */
  Facts tls(Life.@Nullable Tls tls) {
    if (tls == null) {
      return text("tls", f.t("tls.none"));
    }
    return text("tls", tls.version())
        .code("suite", tls.cipherSuite())
        .code("group", tls.group())
        .text("secrecy", f.t(tls.forwardSecrecy() ? "word.yes" : "word.no"))
        .text("resumed", tls.resumed() ? f.t("word.yes") : "")
        .text("servername", tls.serverName())
        .text("subject", tls.peerSubject())
        .texts("names", tls.peerNames())
        .code("chain", tls.chain());
  }

  /** Session of a message or refusal. */
  Facts session(Life.Session session) {
    return text("client", session.clientIp())
        .text("balancer", session.proxiedBy())
        .text("ehlo", session.greeting())
        .text("listener", session.listener())
        .text("protocol", session.protocol())
        .text("source", session.source())
        .text("whynot", session.sourceWhyNot())
        .tls(session.tls());
  }

  private Facts add(String key, @Nullable String text, String link, boolean time, boolean code) {
    if (text != null && !text.isEmpty()) {
      facts.add(new Timeline.Fact(f.t("fact." + key), text, link, time, code));
    }
    return this;
  }

  List<Timeline.Fact> list() {
    return facts;
  }
}
