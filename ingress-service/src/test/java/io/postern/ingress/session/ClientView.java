package io.postern.ingress.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session as its client sees it: which replies belong to which commands, and which content the
 * client has sent with each message that was accepted. It knows of the protocol only how commands
 * and content are told apart (RFC 5321 §4.5.2, RFC 3030 §2), and no rule by which a command is
 * refused. One thread.
 */
final class ClientView {
  private static final Pattern BDAT =
      Pattern.compile("(?i)BDAT[ \\t]\\s*([0-9]{1,20})(?:[ \\t]+(LAST))?[ \\t]*");
  private static final Pattern QUEUED = Pattern.compile("250 2\\.0\\.0 Queued as (\\S+)");

  /** A message that a reply promises to keep. */
  record Promised(String queueId, String content) {}

  private final String sent;
  private final List<String> replies;
  private final List<Promised> promised = new ArrayList<>();
  private int at;
  private int reply;
  private StringBuilder chunks = new StringBuilder();

  /**
   * @param sent all that the client has sent
   * @param replies the last line of each reply to it, without the greeting
   */
  private ClientView(String sent, List<String> replies) {
    this.sent = sent;
    this.replies = replies;
  }

  /** Fails where there are more replies than commands. */
  static List<Promised> promised(String sent, List<String> replies) {
    ClientView view = new ClientView(sent, replies);
    while (view.step()) {}
    if (view.reply < replies.size()) {
      throw new AssertionError(
          "replies to no command of the client: " + replies.subList(view.reply, replies.size()));
    }
    return view.promised;
  }

  /** False: there is no more command, or the session has ended. */
  private boolean step() {
    int feed = sent.indexOf('\n', at);
    if (feed < 0 || reply == replies.size()) {
      return false;
    }
    String line =
        sent.substring(at, feed > at && sent.charAt(feed - 1) == '\r' ? feed - 1 : feed + 1);
    at = feed + 1;
    Matcher bdat = BDAT.matcher(line);
    if (bdat.matches()) {
      return chunk(Double.parseDouble(bdat.group(1)), bdat.group(2) != null);
    }
    String answer = replies.get(reply++);
    if (answer.startsWith("354 ")) {
      return data();
    }
    if (line.stripTrailing().matches("(?i)(RSET|(EHLO|HELO)\\s.*|MAIL\\s.*)")
        && answer.startsWith("250")) {
      chunks = new StringBuilder();
    }
    return !answer.startsWith("221 ") && !answer.startsWith("421 ") && !answer.startsWith("220 ");
  }

  private boolean chunk(double octets, boolean last) {
    if (octets > sent.length() - at) {
      reply = replies.size(); // a refusal may come before the client ends
      return false;
    }
    chunks.append(sent, at, at + (int) octets);
    at += (int) octets;
    String answer = replies.get(reply++);
    if (last) {
      promise(answer, chunks.toString());
      chunks = new StringBuilder();
    }
    return !answer.startsWith("421 ");
  }

  private boolean data() {
    int end = ("\r\n" + sent.substring(at)).indexOf("\r\n.\r\n");
    if (end < 0 || reply == replies.size()) {
      return false;
    }
    String lines = "\r\n" + sent.substring(at, at + end);
    at += end + 3;
    promise(replies.get(reply++), lines.replace("\r\n.", "\r\n").substring(2));
    return true;
  }

  private void promise(String answer, String content) {
    Matcher queued = QUEUED.matcher(answer);
    if (queued.matches()) {
      promised.add(new Promised(queued.group(1), content));
    }
  }

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
