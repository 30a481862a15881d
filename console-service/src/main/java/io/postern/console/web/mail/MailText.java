package io.postern.console.web.mail;

import io.postern.console.life.Life;
import io.postern.console.web.frame.Frame;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Codes of mail as sentences in the reader's language. One request. */
public final class MailText {
  private static final Pattern PLAINTEXT = Pattern.compile("[^:/]*:none\\((.*)\\)");
  private static final Pattern ACHIEVED = Pattern.compile("[^:/]*:([a-z-]+)(\\+.*)?");
  private static final Pattern REFUSED = Pattern.compile("([^:/]*)/(.*)");
  private static final Pattern CONNECTOR =
      Pattern.compile("(inbound|outbound|routing) (?:connector|rule) ([^/]+)/(.+)");

  private final Frame f;

  MailText(Frame frame) {
    this.f = frame;
  }

  /** The TLS result of an attempt. */
  public String token(String token) {
    Matcher plaintext = PLAINTEXT.matcher(token);
    if (plaintext.matches()) {
      return f.t("token.none", reason(plaintext.group(1)));
    }
    Matcher achieved = ACHIEVED.matcher(token);
    if (achieved.matches()) {
      StringBuilder text = new StringBuilder(f.word("achieved", achieved.group(1)));
      String extras = achieved.group(2) == null ? "" : achieved.group(2);
      for (String extra : extras.split("\\+", -1)) {
        if (!extra.isEmpty()) {
          text.append(' ').append(f.word("achieved", extra));
        }
      }
      return text.toString();
    }
    Matcher refused = REFUSED.matcher(token);
    if (!refused.matches()) {
      return token;
    }
    return refused.group(1).equals("opportunistic")
        ? f.t("token.failed", reason(refused.group(2)))
        : f.t("token.missed", f.word("need", refused.group(1)), reason(refused.group(2)));
  }

  /** The same in a word or two, for a tag. */
  public String tag(String token) {
    Matcher achieved = ACHIEVED.matcher(token);
    if (PLAINTEXT.matcher(token).matches() || token.equals("none")) {
      return f.t("tag.none");
    }
    if (achieved.matches()) {
      return f.word("tag", achieved.group(1));
    }
    if (!REFUSED.matcher(token).matches()) {
      return token;
    }
    return token.startsWith("opportunistic") ? f.t("tag.failed") : f.t("tag.missed");
  }

  /** good, wait, bad; empty: none. */
  public String tone(String token) {
    if (token.isEmpty()) {
      return "";
    }
    if (token.equals("none") || token.contains(":none")) {
      return "wait";
    }
    return token.contains("/") ? "bad" : "good";
  }

  public String stateTone(String state) {
    return switch (state) {
      case "delivered" -> "good";
      case "waiting", "held", "deferred" -> "wait";
      case "failed", "expired", "cancelled", "refused" -> "bad";
      default -> "";
    };
  }

  /** Of an attempt, a hold or a certificate. */
  public String reason(String code) {
    return f.word("reason", code);
  }

  /** The condition that refused, as a sentence. */
  public String rule(String code) {
    return f.word("rule", code);
  }

  /** What would have to be true for the mail to be taken; empty: no word for it. */
  public String cure(String rule) {
    String text = f.word("cure", rule);
    return text.equals(rule) ? "" : text;
  }

  public String verdict(String verdict) {
    int slash = verdict.indexOf('/');
    return slash < 0
        ? f.word("verdict", verdict)
        : f.word("verdict", verdict.substring(0, slash))
            + ": "
            + reason(verdict.substring(slash + 1));
  }

  public String requirement(Life.Requirement requirement) {
    StringBuilder text = new StringBuilder();
    String domain = shown(requirement.tlsDomain());
    text.append(
        domain.isEmpty()
            ? f.word("need", requirement.level())
            : f.t("need.name", f.word("need", requirement.level()), domain));
    text.append('.');
    add(text, "revocation", requirement.revocation());
    add(text, "dane", requirement.dane());
    add(text, "mtasts", requirement.mtaSts());
    requirement.demands().forEach(demand -> add(text, "demanded", demand));
    return f.t("life.required", text.toString());
  }

  private void add(StringBuilder text, String group, String value) {
    String word = f.word(group, shown(value));
    if (!word.equals(value) && !word.isEmpty()) {
      text.append(' ').append(word);
    }
  }

  private static String shown(@org.jspecify.annotations.Nullable String text) {
    return text == null ? "" : text;
  }

  /** The page of a connector; empty: there is no connector. */
  static String connector(String organization, boolean inbound, String name) {
    return organization.isEmpty() || name.isEmpty()
        ? ""
        : connector(organization, inbound ? "inbound" : "outbound", name);
  }

  private static String connector(String organization, String direction, String name) {
    return "/connectors/"
        + Frame.encoded(organization)
        + "/"
        + direction
        + "/"
        + Frame.encoded(name);
  }

  /** The page of what a step of an explanation looked at; empty: it has none. */
  static String subject(String subject) {
    Matcher connector = CONNECTOR.matcher(subject);
    return connector.matches()
        ? connector(connector.group(2), connector.group(1), connector.group(3))
        : "";
  }
}
