package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Each reply of ingress has its row in docs/reference/replies.md, and each row its reply. A reply
 * is code and enhanced code beside each other in the sources, and the first text behind them.
 */
class RepliesPageTest {
  private static final Set<String> MODULES =
      Set.of("ingress-service", "connectors", "smtp-protocol");

  /** Replies of others that are read, and outcomes of mail out. */
  private static final Set<String> NO_REPLIES = Set.of("ReplyParser.java", "OutboundRules.java");

  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|(?<=[\\s;{(,])//[^\n]*", Pattern.DOTALL);
  private static final Pattern REPLY =
      Pattern.compile(
          "[(,]\\s*([2-5]\\d\\d),\\s*\"((?:[245]\\.\\d+\\.\\d+)?)\",(.{0,600})", Pattern.DOTALL);

  /** The table of bounds has the codes alone. */
  private static final Pattern OF_BOUND = Pattern.compile("\"([2-5]\\d\\d [245]\\.\\d+\\.\\d+)\"");

  private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ([2-5]\\d\\d(?: [245]\\.\\d+\\.\\d+)?) \\| ([^|]*) \\|.*$");
  private static final Pattern EDGES = Pattern.compile("^[^\\p{L}<]+|[^\\p{L}>)]+$");

  /**
   * @param codes "550 5.7.64", or "220" without an enhanced code
   * @param text the first words of it in one piece; empty: not told there
   */
  private record Reply(String codes, String text, String source) {}

  private record Row(String codes, String texts) {
    boolean has(Reply reply) {
      return codes.equals(reply.codes) && texts.contains(reply.text);
    }
  }

  @Test
  void eachReplyHasItsRowAndEachRowItsReply() {
    List<Reply> replies = replies();
    List<Row> rows = rows();
    assertThat(replies).hasSizeGreaterThan(50);
    assertThat(replies.stream().filter(reply -> rows.stream().noneMatch(row -> row.has(reply))))
        .as(
            "replies without a row in docs/reference/replies.md: add | code enhanced | text | rule | cause | who |")
        .isEmpty();
    assertThat(rows.stream().filter(row -> replies.stream().noneMatch(row::has)))
        .as("rows of docs/reference/replies.md without a reply")
        .isEmpty();
  }

  private static List<Reply> replies() {
    List<Reply> replies = new ArrayList<>();
    for (Path source : Project.mainSources()) {
      String file = source.getFileName().toString();
      if (MODULES.contains(Project.module(source).getFileName().toString())
          && !NO_REPLIES.contains(file)) {
        Matcher reply = REPLY.matcher(COMMENT.matcher(Project.read(source)).replaceAll(""));
        int from = 0;
        while (reply.find(from)) {
          String codes = (reply.group(1) + " " + reply.group(2)).strip();
          replies.add(new Reply(codes, text(reply.group(3)), file));
          from = reply.start(3);
        }
        if (file.equals("SourceBound.java")) {
          Matcher bound = OF_BOUND.matcher(Project.read(source));
          while (bound.find()) {
            replies.add(new Reply(bound.group(1), "", file));
          }
        }
      }
    }
    return replies;
  }

  /** The first text in the argument behind the codes; empty: a variable's. */
  private static String text(String rest) {
    int depth = 1;
    for (int i = 0; i < rest.length() && depth > 0; i++) {
      char c = rest.charAt(i);
      if (c == ',' && depth == 1) {
        return "";
      }
      if (c == '"') {
        Matcher text = TEXT.matcher(rest).region(i, rest.length());
        return text.lookingAt() ? EDGES.matcher(text.group(1)).replaceAll("") : "";
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return "";
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    Matcher row = ROW.matcher(Project.read(Project.root().resolve("docs/reference/replies.md")));
    while (row.find()) {
      rows.add(new Row(row.group(1), row.group(2)));
    }
    return rows;
  }
}
